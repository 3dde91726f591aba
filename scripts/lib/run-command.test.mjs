import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { killAllIn, processesIn } from "../launch/stand-in/started-mosaic.mjs";
import { Stopped } from "./failure.mjs";
import { exitCodeOf, run } from "./run-command.mjs";

/** @type {string} */
let folder;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "mosaic-run-"));
});

afterEach(async () => {
  killAllIn(folder);
  await expect.poll(() => processesIn(folder)).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

const options = () => ({ cwd: folder, env: process.env, logFile: path.join(folder, "logs/step.log") });

test("a failing command is told with the end of its output, which is kept in the log", async () => {
  const running = run(["sh", "-c", "echo out; echo err >&2; exit 3"], { ...options(), onFailure: "The step failed." });
  await expect(running).rejects.toMatchObject({
    message: `The step failed. The whole output is in ${options().logFile}.`,
    details: "out\nerr",
  });
  expect(readFileSync(options().logFile, "utf8")).toBe("out\nerr\n");
});

test("the exit code is handed on, and a death by signal is none that passes", async () => {
  expect(await exitCodeOf(["sh", "-c", "exit 7"], options())).toBe(7);
  expect(await exitCodeOf(["sh", "-c", "kill -9 $$"], options())).toBe(1);
});

test("stopping ends the command with its children, also those that do not listen", async () => {
  const stopping = new AbortController();
  const running = exitCodeOf(["sh", "-c", "trap '' TERM; sleep 300 & sleep 300"], { ...options(), signal: stopping.signal });
  await expect.poll(() => processesIn(folder).length, { timeout: 10_000 }).toBe(3);
  stopping.abort();
  await expect(running).rejects.toBeInstanceOf(Stopped);
  await expect.poll(() => processesIn(folder)).toEqual([]);
});

test("the command ends when the process that runs it is killed", async () => {
  const code = `
    const { exitCodeOf } = await import(${JSON.stringify(new URL("run-command.mjs", import.meta.url).href)});
    await exitCodeOf(["sleep", "300"], { cwd: ${JSON.stringify(folder)}, env: process.env });`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: "/", stdio: "ignore" });
  await expect.poll(() => processesIn(folder).length, { timeout: 10_000 }).toBe(1);
  parent.kill("SIGKILL");
  await expect.poll(() => processesIn(folder), { timeout: 5_000 }).toEqual([]);
});
