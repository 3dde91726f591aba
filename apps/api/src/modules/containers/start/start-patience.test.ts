import { expect, test } from "vitest";
import { judgeStart, patienceOf, RecentStarts } from "./start-patience.js";

test.each([
  ["a machine with room", 120_000, 1, 0, { patienceMs: 120_000, quietMs: 20_000, outerMs: 360_000 }],
  ["a machine on which everything takes three times as long", 120_000, 3, 0, { patienceMs: 360_000, quietMs: 60_000, outerMs: 1_080_000 }],
  ["a machine on which starts took 90 s lately", 120_000, 1, 90_000, { patienceMs: 270_000, quietMs: 20_000, outerMs: 810_000 }],
  ["fast starts, which shorten nothing", 120_000, 1, 7_000, { patienceMs: 120_000, quietMs: 20_000, outerMs: 360_000 }],
  ["a short limit, which keeps its proportion", 10_000, 1, 0, { patienceMs: 10_000, quietMs: 5_000, outerMs: 30_000 }],
])("%s", (_, readyTimeoutMs, pace, usualMs, patience) => {
  expect(patienceOf(readyTimeoutMs, pace, usualMs)).toEqual(patience);
});

test.each([
  ["a young start that is quiet", 60_000, 60_000, "wait"],
  ["one beyond its time that works", 300_000, 1_000, "wait"],
  ["one beyond its time that does nothing", 121_000, 20_000, "stuck"],
  ["one beyond its time that was quiet for a moment", 121_000, 19_000, "wait"],
  ["one that works for ever", 360_000, 0, "endless"],
] as const)("%s: %i ms, %i of them without progress: %s", (_, elapsedMs, sinceProgressMs, verdict) => {
  expect(judgeStart({ elapsedMs, sinceProgressMs }, patienceOf(120_000, 1, 0))).toBe(verdict);
});

test("what starts take usually is the middle of the last nine", () => {
  const starts = new RecentStarts();
  expect(starts.usualMs()).toBe(0);
  for (const durationMs of [900_000, 5, 6, 7, 8, 9, 10, 11, 12, 13]) {
    starts.add(durationMs);
  }
  expect(starts.usualMs()).toBe(9);
});
