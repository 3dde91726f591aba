import { expect, test } from "vitest";
import { toLogLines } from "./log-lines.js";

test("lines come without colours, control characters and empty ones, the newest last", () => {
  const text = "one\n\u001b[31mtwo\u001b[0m\r\n\n\u001b]0;title\u0007three\u0000\nfour";
  expect(toLogLines(text, 10)).toEqual(["one", "two", "three", "four"]);
  expect(toLogLines(text, 2)).toEqual(["three", "four"]);
});

test("an endless line is cut", () => {
  expect(toLogLines("x".repeat(10_000), 1)[0]).toHaveLength(2_000);
});

test("no line looks like two, or is read backwards", () => {
  expect(toLogLines("a\u2028{b}\u0085c\r{d}\u202ee", 9)).toEqual(["a {b}c{d} e"]);
});
