import { expect, test } from "vitest";
import { retryDelayMs, StartAttempts } from "./start-attempts.js";

test.each([
  [1, 5_000],
  [2, 10_000],
  [5, 80_000],
  [8, 600_000],
  [1000, 600_000],
])("after attempt %i the next one waits %i ms", (count, ms) => {
  expect(retryDelayMs(count)).toBe(ms);
});

test("a start that takes long is one attempt, and the wait begins at its end", () => {
  const attempts = new StartAttempts();
  expect(attempts.begin("a", 0)).toBe(true);
  expect(attempts.begin("a", 3_000)).toBe(false);
  expect(attempts.begin("a", 90_000)).toBe(false);
  attempts.end("a", 90_000);
  expect(attempts.begin("a", 94_999)).toBe(false);
  expect(attempts.begin("a", 95_000)).toBe(true);
});

test("each attempt in a row doubles the wait, also of an agent that dies right after it started", () => {
  const attempts = new StartAttempts();
  let now = 0;
  for (const delay of [5_000, 10_000, 20_000]) {
    expect(attempts.begin("a", now)).toBe(true);
    attempts.end("a", now);
    expect(attempts.begin("a", now + delay - 1)).toBe(false);
    now += delay;
  }
});

test("an agent that ran for a while is started at once, and others don't matter", () => {
  const attempts = new StartAttempts();
  attempts.begin("a", 0);
  attempts.end("a", 0);
  attempts.begin("a", 5_000);
  attempts.end("a", 5_000);
  expect(attempts.begin("b", 5_000)).toBe(true);
  expect(attempts.begin("a", 75_001)).toBe(true);
  attempts.end("a", 75_001);
  expect(attempts.begin("a", 80_001)).toBe(true);
});
