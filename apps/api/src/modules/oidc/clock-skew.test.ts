import { expect, test } from "vitest";
import { isSkewed, skewSecondsOf, skewWords } from "./clock-skew.js";

const at = Date.parse("2026-11-28T12:00:00Z");
const dated = (ms: number): Headers => new Headers({ date: new Date(ms).toUTCString() });

test.each([
  ["the same second", at, 0],
  ["the second before", at - 1_000, 0],
  ["within a slow answer", at + 2_000, 0],
  ["ten minutes ahead", at + 603_000, 600],
  ["an hour behind", at - 3_601_000, -3600],
])("a server's clock is measured by its Date: %s", (_name, serverMs, expected) => {
  expect(skewSecondsOf(dated(serverMs), at, at + 3_000)).toBe(expected);
});

test("a server that says no date, or no date that can be read, has no measured clock", () => {
  expect(skewSecondsOf(new Headers(), at, at)).toBeNull();
  expect(skewSecondsOf(new Headers({ date: "yesterday" }), at, at)).toBeNull();
});

test("what a token's times allow for is no skew", () => {
  expect([isSkewed(30), isSkewed(-30), isSkewed(null), isSkewed(31), isSkewed(-600)]).toEqual([false, false, false, true, true]);
});

test("a difference is told in the unit that fits", () => {
  expect([skewWords(45), skewWords(-600), skewWords(7_200)]).toEqual(["45 seconds", "10 minutes", "2 hours"]);
});
