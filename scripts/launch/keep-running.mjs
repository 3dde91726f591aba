import { setTimeout as sleep } from "node:timers/promises";
import { Failure, Stopped, messageOf } from "../lib/failure.mjs";
import { readEndOfLog, Restarts } from "./restarts.mjs";

/** @typedef {import('./api-process.mjs').ApiProcess} ApiProcess */
/** @typedef {import('./embedded-postgres.mjs').EmbeddedPostgres} EmbeddedPostgres */

/**
 * @typedef {object} Parts
 * @property {(databaseUrl: string | undefined) => ApiProcess} startApi
 * @property {((port: number) => Promise<EmbeddedPostgres>) | undefined} startDatabase undefined: it is not ours
 * @property {EmbeddedPostgres | undefined} database as it runs
 * @property {ApiProcess} api as it runs
 * @property {string} apiLog
 * @property {string} databaseLog
 * @property {string} stateDir
 */

/** @typedef {{ name: string, log: string, restarts: Restarts, logFrom: number, diskIsFull: string }} Part */

/**
 * Starts the API and the embedded database again when they end by themselves, with one line each. Ends with a Failure when one of them
 * does so again and again.
 */
export class KeptRunning {
  #parts;
  #progress;
  #signal;
  /** @type {Part} */
  #api;
  /** @type {Part} */
  #database;
  #isDatabaseGone = false;

  /**
   * @param {Parts} parts
   * @param {{ signal: AbortSignal, progress: Pick<import('../lib/progress.mjs').Progress, "line">, delaysMs?: readonly number[] | undefined }} options
   */
  constructor(parts, { signal, progress, delaysMs }) {
    this.#parts = { ...parts };
    this.#progress = progress;
    this.#signal = signal;
    const { apiLog, databaseLog, stateDir } = parts;
    const fresh = () => ({ restarts: new Restarts(delaysMs), logFrom: 0 });
    // The API may have met another disk than this one: that of the database it was given.
    this.#api = { ...fresh(), name: "Mosaic", log: apiLog, diskIsFull: "Its log says that a disk is full: make room there." };
    const diskIsFull = `The disk with ${stateDir} is full: make room there.`;
    this.#database = { ...fresh(), name: "The embedded Postgres", log: databaseLog, diskIsFull };
    this.#watchDatabase();
  }

  stopApi() {
    return this.#parts.api.stop();
  }

  killApi() {
    this.#parts.api.kill();
  }

  async stopDatabase() {
    await this.#parts.database?.stop();
  }

  /** @returns {Promise<never>} */
  async run() {
    for (;;) {
      const { api, database } = this.#parts;
      const ends = [api.ended.then((how) => ({ part: this.#api, how }))];
      if (database !== undefined) ends.push(database.exited.then(() => ({ part: this.#database, how: "ended" })));
      const { part, how } = await this.#unlessStopped(Promise.race(ends));
      await this.#startAgain(part, how);
    }
  }

  /**
   * @param {Part} part
   * @param {string} how it ended
   */
  async #startAgain(part, how) {
    let reason = `${part.name} ${how} without being told to.`;
    for (;;) {
      reason += this.#fullDiskOf(part);
      await this.#waitFor(part, reason);
      // The API can't start without its database: whatever ended both is told of once, and the database comes first.
      if (part === this.#api && this.#isDatabaseGone) {
        const { api } = this.#parts;
        await this.#startAgain(this.#database, "ended");
        if (api !== this.#parts.api) return;
      }
      try {
        await (part === this.#api ? this.#startApi() : this.#startDatabase());
        this.#progress.line(`${part.name} runs again.`);
        return;
      } catch (error) {
        if (this.#signal.aborted || error instanceof Stopped) throw new Stopped();
        reason = `${part.name} could not be started again: ${messageOf(error)}`;
      }
    }
  }

  /**
   * @param {Part} part
   * @param {string} reason
   */
  async #waitFor({ restarts, log }, reason) {
    const delayMs = restarts.next(performance.now());
    if (delayMs === undefined) {
      throw new Failure(`${reason} It was started again ${restarts.most} times before, so this is the end. Look into its log, ${log}.`);
    }
    const next = `It is started again in ${delayMs / 1000} s (${restarts.count} of ${restarts.most}).`;
    this.#progress.line(`${reason} ${next} Log: ${log}`);
    await this.#unlessStopped(sleep(delayMs, undefined, { signal: this.#signal }));
  }

  async #startApi() {
    const api = this.#parts.startApi(this.#parts.database?.url);
    this.#parts.api = api;
    try {
      await this.#unlessStopped(api.ready);
    } catch (error) {
      // One that hangs would hold the port of the next.
      await api.stop();
      throw error;
    }
  }

  /** On its port, so that the API finds it again by itself; on another one, the API is started again, too. */
  async #startDatabase() {
    const { database: former, startDatabase } = this.#parts;
    if (former === undefined || startDatabase === undefined) return;
    const database = await startDatabase(former.port);
    this.#parts.database = database;
    this.#watchDatabase();
    if (database.port === former.port) return;
    await this.#parts.api.stop();
    await this.#startApi();
  }

  #watchDatabase() {
    const { database } = this.#parts;
    this.#isDatabaseGone = false;
    void database?.exited.then(() => {
      if (this.#parts.database === database) this.#isDatabaseGone = true;
    });
  }

  /** @param {Part} part */
  #fullDiskOf(part) {
    const { isOfFullDisk, size } = readEndOfLog(part.log, part.logFrom);
    // Told once: what the log said before a restart is not why it ended after it.
    part.logFrom = size;
    return isOfFullDisk ? ` ${part.diskIsFull}` : "";
  }

  /**
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  #unlessStopped(promise) {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const stop = () => reject(new Stopped());
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    });
  }
}
