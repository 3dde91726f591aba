import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DatabaseFaultError } from "../database/database-errors.js";
import { lastRunMs, Loop, type Task } from "./loop.js";

let ending: AbortController;
let waitedFor: Promise<unknown>[];
let told: string[];

beforeEach(() => {
  vi.useFakeTimers();
  ending = new AbortController();
  waitedFor = [];
  told = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function loopOf(run: Task["run"]): Loop {
  const say =
    (level: string) =>
    (message: string): void =>
      void told.push(`${level}: ${message}`);
  const shutdown = { signal: ending.signal, waitFor: (work: Promise<unknown>) => void waitedFor.push(work) };
  const obstacleOf = (error: unknown): string | null => (error instanceof RangeError ? "engine" : null);
  return new Loop({ what: "sweeping", everyMs: 1_000, run, obstacleOf }, shutdown, {
    log: say("log"),
    warn: say("warn"),
    error: say("error"),
  });
}

/** Runs that end when they are told to. */
function heldRuns(): { readonly run: Task["run"]; readonly ends: (() => void)[] } {
  const ends: (() => void)[] = [];
  const run = async (): Promise<void> => {
    const held = Promise.withResolvers<void>();
    ends.push(held.resolve);
    return held.promise;
  };
  return { run, ends };
}

/** Lets every promise go as far as it can. */
const pause = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));

test("the first run comes after one interval, and then one after each", async () => {
  const run = vi.fn<Task["run"]>(async () => undefined);
  loopOf(run).start();
  expect(run).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(run).toHaveBeenCalledTimes(3);
});

test("a run that takes long has no second one beside it, and its missed ticks are not made up for", async () => {
  const { run, ends } = heldRuns();
  loopOf(run).start();
  await vi.advanceTimersByTimeAsync(5_500);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(400);
  expect(ends).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(ends).toHaveLength(2);
});

test("all who ask during a run share one that begins after it", async () => {
  const { run, ends } = heldRuns();
  const loop = loopOf(run);
  const done: string[] = [];
  void loop.runNow().then(() => done.push("first"));
  await pause();
  void loop.runNow().then(() => done.push("second"));
  void loop.runNow().then(() => done.push("third"));
  await pause();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await pause();
  expect(done).toEqual(["first"]);
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await pause();
  expect(done.toSorted()).toEqual(["first", "second", "third"]);
  expect(ends).toHaveLength(2);
});

test("who asks from within a run, or just as one ends, starts no second one beside another", async () => {
  let atOnce = 0;
  let most = 0;
  let runs = 0;
  const loop = loopOf(async () => {
    runs += 1;
    atOnce += 1;
    most = Math.max(most, atOnce);
    if (runs === 1) {
      void loop.runNow();
    }
    await Promise.resolve();
    atOnce -= 1;
  });
  await loop.runNow();
  await Promise.all([loop.runNow(), loop.runNow().then(async () => loop.runNow())]);
  await pause();
  expect(most).toBe(1);
  expect(runs).toBeGreaterThan(2);
});

test("a burst of events is one run", async () => {
  const run = vi.fn<Task["run"]>(async () => undefined);
  const loop = loopOf(run);
  for (let event = 0; event < 5; event += 1) {
    loop.runSoon(250);
    await vi.advanceTimersByTimeAsync(40);
  }
  await vi.advanceTimersByTimeAsync(250);
  expect(run).toHaveBeenCalledTimes(1);
  loop.runSoon(250);
  await vi.advanceTimersByTimeAsync(250);
  expect(run).toHaveBeenCalledTimes(2);
});

test.each([
  [
    "a fault is told each time",
    [new Error("bug"), new Error("bug"), null],
    ["error: sweeping failed, and is tried again", "error: sweeping failed, and is tried again"],
  ],
  [
    "a database that is away is told once, and once when it is back",
    [new DatabaseFaultError("unreachable", null), new DatabaseFaultError("unreachable", null), null, null],
    ["warn: sweeping has to wait: the database can't be reached", "log: sweeping goes on: the database can be reached again"],
  ],
  [
    "another thing out of reach is told anew",
    [new DatabaseFaultError("unreachable", null), new RangeError("away"), new RangeError("away"), null],
    [
      "warn: sweeping has to wait: the database can't be reached",
      "warn: sweeping has to wait: the engine can't be reached",
      "log: sweeping goes on: the engine can be reached again",
    ],
  ],
])("whatever becomes of a run, the next one comes: %s", async (_case, outcomes, expected) => {
  const run = vi.fn<Task["run"]>();
  for (const outcome of outcomes) {
    run.mockImplementationOnce(async () => (outcome === null ? undefined : Promise.reject(outcome)));
  }
  const loop = loopOf(run.mockResolvedValue(undefined));
  loop.start();
  await vi.advanceTimersByTimeAsync(outcomes.length * 1_000);
  await expect(loop.runNow()).resolves.toBeUndefined();
  expect(run).toHaveBeenCalledTimes(outcomes.length + 1);
  expect(told).toEqual(expected);
});

test("once Mosaic stops nothing begins, and the run in flight is told and waited for", async () => {
  const { run, ends } = heldRuns();
  const seen = vi.fn<Task["run"]>(run);
  const loop = loopOf(seen);
  loop.start();
  loop.runSoon(10_000);
  await vi.advanceTimersByTimeAsync(1_000);
  void loop.runNow();
  ending.abort();
  expect(seen.mock.calls[0]?.[0].aborted).toBe(true);
  let isOver = false;
  void Promise.all(waitedFor).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(lastRunMs - 1);
  expect(isOver).toBe(false);
  ends[0]?.();
  await pause();
  expect(isOver).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  await loop.runNow();
  expect(seen).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("a run that does not heed its end holds the process up for a moment only, and what breaks then is not told", async () => {
  const held = Promise.withResolvers<void>();
  const loop = loopOf(async () => held.promise);
  void loop.runNow();
  await pause();
  ending.abort();
  let isOver = false;
  void Promise.all(waitedFor).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(lastRunMs);
  expect(isOver).toBe(true);
  held.reject(new Error("the pool is closed"));
  await pause();
  expect(told).toEqual([]);
});

test("a loop keeps no process alive", () => {
  const begun = vi.spyOn(globalThis, "setInterval");
  loopOf(async () => undefined).start();
  expect(begun.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
});
