import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Failure, codeOf, exitCodes } from "../lib/failure.mjs";
import { isAlive, startTimeOf } from "../lib/processes.mjs";
import { writeOnce } from "./state.mjs";

/**
 * Who runs Mosaic on a state folder, and where.
 *
 * @typedef {object} RunRecord
 * @property {number} pid of the launcher
 * @property {string} startTime tells the launcher from a later process that got its pid
 * @property {string} url
 * @property {'starting' | 'ready'} phase
 */

/**
 * @param {string} file
 * @param {string} url
 * @returns {{ isTakenOver: boolean, markReady: (url: string) => void, release: () => void }} isTakenOver: another launcher was killed
 */
export function takeRunLock(file, url) {
  /** @type {RunRecord} */
  const own = {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? "",
    url,
    phase: "starting",
  };
  const write = () => writeOnce(file, `${JSON.stringify(own)}\n`);
  let attempt = 0;
  for (; !write(); attempt += 1) {
    const holder = readRunRecord(file);
    if (holder !== undefined && isRunning(holder)) throw alreadyRunning(holder);
    if (attempt === 5) throw new Failure(`The file ${file} can't be taken over: remove it, then run the command again.`);
    removeStale(file);
  }
  return {
    isTakenOver: attempt > 0,
    markReady: (readyUrl) => replace(file, { ...own, url: readyUrl, phase: "ready" }),
    release: () => {
      const holder = readRunRecord(file);
      if (holder?.pid === own.pid && holder.startTime === own.startTime) rmSync(file, { force: true });
    },
  };
}

/**
 * @param {string} file
 * @returns {RunRecord | undefined}
 */
export function readRunRecord(file) {
  try {
    const record = JSON.parse(readFileSync(file, "utf8"));
    return typeof record?.pid === "number" && typeof record.startTime === "string" ? record : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {RunRecord} record
 * @returns {boolean}
 */
function isRunning(record) {
  return isAlive(record.pid) && startTimeOf(record.pid) === record.startTime;
}

/** @param {RunRecord} holder */
function alreadyRunning(holder) {
  const state = holder.phase === "ready" ? "already runs" : "is already being started";
  return new Failure(
    `Mosaic ${state} from this folder, at ${holder.url} (process ${holder.pid}). Open that address, or stop it first with "kill ${holder.pid}".`,
    {
      exitCode: exitCodes.alreadyRunning,
    },
  );
}

/**
 * Between our reading a stale file and removing it, another launcher may have put its own there: it is
 * moved aside and looked at again, and put back if it turns out to be somebody's.
 *
 * @param {string} file
 */
function removeStale(file) {
  const aside = `${file}.stale-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const moved = readRunRecord(aside);
  try {
    if (moved !== undefined && isRunning(moved)) linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * @param {string} file
 * @param {RunRecord} record
 */
function replace(file, record) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
