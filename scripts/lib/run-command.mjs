import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { Failure, Stopped } from "./failure.mjs";
import { dyingWithParent } from "./processes.mjs";

const killAfterMs = 2_000;

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string | undefined} [logFile] output goes there, and its end is shown when the command fails; without it, to the terminal
 * @property {AbortSignal | undefined} [signal]
 */

/**
 * Runs a command in a process group of its own, so that a Ctrl-C in the terminal reaches us alone and
 * we can end the whole group.
 *
 * @param {readonly string[]} command
 * @param {RunOptions} options
 * @returns {Promise<number>} the exit code; a death by signal counts as 1
 */
export async function exitCodeOf(command, options) {
  if (options.signal?.aborted) throw new Stopped();
  const [program, ...args] = dyingWithParent(command, "TERM");
  if (program === undefined) throw new Error("an empty command");
  if (options.logFile !== undefined) mkdirSync(path.dirname(options.logFile), { recursive: true });
  const output = options.logFile === undefined ? undefined : openSync(options.logFile, "w", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["ignore", output ?? "inherit", output ?? "inherit"],
    });
    return await finished(child, options.signal);
  } finally {
    if (output !== undefined) closeSync(output);
  }
}

/**
 * Runs a command that has to succeed.
 *
 * @param {readonly string[]} command
 * @param {RunOptions & { logFile: string, onFailure: string }} options
 */
export async function run(command, options) {
  const code = await exitCodeOf(command, options);
  if (code !== 0) {
    throw new Failure(`${options.onFailure} The whole output is in ${options.logFile}.`, {
      details: endOfFile(options.logFile),
    });
  }
}

/**
 * @param {string} file
 * @param {number} [lineCount]
 * @returns {string}
 */
export function endOfFile(file, lineCount = 30) {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lineCount).join("\n");
  } catch {
    return "";
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<number>}
 */
function finished(child, signal) {
  return new Promise((resolve, reject) => {
    /** @type {NodeJS.Timeout | undefined} */
    let killTimer;
    const stop = () => {
      killGroup(child, "SIGTERM");
      killTimer = setTimeout(() => killGroup(child, "SIGKILL"), killAfterMs);
    };
    signal?.addEventListener("abort", stop, { once: true });
    const stopWatching = () => {
      clearTimeout(killTimer);
      signal?.removeEventListener("abort", stop);
    };
    child.once("error", (error) => {
      stopWatching();
      reject(error);
    });
    child.once("exit", (code) => {
      stopWatching();
      // Whatever the command left in its group has no business to outlive it.
      killGroup(child, "SIGKILL");
      if (signal?.aborted) reject(new Stopped());
      else resolve(code ?? 1);
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function killGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is empty.
  }
}
