import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppError } from "../errors/app-error.js";
import { FairGate, type GateLimits } from "./fair-gate.js";

const limits: GateLimits = {
  atOnce: 2,
  atOncePerKey: 1,
  waiting: 6,
  waitingPerKey: 4,
  longestWaitMs: 1_000,
  words: { ofKey: "too many of yours", inAll: "too many in all" },
};

let gate: FairGate;
let log: string[];
let finishers: Map<string, () => void>;

beforeEach(() => {
  vi.useFakeTimers();
  gate = new FairGate(limits);
  log = [];
  finishers = new Map();
});

afterEach(() => vi.useRealTimers());

/** Work that goes on until `finish(name)`. */
function enter(key: string, name: string, signal?: AbortSignal): Promise<string> {
  const work = async (): Promise<string> => {
    log.push(name);
    await new Promise<void>((resolve) => finishers.set(name, resolve));
    return name;
  };
  const entered = gate.run(key, work, signal);
  entered.catch(() => undefined);
  return entered;
}

/** Promises that wait for each other have settled. */
const settle = async (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function finish(name: string): Promise<void> {
  finishers.get(name)?.();
  await settle();
}

test("a few are inside at once, in all and of one key", async () => {
  void enter("a", "a1");
  void enter("a", "a2");
  void enter("b", "b1");
  void enter("c", "c1");
  await settle();
  expect(log).toEqual(["a1", "b1"]);
  await finish("b1");
  expect(log).toEqual(["a1", "b1", "c1"]);
  await finish("c1");
  // There is room in all, but not for a second one of this key.
  expect(log).toEqual(["a1", "b1", "c1"]);
  await finish("a1");
  expect(log).toEqual(["a1", "b1", "c1", "a2"]);
});

test("keys take turns: who sends many waits behind their own", async () => {
  gate = new FairGate({ ...limits, atOnce: 1 });
  for (const name of ["a1", "a2", "a3", "a4"]) {
    void enter("a", name);
  }
  void enter("b", "b1");
  void enter("b", "b2");
  await settle();
  for (const name of ["a1", "a2", "b1", "a3", "b2", "a4"]) {
    expect(log.at(-1)).toBe(name);
    await finish(name);
  }
  expect(log).toEqual(["a1", "a2", "b1", "a3", "b2", "a4"]);
});

test("whoever comes beyond what may wait is refused at once, in words, and takes no one's place", async () => {
  for (let index = 1; index <= 5; index += 1) {
    void enter("a", `a${index}`);
  }
  await expect(enter("a", "a6")).rejects.toMatchObject({ code: "overloaded", detail: "too many of yours", retryAfterSeconds: 5 });
  void enter("b", "b1");
  void enter("b", "b2");
  void enter("c", "c1");
  await expect(enter("d", "d1")).rejects.toMatchObject({ code: "overloaded", detail: "too many in all" });
  await finish("b1");
  expect(log).toEqual(["a1", "b1", "b2"]);
});

test("nobody waits for ever", async () => {
  void enter("a", "a1");
  const late = enter("a", "a2");
  await vi.advanceTimersByTimeAsync(1_001);
  await expect(late).rejects.toBeInstanceOf(AppError);
  await finish("a1");
  expect(log).toEqual(["a1"]);
});

test("whoever leaves gives up the place, before and while waiting, and holds up nobody", async () => {
  const leaving = new AbortController();
  void enter("a", "a1");
  const gone = enter("a", "a2", leaving.signal);
  void enter("a", "a3");
  leaving.abort(new Error("left"));
  await expect(gone).rejects.toThrow("left");
  await expect(enter("b", "b1", leaving.signal)).rejects.toThrow("left");
  await finish("a1");
  expect(log).toEqual(["a1", "a3"]);
});

test("work that fails frees its place, and its error reaches who asked", async () => {
  await expect(gate.run("a", async () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await gate.run("a", async () => Promise.resolve("next"))).toBe("next");
});

test("everything that was let in is let in once, whatever the order of coming, leaving and finishing", async () => {
  vi.useRealTimers();
  gate = new FairGate({ ...limits, atOnce: 3, atOncePerKey: 2, waiting: 1_000, waitingPerKey: 1_000 });
  let inside = 0;
  let most = 0;
  const ofKey = new Map<string, number>();
  const runs = Array.from({ length: 300 }, async (_, index) => {
    const key = `k${index % 7}`;
    const leaving = new AbortController();
    const run = gate.run(
      key,
      async () => {
        inside += 1;
        ofKey.set(key, (ofKey.get(key) ?? 0) + 1);
        most = Math.max(most, inside);
        expect(ofKey.get(key)).toBeLessThanOrEqual(2);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        ofKey.set(key, (ofKey.get(key) ?? 0) - 1);
      },
      leaving.signal,
    );
    if (index % 5 === 0) {
      setImmediate(() => leaving.abort());
    }
    return run;
  });
  const outcomes = await Promise.allSettled(runs);
  expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(240);
  expect([most, inside]).toEqual([3, 0]);
  expect(await gate.run("k0", async () => Promise.resolve("free"))).toBe("free");
});
