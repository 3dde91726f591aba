import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const defaultDelaysMs = [1_000, 2_000, 4_000, 8_000, 16_000];
/** Who has run for this long has recovered. */
const quietMs = 10 * 60_000;
const readBytes = 64 * 1024;

/** How often and how fast what ends by itself is started again: a bounded number of times, unless it ran well in between. */
export class Restarts {
  /** @type {readonly number[]} */
  #delaysMs;
  #count = 0;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  /** @param {readonly number[]} [delaysMs] */
  constructor(delaysMs = defaultDelaysMs) {
    this.#delaysMs = delaysMs;
  }

  /** How often in a row. */
  get count() {
    return this.#count;
  }

  get most() {
    return this.#delaysMs.length;
  }

  /**
   * @param {number} nowMs
   * @returns {number | undefined} how long to wait; undefined: no more
   */
  next(nowMs) {
    if (nowMs - this.#lastAtMs > quietMs) this.#count = 0;
    const delayMs = this.#delaysMs[this.#count];
    if (delayMs === undefined) return undefined;
    this.#count += 1;
    this.#lastAtMs = nowMs;
    return delayMs;
  }
}

/** Postgres says the same of shared memory, which is on no disk of ours. */
const fullDisk = /^(?!.*shared memory).*(?:No space left on device|ENOSPC|Disk quota exceeded)/m;

/**
 * @param {string} logFile
 * @param {number} [from] the byte to begin with
 * @returns {{ isOfFullDisk: boolean, size: number }} whether the end of a log says that the disk is full, and where it ends
 */
export function readEndOfLog(logFile, from = 0) {
  try {
    const descriptor = openSync(logFile, "r");
    try {
      const { size } = fstatSync(descriptor);
      const start = Math.max(Math.min(from, size), size - readBytes);
      const buffer = Buffer.alloc(size - start);
      readSync(descriptor, buffer, 0, buffer.length, start);
      return { isOfFullDisk: fullDisk.test(buffer.toString("utf8")), size };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return { isOfFullDisk: false, size: 0 };
  }
}
