import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Failure, Stopped } from "../lib/failure.mjs";
import { KeptRunning } from "./keep-running.mjs";

const port = 5000;

/** @type {string} */
let folder;
/** @type {string[]} */
let lines;
/** @type {string[]} what happened, in order */
let events;
/** @type {AbortController} */
let stopping;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "mosaic-kept-"));
  lines = [];
  events = [];
  stopping = new AbortController();
});

afterEach(() => rmSync(folder, { recursive: true }));

const log = (/** @type {string} */ name) => path.join(folder, name);
const noError = /** @type {Error | undefined} */ (undefined);

/**
 * @param {string} name
 * @param {{ error?: Error | undefined }} [options] error: why it does not get ready
 */
function fakeApi(name, { error } = {}) {
  /** @type {PromiseWithResolvers<string>} */
  const end = Promise.withResolvers();
  const ready = error === undefined ? Promise.resolve({ url: "http://127.0.0.1:1" }) : Promise.reject(error);
  ready.catch(() => undefined);
  const stop = async () => void events.push(`${name} stopped`);
  return { ready, ended: end.promise, stop, kill: () => undefined, end: end.resolve };
}

function fakeDatabase(usedPort = port) {
  /** @type {PromiseWithResolvers<void>} */
  const end = Promise.withResolvers();
  const url = `postgresql://127.0.0.1:${usedPort}/mosaic`;
  return { url, port: usedPort, isAttached: false, stop: async () => undefined, exited: end.promise, end: () => end.resolve() };
}

/**
 * @param {{ startApi?: (url: string | undefined) => ReturnType<typeof fakeApi>, startDatabase?: (port: number) => Promise<ReturnType<typeof fakeDatabase>>, delaysMs?: number[] }} [options]
 */
function keep({ startApi = () => fakeApi("next API"), startDatabase = async (wanted) => fakeDatabase(wanted), delaysMs = [0, 0] } = {}) {
  const api = fakeApi("first API");
  const database = fakeDatabase();
  const kept = new KeptRunning(
    {
      api,
      database,
      startApi: (url) => {
        events.push(`API started with ${url}`);
        return startApi(url);
      },
      startDatabase: (wanted) => {
        events.push(`database started on ${wanted}`);
        return startDatabase(wanted);
      },
      apiLog: log("mosaic.log"),
      databaseLog: log("postgres.log"),
      stateDir: folder,
    },
    { signal: stopping.signal, progress: { line: (line) => void lines.push(line) }, delaysMs },
  );
  return { api, database, result: kept.run().catch((/** @type {unknown} */ error) => error) };
}

async function stop(/** @type {Promise<unknown>} */ result) {
  stopping.abort();
  expect(await result).toBeInstanceOf(Stopped);
}

test("of both that end at once, the database is started first", async () => {
  const { api, database, result } = keep();
  api.end("was ended by SIGKILL");
  database.end();
  await expect.poll(() => lines).toContain("Mosaic runs again.");
  expect(events).toEqual([`database started on ${port}`, `API started with postgresql://127.0.0.1:${port}/mosaic`]);
  await stop(result);
});

test("a database that lost its port to another program gets an API that knows the new one", async () => {
  const { database, result } = keep({ startDatabase: async () => fakeDatabase(port + 1) });
  database.end();
  await expect.poll(() => lines).toContain("The embedded Postgres runs again.");
  const started = `API started with postgresql://127.0.0.1:${port + 1}/mosaic`;
  expect(events).toEqual([`database started on ${port}`, "first API stopped", started]);
  await stop(result);
});

test("the same when both ended: one API is started, not two", async () => {
  const { api, database, result } = keep({ startDatabase: async () => fakeDatabase(port + 1) });
  api.end("was ended by SIGKILL");
  database.end();
  await expect.poll(() => lines).toContain("The embedded Postgres runs again.");
  await stop(result);
  expect(events.filter((event) => event.startsWith("API started"))).toHaveLength(1);
});

test("a full disk is named, and so is where it is", async () => {
  writeFileSync(log("postgres.log"), 'PANIC:  could not write to file "pg_wal/xlogtemp.31": No space left on device\n');
  const { database, result } = keep();
  database.end();
  await expect.poll(() => lines).toContain("The embedded Postgres runs again.");
  expect(lines[0]).toContain(
    `The embedded Postgres ended without being told to. The disk with ${folder} is full: make room there. It is started`,
  );
  await stop(result);
});

test("a database that can't be started again ends it, with the disk's name last", async () => {
  const startDatabase = async () => {
    writeFileSync(log("postgres.log"), 'FATAL:  could not write lock file "postmaster.pid": No space left on device\n', { flag: "a" });
    throw new Failure("The embedded Postgres did not start.");
  };
  const { database, result } = keep({ startDatabase });
  database.end();
  const error = await result;
  expect(error).toBeInstanceOf(Failure);
  expect(String(error)).toContain(
    `The embedded Postgres could not be started again: The embedded Postgres did not start. The disk with ${folder} is full: make room there. It was started again 2 times before`,
  );
  expect(lines).toHaveLength(2);
});

test("an API that does not get ready is stopped before the next one, which needs its port", async () => {
  const errors = [new Failure("Mosaic did not get ready."), noError];
  const { api, result } = keep({ startApi: () => fakeApi("hanging API", { error: errors.shift() }) });
  api.end("ended with code 1");
  await expect.poll(() => lines).toContain("Mosaic runs again.");
  const started = `API started with postgresql://127.0.0.1:${port}/mosaic`;
  expect(events).toEqual([started, "hanging API stopped", started]);
  expect(lines[1]).toContain("Mosaic could not be started again: Mosaic did not get ready. It is started again in 0 s (2 of 2).");
  await stop(result);
});

test("the one's restarts do not use up the other's", async () => {
  const { api, database, result } = keep({ delaysMs: [0] });
  database.end();
  await expect.poll(() => lines).toContain("The embedded Postgres runs again.");
  api.end("ended with code 1");
  await expect.poll(() => lines).toContain("Mosaic runs again.");
  await stop(result);
});
