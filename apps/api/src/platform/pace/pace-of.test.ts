import { expect, test } from "vitest";
import { paceOf } from "./pace-of.js";

test.each([
  ["an idle machine", 0, 0, 1],
  ["a machine that is used and not full", 0.9, 20, 1],
  ["two that want each processor", 2, 10, 2],
  ["a figure in between", 1.26, 0, 1.3],
  ["a process that is late although the machine looks idle, as in a container with a limit", 0.1, 150, 3],
  ["the worse of both", 2, 200, 4],
  ["a machine far beyond its means", 40, 9_000, 6],
  ["a figure that is none", Number.NaN, 0, 6],
])("%s (load %f, late by %i ms): times are taken times %f", (_, loadPerCore, loopDelayMs, pace) => {
  expect(paceOf({ loadPerCore, loopDelayMs })).toBe(pace);
});
