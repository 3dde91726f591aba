import { expect, test } from "vitest";
import { LeakyBuckets } from "./leaky-buckets.js";

test("points are forgotten as time goes by, and each key has its own", () => {
  let now = 0;
  const buckets = new LeakyBuckets({ points: 10, perSecond: 2 }, () => now);
  buckets.add("a", 9);
  expect(buckets.waitSeconds("a")).toBe(0);
  buckets.add("a", 5);
  expect(buckets.waitSeconds("a")).toBe(2);
  expect(buckets.waitSeconds("b")).toBe(0);
  now = 2_500;
  expect(buckets.waitSeconds("a")).toBe(0);
});

test("however long it goes on, its end is near", () => {
  const buckets = new LeakyBuckets({ points: 10, perSecond: 2 }, () => 0);
  for (let index = 0; index < 1_000; index += 1) {
    buckets.add("a", 5);
  }
  expect(buckets.waitSeconds("a")).toBe(5);
});

test("a million keys take the room of the last few", () => {
  const buckets = new LeakyBuckets({ points: 1, perSecond: 1, maxKeys: 100 }, () => 0);
  buckets.add("first", 2);
  for (let index = 0; index < 1_000; index += 1) {
    buckets.add(`key ${index}`, 2);
  }
  expect(buckets.waitSeconds("first")).toBe(0);
  expect(buckets.waitSeconds("key 0")).toBe(0);
  expect(buckets.waitSeconds("key 999")).toBe(1);
});
