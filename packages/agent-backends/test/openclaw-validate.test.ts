import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RenderInput } from "../src/agent-backend.js";
import { openclawBackend } from "../src/openclaw.js";
import { entryPoint, environment } from "./openclaw-process.js";
import { isSkipped, openclawPackage, requireOpenclaw, skipReason } from "./real-openclaw.js";
import { everyTool, noTool, providerKinds, renderInputs, someInput, someProvider, toolCombinations } from "./render-input.js";

interface Verdict {
  readonly valid: boolean;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
  readonly warnings: readonly unknown[];
}

/** The part of OpenClaw behind `config validate`: one process for hundreds of rows instead of two seconds for each. */
interface OpenclawConfigModule {
  createConfigIO(options: { configPath: string; env: NodeJS.ProcessEnv }): { readConfigFileSnapshot(): Promise<Verdict> };
}

describe.skipIf(isSkipped)(`the real OpenClaw${skipReason}`, () => {
  let folder = "";
  let config: OpenclawConfigModule;

  beforeAll(async () => {
    requireOpenclaw();
    folder = await mkdtemp(join(tmpdir(), "mosaic-validate-"));
    config = await import(/* @vite-ignore */ pathToFileURL(join(openclawPackage, "dist/config/config.js")).href);
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const write = async (input: RenderInput, change = (content: string): string => content): Promise<string> => {
    const path = join(folder, "openclaw.json");
    await writeFile(path, change(openclawBackend.render(input).files.find((file) => file.path === "openclaw.json")?.content ?? ""));
    return path;
  };
  const judge = async (configPath: string): Promise<Verdict> => {
    const env = environment(folder, { run: folder, state: join(folder, "state") });
    const { valid, issues, warnings } = await config.createConfigIO({ configPath, env }).readConfigFileSnapshot();
    return { valid, issues, warnings };
  };
  const accepted: Verdict = { valid: true, issues: [], warnings: [] };

  it("accepts every kind of provider with every combination of tools, isolated or not, with fallbacks or without", async () => {
    for (const kind of providerKinds) {
      for (const [index, tools] of toolCombinations.entries()) {
        const input = rowOf(kind, tools, index % 2 === 0, index % 4 > 1);
        expect({ kind, tools, ...(await judge(await write(input))) }).toEqual({ kind, tools, ...accepted });
      }
    }
  }, 300_000);

  it("accepts whatever the schemas let through", async () => {
    await fc.assert(
      fc.asyncProperty(renderInputs, async (input) => {
        expect(await judge(await write(input))).toEqual(accepted);
      }),
      { numRuns: 150 },
    );
  }, 300_000);

  it("refuses what it does not know, so that an acceptance means something", async () => {
    const verdict = await judge(
      await write(someInput(), (content) => content.replace('"openai-completions"', '"openai"').replace('"cron":', '"cronn":')),
    );
    expect(verdict.valid).toBe(false);
    expect(verdict.issues.length).toBeGreaterThan(1);
  });

  it.each(commandRows())(
    "says the same as a command, as `openclaw config validate --json`: %s",
    async (_name, input) => {
      const path = await write(input);
      const env = { ...environment(folder, { run: folder, state: join(folder, "state") }), OPENCLAW_CONFIG_PATH: path };
      const { stdout } = await promisify(execFile)(process.execPath, [entryPoint, "config", "validate", "--json"], { env, cwd: folder });
      expect(JSON.parse(stdout)).toMatchObject({ valid: true });
    },
    60_000,
  );
});

function rowOf(
  kind: (typeof providerKinds)[number],
  tools: RenderInput["agent"]["tools"],
  isIsolated: boolean,
  hasFallbacks: boolean,
): RenderInput {
  const first = { provider: someProvider(kind), model: "model-1" };
  const others = hasFallbacks ? providerKinds.slice(0, 3).map((other) => ({ provider: someProvider(other), model: `${other}-2` })) : [];
  return someInput({ agent: { ...someInput().agent, tools }, models: [first, ...others], isIsolated });
}

/** A command takes seconds: these few show that it judges as the part does, which judges all. */
function commandRows(): readonly [string, RenderInput][] {
  const nasty = someInput({
    agent: { ...someInput().agent, name: '🦞 "q" \\ ${HOME}\n\u0000', emoji: "👩‍👩‍👧", personality: "x".repeat(20_000) },
  });
  return [
    ["all tools, isolated", rowOf("openai", everyTool, true, false)],
    ["no tools, not isolated, fallbacks", rowOf("zai", noTool, false, true)],
    ["odd names", nasty],
  ];
}
