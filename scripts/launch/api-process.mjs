import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure, Stopped } from "../lib/failure.mjs";
import { dyingWithParent } from "../lib/processes.mjs";
import { endOfFile } from "../lib/run-command.mjs";

const readyTimeoutMs = 120_000;
const healthTimeoutMs = 30_000;
const pollIntervalMs = 50;
const stopTimeoutMs = 3_000;
const lastMessageMs = 500;

/**
 * @typedef {object} ApiProcess
 * @property {Promise<{ url: string, setupUrl?: string }>} ready rejects with a Failure when it refuses to start
 * @property {Promise<string>} ended how it ended, in words
 * @property {() => Promise<void>} stop
 * @property {() => void} kill
 */

/**
 * Starts the API as a child that tells over its channel that it is ready, or why it refuses to start. It
 * ends when the channel closes; the kernel's signal at our death is for the time before it listens to it.
 *
 * @param {{ node: string, entry: string, cwd: string, env: NodeJS.ProcessEnv, logFile: string }} options
 * @returns {ApiProcess}
 */
export function startApi(options) {
  const [program, ...args] = dyingWithParent([options.node, "--enable-source-maps", options.entry], "TERM");
  if (program === undefined) throw new Error("an empty command");
  const log = openSync(options.logFile, "a", 0o600);
  // A session of its own: Ctrl-C in the terminal reaches the launcher alone, which stops things in order.
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);

  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started (${error.message})`));
    child.once("exit", (code, signal) => resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
  });
  const ready = readyMessage(child, ended, options.logFile);
  // Who is stopped before the API is ready never asks for it.
  ready.catch(() => undefined);
  return {
    ready,
    ended,
    stop: () => stopChild(child, ended),
    kill: () => void child.kill("SIGKILL"),
  };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<string>} ended
 * @param {string} logFile
 * @returns {Promise<{ url: string, setupUrl?: string }>}
 */
function readyMessage(child, ended, logFile) {
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ message) => reject(new Failure(message, { details: endOfFile(logFile, 15) }));
    const timer = setTimeout(
      () =>
        fail(
          `Mosaic did not get ready within ${readyTimeoutMs / 1000} s; its log is ${logFile}. Stop what else keeps this machine busy, then run the command again.`,
        ),
      readyTimeoutMs,
    );
    child.on("message", (message) => {
      if (typeof message !== "object" || message === null || !("type" in message)) return;
      if (message.type === "ready" && "url" in message && typeof message.url === "string") {
        clearTimeout(timer);
        resolve({
          url: message.url,
          ...("setupUrl" in message && typeof message.setupUrl === "string" ? { setupUrl: message.setupUrl } : {}),
        });
      }
      if (message.type === "failed" && "message" in message) {
        clearTimeout(timer);
        reject(new Failure(String(message.message)));
      }
    });
    void ended.then(async (how) => {
      clearTimeout(timer);
      // The news of the end may overtake the last message, which says why.
      if (child.connected) await Promise.race([once(child, "disconnect"), sleep(lastMessageMs)]);
      fail(`Mosaic ${how} before it was ready; its log is ${logFile}.`);
    });
  });
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false when it still does not say that it is well after a while
 */
export async function waitUntilHealthy(url, signal) {
  const deadline = Date.now() + healthTimeoutMs;
  while (Date.now() < deadline) {
    if (signal.aborted) throw new Stopped();
    const answer = await fetch(new URL("/api/health", url), {
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    void answer?.body?.cancel();
    if (answer?.status === 200) return true;
    await sleep(pollIntervalMs);
  }
  return false;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {Promise<unknown>} ended
 */
async function stopChild(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
