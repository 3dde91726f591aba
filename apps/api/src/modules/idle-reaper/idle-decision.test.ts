import { expect, test } from "vitest";
import { shouldStop, type IdleCandidate } from "./idle-decision.js";

const now = new Date("2026-11-21T12:00:00Z");
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const idle: IdleCandidate = { status: "running", idleTimeoutSeconds: 1800, lastActiveAt: minutesAgo(31), hasTurnInFlight: false };

test.each<[string, Partial<IdleCandidate>, boolean]>([
  ["idle for longer than its timeout", {}, true],
  ["idle for exactly its timeout", { lastActiveAt: minutesAgo(30) }, true],
  ["idle for less than its timeout", { lastActiveAt: minutesAgo(29) }, false],
  ["a turn is in flight", { hasTurnInFlight: true }, false],
  ["a timeout of 0 is never over", { idleTimeoutSeconds: 0, lastActiveAt: minutesAgo(100_000) }, false],
  ["a clock that was set back", { lastActiveAt: minutesAgo(-5) }, false],
  ["it is starting", { status: "starting" }, false],
  ["it is stopping already", { status: "stopping" }, false],
  ["it is stopped", { status: "stopped" }, false],
  ["it is in error", { status: "error" }, false],
])("%s: %o", (_case, change, stops) => {
  expect(shouldStop({ ...idle, ...change }, now)).toBe(stops);
});
