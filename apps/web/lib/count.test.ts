import { expect, test } from "vitest";
import { formatCount } from "@/lib/count";

test.each([
  [0, "0"],
  [10_000, "10,000"],
  [10_001, "more than 10,000"],
])("%i is written %j", (count, written) => {
  expect(formatCount(count)).toBe(written);
});
