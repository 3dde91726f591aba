import { expect, test } from "vitest";
import { accountAtAddressRule, afterFailure, remainingBlockMs, type ThrottleState } from "./login-throttle.js";

const start = new Date("2026-01-01T00:00:00Z");
const later = (ms: number): Date => new Date(start.getTime() + ms);

function failures(count: number): ThrottleState | null {
  return Array.from({ length: count }).reduce<ThrottleState | null>((state) => afterFailure(state, accountAtAddressRule, start), null);
}

test.each([
  { count: 0, waitMs: 0 },
  { count: 5, waitMs: 0 },
  { count: 6, waitMs: 10_000 },
  { count: 7, waitMs: 20_000 },
  { count: 8, waitMs: 40_000 },
  { count: 13, waitMs: 900_000 },
  { count: 500, waitMs: 900_000 },
])("after $count failures the next attempt waits $waitMs ms", ({ count, waitMs }) => {
  expect(remainingBlockMs(failures(count), start)).toBe(waitMs);
});

test("a block passes by itself", () => {
  expect(remainingBlockMs(failures(6), later(9_999))).toBe(1);
  expect(remainingBlockMs(failures(6), later(10_000))).toBe(0);
});

test("after an hour it counts from the beginning", () => {
  const state = afterFailure(failures(50), accountAtAddressRule, later(3_600_000));
  expect(state).toEqual({ failures: 1, windowStartAt: later(3_600_000), blockedUntil: null });
});
