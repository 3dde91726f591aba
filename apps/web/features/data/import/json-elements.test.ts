import { describe, expect, test } from "vitest";
import { JsonElements } from "@/features/data/import/json-elements";

/** All values of a text, parted into pieces of `size` characters. */
const read = (text: string, { size = text.length || 1, max = 1_000 } = {}): unknown[] => {
  const elements = new JsonElements(max);
  const found: unknown[] = [];
  for (let start = 0; start < text.length; start += size) {
    for (const element of elements.push(text.slice(start, start + size))) found.push("fault" in element ? element.fault : element.value);
  }
  for (const element of elements.end()) found.push("fault" in element ? element.fault : element.value);
  return found;
};

describe("a text comes value by value, wherever it is parted", () => {
  test.each([
    ["an array", '[{"a":1},{"b":[1,{"c":"}"}]}]', [{ a: 1 }, { b: [1, { c: "}" }] }]],
    ["lines", '{"a":1}\n{"b":2}\n', [{ a: 1 }, { b: 2 }]],
    ["one object", ' {"a":{"b":{}}} ', [{ a: { b: {} } }]],
    ["brackets and quotes in strings", String.raw`[{"a":"\\\"]}"},{"b":"\\"}]`, [{ a: '\\"]}' }, { b: "\\" }]],
    ["an empty array", "[]", []],
    ["a mark at the beginning", '\uFEFF[{"a":1}]', [{ a: 1 }]],
    ["lists in a list", "[[1],[2]]", [[1], [2]]],
  ])("%s", (_, text, expected) => {
    expect(read(text)).toEqual(expected);
    expect(read(text, { size: 1 })).toEqual(expected);
    expect(read(text, { size: 3 })).toEqual(expected);
  });
});

describe("what is no JSON is told, and what follows is read", () => {
  test.each([
    ["nothing", "  ", ["unreadable"]],
    ["a value without its end", '[{"a":1},{"b":', [{ a: 1 }, "unreadable"]],
    ["a string without its end", '[{"a":"', ["unreadable"]],
    ["a value that is none", '[{a:1},{"b":2}]', ["unreadable", { b: 2 }]],
    ["numbers in place of values", '[1,2,{"a":1}]', ["unreadable", "unreadable", { a: 1 }]],
    ["too many ends", "]}]}", ["unreadable"]],
    ["text", "hello", ["unreadable"]],
  ])("%s", (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test("one that is too long is let go", () => {
    expect(read(`[{"a":"${"x".repeat(200)}"},{"b":1}]`, { size: 10, max: 100 })).toEqual(["too_long", { b: 1 }]);
  });

  test("a depth without end takes no stack", () => {
    expect(read("[".repeat(200_000), { max: 1_000_000 })).toEqual(["unreadable"]);
  });

  test("names that objects have are names", () => {
    const [value] = read('[{"__proto__":{"isAdmin":true}}]');
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
  });
});
