import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { deriveGatewayToken } from "./gateway-token.js";
import { freePort } from "./free-port.js";

const script = fileURLToPath(new URL("fake-gateway.cli.ts", import.meta.url));
/** Node strips the types itself, but looks for the `.js` that only a build makes. */
const fromSource = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ resolve: (name, context, next) => {
    try { return next(name, context); }
    catch (error) {
      if (name.startsWith(".") && name.endsWith(".js")) return next(name.slice(0, -3) + ".ts", context);
      throw error;
    }
  } });`)}`;

let child: ChildProcessWithoutNullStreams;

afterEach(() => {
  child.kill("SIGKILL");
});

interface Run {
  url: string;
  output: () => string;
  exitCode: Promise<number | null>;
}

async function run(env: Record<string, string>): Promise<Run> {
  const port = await freePort();
  child = spawn(process.execPath, ["--import", fromSource, script], {
    env: { PATH: process.env["PATH"], MOSAIC_AGENT_PORT: String(port), ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      output += data.toString("utf8");
    });
  }
  child.stdin.on("error", () => {});
  const exitCode = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  return { url: `http://127.0.0.1:${port}`, output: () => output, exitCode };
}

async function status(url: string, token?: string): Promise<number | undefined> {
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(url, { headers })).status;
  } catch {
    return undefined;
  }
}

const patiently = { timeout: 20_000 };

test("serves with the token derived from its first line of input, until it is told to stop", async () => {
  const { url, exitCode } = await run({});
  child.stdin.end("container-token\n");
  await expect.poll(() => status(`${url}/readyz`), patiently).toBe(200);
  expect(await status(`${url}/v1/models`, "container-token")).toBe(401);
  expect(await status(`${url}/v1/models`, deriveGatewayToken("container-token"))).toBe(200);
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);
}, 30_000);

test("ends with its parent when it is told to watch it", async () => {
  const { url, exitCode } = await run({ MOSAIC_EXIT_WITH_PARENT: "1" });
  child.stdin.write("container-token\n");
  await expect.poll(() => status(`${url}/readyz`), patiently).toBe(200);
  child.stdin.end();
  expect(await exitCode).toBe(0);
}, 30_000);

test("never gets ready in that mode", async () => {
  const { url } = await run({ FAKE_GATEWAY_MODE: "never-ready" });
  child.stdin.write("container-token\n");
  await expect.poll(() => status(`${url}/healthz`), patiently).toBe(200);
  expect(await status(`${url}/readyz`)).toBe(503);
}, 30_000);

test("exits with a code and a reason in that mode", async () => {
  const { output, exitCode } = await run({ FAKE_GATEWAY_MODE: "exit" });
  child.stdin.write("container-token\n");
  expect(await exitCode).toBe(78);
  await expect.poll(output).toContain('{"mosaic":"gateway-exited","code":78,"reason":');
}, 30_000);

test("input that ends without a token is an error", async () => {
  const { output, exitCode } = await run({});
  child.stdin.end();
  expect(await exitCode).toBe(64);
  expect(output()).not.toContain("listens");
}, 30_000);

test("a message can make it exit, and its memory survives on its volume", async () => {
  const env = { MOSAIC_AGENT_STATE_DIR: mkdtempSync(join(tmpdir(), "fake-gateway-")) };
  const say = async (url: string, content: string): Promise<string> => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${deriveGatewayToken("container-token")}`,
        "x-openclaw-session-key": "conv-1",
      },
      body: JSON.stringify({ model: "openclaw/main", messages: [{ role: "user", content }] }),
    });
    return response.text();
  };
  const first = await run(env);
  child.stdin.write("container-token\n");
  await expect.poll(() => status(`${first.url}/readyz`), patiently).toBe(200);
  await say(first.url, "my dog is Rex");
  await expect(say(first.url, "[demo:exit code=3]")).rejects.toThrow();
  expect(await first.exitCode).toBe(3);
  const second = await run(env);
  child.stdin.write("container-token\n");
  await expect.poll(() => status(`${second.url}/readyz`), patiently).toBe(200);
  expect(await say(second.url, "recall")).toContain("Rex");
}, 60_000);
