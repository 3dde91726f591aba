import { expect, test } from "vitest";
import { dollarsOf, pricesOf } from "@/features/providers/price-values";

test("prices are whole millionths, and come back as they were typed", () => {
  const { prices } = pricesOf({ input: "2.5", cached: "0,25", output: "10" });
  expect(prices).toEqual({ inputMicrosPerMillion: 2_500_000, cachedMicrosPerMillion: 250_000, outputMicrosPerMillion: 10_000_000 });
  expect(dollarsOf(prices ?? undefined)).toEqual({ input: "2.5", cached: "0.25", output: "10" });
});

test("nothing is no price, and 0 is one", () => {
  expect(pricesOf({ input: "", cached: " ", output: "" })).toEqual({ prices: null, fault: null });
  expect(pricesOf({ input: "0", cached: "", output: "0" }).prices).toEqual({ inputMicrosPerMillion: 0, outputMicrosPerMillion: 0 });
  expect(dollarsOf(undefined)).toEqual({ input: "", cached: "", output: "" });
});

test("what is no price is shown as none", () => {
  expect(dollarsOf({ inputMicrosPerMillion: Number.NaN, outputMicrosPerMillion: 2_000_000 })).toEqual({
    input: "",
    cached: "",
    output: "2",
  });
});

test.each([
  [{ input: "1", cached: "", output: "" }, "output"],
  [{ input: "", cached: "1", output: "" }, "input"],
  [{ input: "x", cached: "", output: "1" }, "input"],
  [{ input: "1", cached: "-1", output: "1" }, "cached"],
  [{ input: "1", cached: "", output: "1001" }, "output"],
  [{ input: "1e3", cached: "", output: "1" }, "input"],
])("%j is told at its field", (texts, field) => {
  expect(pricesOf(texts).fault?.field).toBe(field);
});
