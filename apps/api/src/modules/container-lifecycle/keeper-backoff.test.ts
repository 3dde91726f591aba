import { expect, test } from "vitest";
import { retryDelayMs } from "./keeper-backoff.js";

test.each([
  [1, 5_000],
  [2, 10_000],
  [5, 80_000],
  [8, 600_000],
  [1000, 600_000],
])("after attempt %i the next one waits %i ms", (count, ms) => {
  expect(retryDelayMs(count)).toBe(ms);
});
