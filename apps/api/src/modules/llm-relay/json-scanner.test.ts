import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonScanner, JsonTextError } from "./json-scanner.js";

/** A list's entries, each as `JSON.parse` understands it by itself. */
function read(text: string): unknown[] {
  const bytes = Buffer.from(text);
  const scanner = new JsonScanner(bytes, { maxMembers: 10, maxDepth: 128 }, "list");
  for (let end = 7; end < bytes.length; end += 7) {
    scanner.scanTo(end);
  }
  scanner.scanTo(bytes.length);
  return scanner.entries().map(({ start, end }) => JSON.parse(bytes.toString("utf8", start, end)) as unknown);
}

test("the entries of any list are found as JSON.parse finds them, whatever whitespace is around them", () => {
  const space = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 80 });
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 10 }), space, fc.nat(3), (values, gap, indent) => {
      const text = `[${values.map((value) => gap + JSON.stringify(value, null, indent) + gap).join(",") || gap}]`;
      expect(read(text)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ["an object", "{}"],
  ["a number", "1"],
  ["nothing", ""],
  ["a list that does not end", "[1"],
  ["something after it", "[1] [2]"],
  ["a comma too much", "[1,]"],
  ["brackets that cross", "[1}"],
  ["a name", '["a":1]'],
  ["entries without end", `[${"1,".repeat(10)}1]`],
])("%s is refused", (_what, text) => {
  expect(() => read(text)).toThrow(JsonTextError);
});
