import { expect, test } from "vitest";
import { faultOfJsonText } from "./json-text.js";

test.each([
  ["an object", '{"a":[1,{"b":"c"}]}', null],
  ["brackets in a string", JSON.stringify({ a: "[".repeat(5_000) }), null],
  ["commas in a string", JSON.stringify({ a: ",".repeat(50_000) }), null],
  ["a quote that is escaped", '{"a":"\\"[[[["}', null],
  ["a backslash before the end", '{"a":"\\\\"}', null],
  ["escaped characters", '{"a":"\\u00e4\\ud83d\\ude00\\n"}', null],
  ["a character of two halves", '{"a":"😀"}', null],
  ["an escape of an escape", '{"a":"\\\\u0000"}', null],
  ["no end", '{"a":"b', null],
  ["32 levels", "[".repeat(32) + "]".repeat(32), null],
  ["33 levels", "[".repeat(33) + "]".repeat(33), expect.stringContaining("32 levels")],
  ["a million brackets", "[".repeat(1_000_000), expect.stringContaining("32 levels")],
  ["objects without end", '{"a":'.repeat(100_000), expect.stringContaining("32 levels")],
  ["many objects", `[${"{},".repeat(4_000)}{}]`, expect.stringContaining("4,000 values")],
  ["many fields", `{${'"a":1,'.repeat(4_100)}"b":1}`, expect.stringContaining("4,000 values")],
  ["NUL", '{"a":"\\u0000"}', expect.stringContaining("can't be stored")],
  ["NUL in a name", '{"a\\u0000":1}', expect.stringContaining("can't be stored")],
  ["the first half", '{"a":"\\ud800"}', expect.stringContaining("can't be stored")],
  ["the first half and another character", '{"a":"\\ud800\\u0041"}', expect.stringContaining("can't be stored")],
  ["the second half", '{"a":"\\uDC00"}', expect.stringContaining("can't be stored")],
  ["the halves the wrong way round", '{"a":"\\ude00\\ud83d"}', expect.stringContaining("can't be stored")],
])("%s", (_name, text, fault) => {
  expect(faultOfJsonText(text)).toEqual(fault);
});
