import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBoundedJson } from "./bounded-json.js";

test("JSON that is nested as deep as allowed is read, one level more is not", () => {
  expect(parseBoundedJson('[{"a":[1]}]', 3)).toEqual({ isReadable: true, value: [{ a: [1] }] });
  expect(parseBoundedJson('[{"a":[[1]]}]', 3)).toEqual({ isReadable: false, fault: "too_deep" });
});

test("a million brackets are too deep, and found out at once", () => {
  expect(parseBoundedJson("[".repeat(1_000_000))).toEqual({ isReadable: false, fault: "too_deep" });
});

test("brackets inside strings do not count", () => {
  const value = { a: '[[[[{{{{\\"', b: '"[' };
  expect(parseBoundedJson(JSON.stringify(value), 1)).toEqual({ isReadable: true, value });
});

test.each(["", "{", "nope", "<html>", "[1,]", '"abc', "\\"])("%j is no JSON", (text) => {
  expect(parseBoundedJson(text)).toEqual({ isReadable: false, fault: "not_json" });
});

test("every JSON text within the depth is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(parseBoundedJson(text, 8)).toEqual({ isReadable: true, value: JSON.parse(text) as unknown });
    }),
  );
});
