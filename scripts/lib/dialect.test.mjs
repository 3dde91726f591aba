import { expect, test } from "vitest";
import { otherDialectIn } from "./dialect.mjs";

const found = (/** @type {string} */ source, file = "a.ts") => otherDialectIn(file, source).map(({ line, text }) => [line, text]);

test.each([
  ["class A { #b = 1; }", "#b = 1;"],
  ["class A { readonly #b: number; }", "readonly #b: number;"],
  ["const a = class { #b() {} };", "#b() {}"],
  ["const MAX_BYTES = 1;", "MAX_BYTES = 1"],
  ["function a() { const LIMIT = 1; return LIMIT; }", "LIMIT = 1"],
])("is found: %s", (source, text) => {
  expect(found(source)).toEqual([[1, text]]);
});

test.each([
  "class A { private b = 1; }",
  "const maxBytes = 1;",
  'const CLOCK = Symbol("CLOCK");',
  "const ENV = readEnv.KEY;",
  "const T = 1;",
  "const Page = 1;",
])("is left alone: %s", (source) => {
  expect(found(source)).toEqual([]);
});

test("plain JavaScript has no other word for what is private", () => {
  expect(found("class A { #b = 1; }", "a.mjs")).toEqual([]);
});
