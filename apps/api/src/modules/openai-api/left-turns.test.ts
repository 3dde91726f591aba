import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LeftTurns } from "./left-turns.js";

const turn = { answerId: "a", conversationId: "c", request: "r", retries: 0 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function read(
  turns: LeftTurns,
  retries = 0,
): { leave: ReturnType<LeftTurns["enter"]>; stop: ReturnType<typeof vi.fn<() => Promise<void>>> } {
  const stop = vi.fn<() => Promise<void>>(async () => Promise.resolve());
  return { leave: turns.enter({ ...turn, retries }, stop), stop };
}

test("a turn that its program has left ends after a while, unless the same request comes back to it", () => {
  const turns = new LeftTurns();
  const first = read(turns);
  first.leave("left");
  expect(turns.isAwaited("r")).toBe(true);
  vi.advanceTimersByTime(2_400);
  const second = read(turns);
  vi.advanceTimersByTime(60_000);
  expect(first.stop).not.toHaveBeenCalled();
  second.leave("left");
  vi.advanceTimersByTime(2_500);
  expect(second.stop).toHaveBeenCalledTimes(1);
  expect(turns.isAwaited("r")).toBe(false);
});

test("a client that has asked again often waits longer, and so does its turn", () => {
  const turns = new LeftTurns();
  const third = read(turns, 3);
  third.leave("left");
  vi.advanceTimersByTime(5_900);
  expect(third.stop).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(third.stop).toHaveBeenCalledTimes(1);
});

test("one of two readers may leave; what is over ends nothing", () => {
  const turns = new LeftTurns();
  const [one, two] = [read(turns), read(turns)];
  one.leave("left");
  vi.advanceTimersByTime(60_000);
  two.leave("over");
  vi.advanceTimersByTime(60_000);
  expect([one.stop, two.stop].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
});

test("whoever goes on in the conversation ends what was left there, and nothing elsewhere", async () => {
  const turns = new LeftTurns();
  const { leave, stop } = read(turns);
  leave("left");
  await turns.endIn("another");
  expect(stop).not.toHaveBeenCalled();
  await turns.endIn("c");
  expect(stop).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(stop).toHaveBeenCalledTimes(1);
});

test("an answer that broke off is what the same request gets again for a while", () => {
  const turns = new LeftTurns();
  read(turns).leave("broken_off");
  expect([turns.isAwaited("r"), turns.isAwaited("other")]).toEqual([true, false]);
  vi.advanceTimersByTime(10_000);
  expect(turns.isAwaited("r")).toBe(false);
});
