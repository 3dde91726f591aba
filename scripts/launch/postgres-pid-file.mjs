import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../lib/failure.mjs";
import { commandLineOf, isAlive } from "../lib/processes.mjs";

const pollIntervalMs = 25;

/**
 * @typedef {{ pid: number, port: number, status: string }} PidFile
 */

/**
 * @param {string} data
 * @returns {PidFile | undefined}
 */
export function readPidFile(data) {
  try {
    const lines = readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? "").trim() };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} data
 * @returns {PidFile | undefined} of a server that really runs on this folder
 */
function runningServer(data) {
  const file = readPidFile(data);
  return file !== undefined && file.pid > 1 && isAlive(file.pid) && isPostgresOf(file.pid, data) ? file : undefined;
}

/**
 * @param {number} pid
 * @param {string} data
 */
function isPostgresOf(pid, data) {
  const command = commandLineOf(pid) ?? "";
  return command.includes("postgres") && command.includes(data);
}

/**
 * A server whose launcher was killed is on its way out for a moment: neither attach to it nor fight it.
 *
 * @param {string} data
 * @returns {Promise<PidFile | undefined>}
 */
export async function waitWhileStopping(data) {
  const deadline = Date.now() + 5_000;
  let running = runningServer(data);
  while (running !== undefined && running.status !== "ready" && Date.now() < deadline) {
    await sleep(pollIntervalMs);
    running = runningServer(data);
  }
  return running;
}

/**
 * @param {number} pid
 * @param {string} data
 */
export async function stopOrphan(pid, data) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGQUIT"])) {
    process.kill(pid, signal);
    const deadline = Date.now() + 3_000;
    while (Date.now() < deadline && isPostgresOf(pid, data)) await sleep(pollIntervalMs);
    if (!isPostgresOf(pid, data)) return;
  }
  throw new Failure(
    `A Postgres (process ${pid}) still runs on ${data} and can't be stopped: end it with "kill -9 ${pid}", then run the command again.`,
  );
}

/**
 * Postgres takes the file of a crash for its own if the pid lives again in another program, and refuses
 * to start. The file of a pid that is gone is left to Postgres, which looks for remaining processes first.
 *
 * @param {string} data
 */
export function removeForeignPidFile(data) {
  const file = readPidFile(data);
  if (file === undefined || !isAlive(file.pid) || isPostgresOf(file.pid, data)) return;
  rmSync(path.join(data, "postmaster.pid"), { force: true });
}
