import { expect, test } from "vitest";
import { escapeLike, searchPatterns } from "./like-pattern.js";

test("what means something to LIKE is looked for as it is", () => {
  expect(escapeLike(String.raw`50%_off\x`)).toBe(String.raw`50\%\_off\\x`);
});

test("three letters are found anywhere in a name", () => {
  expect(searchPatterns("ann")).toEqual(["%ann%"]);
  expect(searchPatterns("王")).toEqual(["%王%"]);
});

test("one or two letters are found where a word begins", () => {
  expect(searchPatterns("ro")).toEqual(["ro%", "% ro%", "%-ro%", "%.ro%", String.raw`%\_ro%`]);
});
