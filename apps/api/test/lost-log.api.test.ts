import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort } from "@mosaic/testing/free-port";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./harness/test-database.js";

const entry = fileURLToPath(new URL("../dist/main.js", import.meta.url));

let database: TestDatabase;
let child: ChildProcess | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  if (child !== undefined && child.exitCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

afterAll(async () => database.drop());

/** The program itself, ready, with its output going wherever a test says. */
async function start(output: "pipe" | number): Promise<{ process: ChildProcess; url: string }> {
  const port = await freePort();
  const stdio: StdioOptions = ["ignore", output, output, "ipc"];
  const started = spawn(process.execPath, [entry], {
    stdio,
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: database.url,
      MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop",
      PORT: String(port),
      MOSAIC_INTERNAL_PORT: String(await freePort()),
      LOG_LEVEL: "debug",
    },
  });
  child = started;
  const [message] = (await Promise.race([once(started, "message"), once(started, "exit")])) as [unknown];
  expect(message).toMatchObject({ type: "ready" });
  return { process: started, url: `http://127.0.0.1:${port}` };
}

/** Each of them is a line of the log. */
async function ask(url: string, count: number): Promise<Set<number>> {
  const answers = new Set<number>();
  for (let index = 0; index < count; index += 1) {
    const response = await fetch(`${url}/api/auth/me?${"q".repeat(500)}`);
    answers.add(response.status);
    await response.text();
  }
  return answers;
}

test("a full disk under the log stops nothing, and Mosaic ends when it is told to", async () => {
  const full = openSync("/dev/full", "w");
  const { process: mosaic, url } = await start(full);
  closeSync(full);
  expect(await ask(url, 20)).toEqual(new Set([401]));
  const ended = once(mosaic, "exit");
  mosaic.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("a log that nobody reads, and then nobody holds, stops nothing", async () => {
  const { process: mosaic, url } = await start("pipe");
  // What is in flight is more than a pipe holds.
  expect((await Promise.all(Array.from({ length: 8 }, async () => ask(url, 200)))).every((answers) => !answers.has(500))).toBe(true);
  mosaic.stdout?.destroy();
  mosaic.stderr?.destroy();
  expect((await ask(url, 20)).has(500)).toBe(false);
  expect(mosaic.exitCode).toBeNull();
  const ended = once(mosaic, "exit");
  mosaic.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
