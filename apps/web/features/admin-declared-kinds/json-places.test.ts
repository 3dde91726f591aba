import { expect, test } from "vitest";
import { lineAt, placeOf, placesIn } from "@/features/admin-declared-kinds/json-places";

const text = `{
  "id": "a",
  "files": [
    { "path": "b\\u0041.md", "mode": -1.5e3 },
    []
  ],
  "none": null, "dotted.name": { "x": true }
}`;

const cut = (path: string): string => {
  const { start, end } = placeOf(placesIn(text).places, path);
  return text.slice(start, end);
};

test.each([
  ["id", '"a"'],
  ["files.0.path", '"b\\u0041.md"'],
  ["files.0.mode", "-1.5e3"],
  ["files.1", "[]"],
  ["none", "null"],
  ["dotted.name.x", "true"],
  ["", text],
])("the value at %j is found in the text", (path, value) => {
  expect(cut(path)).toBe(value);
});

test("what is missing is looked for where it would stand", () => {
  const { places } = placesIn(text);
  expect(placeOf(places, "files.0.content")).toEqual({ start: text.indexOf('{ "path"'), end: text.indexOf('{ "path"') });
  expect(placeOf(places, "port")).toEqual({ start: 0, end: 0 });
  expect(lineAt(text, placeOf(places, "files.0.mode").start)).toBe(4);
});

test.each([
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ["[1 2]", 3],
  ['{"a": tru}', 6],
  ['{"a": "b\n"}', 6],
  ['{"a": "\\u00zz"}', 6],
  ["{'a': 1}", 1],
  ['{"a": 1', 7],
  ["", 0],
  ["{} x", 3],
  ["01", 0],
])("%j stops being JSON at %i", (broken, at) => {
  expect(() => JSON.parse(broken)).toThrow();
  expect(placesIn(broken).brokenAt).toBe(at);
});

test.each([text, "[]", ' {"a":[{},[[]],"\u007F"]} ', "3", '"x"', "[1e5, -0, 0.5]"])("%j is JSON", (whole) => {
  JSON.parse(whole);
  expect(placesIn(whole).brokenAt).toBeNull();
});

test("a text that is nested deeper than anybody writes is given up on", () => {
  expect(placesIn("[".repeat(100_000)).brokenAt).toBeLessThan(200);
});
