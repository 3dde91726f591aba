import { expect, test } from "vitest";
import { usageWith } from "./answer-usage.js";

const usage = { inputTokens: 1_200_000, outputTokens: 3, cachedTokens: 200_000, contextTokens: 900 };
const prices = { inputMicrosPerMillion: 3_000_000, outputMicrosPerMillion: 15_000_000, cachedMicrosPerMillion: 300_000 };
const chosen = { id: "m", contextWindow: 4096, prices };

test("the cost is of what was read, read again and written, in whole millionths", () => {
  expect(usageWith(chosen, { usage, model: "m" })).toEqual({ ...usage, model: "m", contextWindow: 4096, costMicros: 3_060_045 });
  const { cachedMicrosPerMillion: _, ...withoutCached } = prices;
  expect(usageWith({ id: "m", prices: withoutCached }, { usage }).costMicros).toBe(3_600_045);
  expect(usageWith({ id: "m", prices }, { usage: { ...usage, cachedTokens: 2_000_000 } }).costMicros).toBe(360_045);
});

test("the greatest numbers are exact", () => {
  const most = 1_000_000_000;
  const all = { inputMicrosPerMillion: most, outputMicrosPerMillion: most };
  const huge = { inputTokens: 2_000_000_000, outputTokens: 1_999_999_999, cachedTokens: 0 };
  expect(usageWith({ id: "m", prices: all }, { usage: huge }).costMicros).toBe(3_999_999_999_000);
});

test("without a price there is no cost, and a price of nothing is one", () => {
  expect(usageWith({ id: "m" }, { usage })).toEqual({ ...usage, model: "m" });
  expect(usageWith({ id: "m", prices: { inputMicrosPerMillion: 0, outputMicrosPerMillion: 0 } }, { usage }).costMicros).toBe(0);
});

test("what another model took has no cost, nor what several did, nor where nobody knows the model", () => {
  expect(usageWith(chosen, { usage, model: "other" })).toEqual({ ...usage, model: "other" });
  expect(usageWith(chosen, { usage, model: null })).toEqual(usage);
  expect(usageWith(null, { usage })).toEqual(usage);
});
