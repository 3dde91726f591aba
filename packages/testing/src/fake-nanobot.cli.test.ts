import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import { afterEach, expect, test } from "vitest";
import { freePort } from "./free-port.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
/** Node strips the types itself, but looks for the `.js` that only a build makes. */
const fromSource = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ resolve: (name, context, next) =>
    next(name.startsWith(".") ? name.replace(/\\.js$/, ".ts") : name, context) });`)}`;

let child: ChildProcess;

afterEach(() => {
  child.kill("SIGKILL");
});

function run(args: readonly string[], env: Record<string, string>): { output: () => string; exitCode: Promise<unknown> } {
  child = spawn(process.execPath, ["--import", fromSource, join(folder, "fake-nanobot.cli.ts"), ...args], { env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => {
      output += data.toString("utf8");
    });
  }
  return { output: () => output, exitCode: once(child, "exit").then(([code]: unknown[]) => code) };
}

test("serves as it is told, until it is told to stop", async () => {
  const llm = await startDemoLlm({ models: ["demo"] });
  const state = mkdtempSync(join(tmpdir(), "fake-nanobot-cli-"));
  const port = await freePort();
  const config = {
    providers: { custom: { apiKey: "${LLM_API_KEY}", apiBase: `${llm.url}/v1` } },
    agents: { defaults: { provider: "custom", model: "demo" } },
    api: { host: "0.0.0.0", apiKey: "${NANOBOT_API_KEY}" },
  };
  writeFileSync(join(state, "config.json"), JSON.stringify(config));
  const args = ["serve", "-p", String(port), "-t", "900", "-w", `${state}/workspace`, "-c", `${state}/config.json`];
  const { exitCode } = run(args, { HOME: state, LLM_API_KEY: "k", NANOBOT_API_KEY: "g" });
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(`${url}/health`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer g" },
    body: JSON.stringify({ session_id: "s", messages: [{ role: "user", content: "hello" }] }),
  });
  expect(response.status).toBe(200);
  expect(readdirSync(join(state, "sessions"))).toHaveLength(1);
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);
  await llm.close();
}, 30_000);

test("ends with 1 and a reason when it can't start, and with 2 when it is not understood", async () => {
  const refused = run(["serve", "-H", "0.0.0.0"], { HOME: tmpdir(), NANOBOT_AGENTS__DEFAULTS__PROVIDER: "custom" });
  expect(await refused.exitCode).toBe(1);
  await expect.poll(refused.output).toContain("api_key is not set");
  expect(await run(["fly"], { HOME: tmpdir() }).exitCode).toBe(2);
}, 30_000);

test("is made of Node's built-ins and of files beside it alone: the stand-in image copies no more", () => {
  const files = readdirSync(folder).filter((name) => /^fake-nanobot[\w.-]*\.ts$/.test(name) && !name.endsWith(".test.ts"));
  expect(files).toHaveLength(6);
  for (const name of files) {
    const imports = [...readFileSync(join(folder, name), "utf8").matchAll(/from "([^"]+)"/g)].map(([, from]) => from);
    for (const from of imports) expect(from).toMatch(/^(?:node:|\.\/fake-nanobot)/);
  }
});
