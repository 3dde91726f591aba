import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
  child?.kill("SIGKILL");
});

function run(env: Record<string, string>): Promise<unknown> {
  child = spawn(process.execPath, ["--import", fromSource, join(folder, "fake-declared-agent.cli.ts")], { env });
  return once(child, "exit").then(([code]: unknown[]) => code);
}

test("serves as its variables say, until it is told to stop", async () => {
  const state = mkdtempSync(join(tmpdir(), "fake-declared-cli-"));
  writeFileSync(join(state, "config.json"), JSON.stringify({ base_url: "http://127.0.0.1:1", model: "m", name: "n", personality: "" }));
  const port = await freePort();
  const exitCode = run({ ECHO_HOST: "127.0.0.1", ECHO_PORT: String(port), ECHO_STATE: state, ECHO_SERVER_KEY: "g", ECHO_LLM_KEY: "k" });
  const status = (): Promise<number> =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.status,
      () => 0,
    );
  await expect.poll(status, { timeout: 20_000 }).toBe(200);
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);
}, 30_000);

test("ends with 1 when it can't start", async () => {
  expect(await run({})).toBe(1);
}, 30_000);

test("is made of Node's built-ins and of files beside it alone: the stand-in image copies no more", () => {
  const files = readdirSync(folder).filter((name) => /^fake-declared-agent[\w.-]*\.ts$/.test(name) && !name.endsWith(".test.ts"));
  expect(files).toHaveLength(2);
  for (const name of files) {
    const imports = [...readFileSync(join(folder, name), "utf8").matchAll(/from "([^"]+)"/g)].map(([, from]) => from);
    for (const from of imports) expect(from).toMatch(/^(?:node:|\.\/fake-declared-agent)/);
  }
});
