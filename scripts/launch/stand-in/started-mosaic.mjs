import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort } from "../port.mjs";

const program = path.join(import.meta.dirname, "start.mjs");

/**
 * A folder that stands for a clone, and a port for it.
 *
 * @param {{ parent?: string }} [options]
 */
export async function makeClone({ parent = os.tmpdir() } = {}) {
  const root = mkdtempSync(path.join(parent, "mosaic-launch-"));
  const manifest = { name: "stand-in", private: true, scripts: { start: `node ${program}` } };
  writeFileSync(path.join(root, "package.json"), JSON.stringify(manifest));
  const port = await freePort();
  let internalPort = await freePort();
  while (internalPort === port) internalPort = await freePort();
  return {
    root,
    port,
    internalPort,
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/**
 * Starts the launcher in a process group of its own, as a shell does.
 *
 * @param {{ root: string, port: number, internalPort: number }} clone
 * @param {{ command?: readonly string[], env?: NodeJS.ProcessEnv }} [options]
 */
export function startMosaic(clone, { command = [process.execPath, program], env = {} } = {}) {
  const [file, ...args] = command;
  if (file === undefined) throw new Error("an empty command");
  const child = spawn(file, args, {
    cwd: clone.root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      PORT: String(clone.port),
      MOSAIC_INTERNAL_PORT: String(clone.internalPort),
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal ?? "SIGKILL"] ?? 0)));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => output,
    /** What a pipe's reader does that goes away. */
    closeOutput: () => [child.stdout, child.stderr].forEach((stream) => stream.destroy()),
    signal: (/** @type {NodeJS.Signals} */ signal) => child.kill(signal),
    /** What the terminal does at Ctrl-C: every process of the group gets the signal. */
    signalGroup: (/** @type {NodeJS.Signals} */ signal) => process.kill(-(child.pid ?? 0), signal),
  };
}

/**
 * @param {string} root
 * @returns {number[]} the processes that live in this folder, whoever started them
 */
export function processesIn(root) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(root);
      } catch {
        return false;
      }
    });
}

/**
 * @param {string} root
 */
export function killAllIn(root) {
  for (const pid of processesIn(root)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in between.
    }
  }
}
