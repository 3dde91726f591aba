import { lowDiskWords } from "@mosaic/contracts/disk-words";
import { expect, test } from "vitest";
import { aboveLimitWords, cleanUpMs, mustStop } from "./disk-limits.js";

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
const limitBytes = 5 * gibibyte;

test.each([
  ["below the limit", { bytes: limitBytes, formerBytes: 0, runningMs: 1e9 }, false],
  ["that has crossed the limit just now", { bytes: limitBytes + 1, formerBytes: limitBytes, runningMs: 0 }, true],
  ["that was started above it to be cleaned up", { bytes: limitBytes + 1, formerBytes: limitBytes + 2, runningMs: 60_000 }, false],
  ["that grows instead", { bytes: limitBytes + 100 * mebibyte, formerBytes: limitBytes + 1, runningMs: 60_000 }, true],
  ["whose time to clean up is over", { bytes: limitBytes + 1, formerBytes: limitBytes + 2, runningMs: cleanUpMs }, true],
  ["that is measured for the first time, early", { bytes: 2 * limitBytes, formerBytes: null, runningMs: 60_000 }, false],
  ["that is measured for the first time, late", { bytes: 2 * limitBytes, formerBytes: null, runningMs: cleanUpMs }, true],
])("an agent %s: stopped is %o", (_name, measurement, expected) => {
  expect(mustStop({ ...measurement, limitBytes })).toBe(expected);
});

test("the words name the figure, the limit and what to do", () => {
  expect(aboveLimitWords({ bytes: 6.25 * gibibyte, limitBytes })).toMatch(
    /keeps 6\.3 GB .* 5\.0 GB are allowed.*10 minutes.*Admin → Backends/,
  );
});

test.each([
  ["half of it free", { freeBytes: 50 * gibibyte, totalBytes: 100 * gibibyte }, null],
  ["less than 5 %", { freeBytes: 4 * gibibyte, totalBytes: 100 * gibibyte }, /Only 4\.0 GB of 100\.0 GB .* below 5\.0 GB/],
  ["a small one with less than 1 GB", { freeBytes: 900 * mebibyte, totalBytes: 10 * gibibyte }, /Only 900 MB of 10\.0 GB .* below 1\.0 GB/],
  ["exactly enough", { freeBytes: 5 * gibibyte, totalBytes: 100 * gibibyte }, null],
])("a disk with %s", (_name, space, words) => {
  expect(lowDiskWords(space)).toEqual(words === null ? null : expect.stringMatching(words));
});
