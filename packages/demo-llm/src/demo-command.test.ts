import { describe, expect, test } from "vitest";
import { parseDemoCommand, readNumber } from "./demo-command.js";

const cases: readonly { text: string; name: string; options: Record<string, string> }[] = [
  { text: "[demo:hang]", name: "hang", options: {} },
  {
    text: "please [demo:slow ms=200 words=20] now",
    name: "slow",
    options: { ms: "200", words: "20" },
  },
  {
    text: "[demo:fail status=500 message=Out of order]",
    name: "fail",
    options: { status: "500", message: "Out of order" },
  },
  {
    text: "[demo:fail message=Out of order status=401]",
    name: "fail",
    options: { status: "401", message: "Out of order" },
  },
  {
    text: '[demo:system contains="two words"]',
    name: "system",
    options: { contains: "two words" },
  },
  {
    text: '[demo:tool name=read args={"path":"a]b}.md","deep":{"n":[1]}}]',
    name: "tool",
    options: { name: "read", args: '{"path":"a]b}.md","deep":{"n":[1]}}' },
  },
  { text: "[demo:broken [demo:hang]", name: "hang", options: {} },
];

describe("parseDemoCommand", () => {
  test.each(cases)("$text", ({ text, name, options }) => {
    expect(parseDemoCommand(text)).toEqual({ name, options });
  });

  test.each(["hello", "[demo:]", "[demo:hang", "[demo:tool args={]", "demo:hang"])("%s is no command", (text) => {
    expect(parseDemoCommand(text)).toBeUndefined();
  });
});

test("a message that was made to be slow is read as fast as any", () => {
  const texts = [
    `${"[demo:a k=".repeat(8)}${" ".repeat(60_000)}x`,
    "[demo:a k=x ".repeat(20_000),
    `[demo:a k="${" ".repeat(200_000)}`,
    `[demo:a k={${"{".repeat(200_000)}`,
  ];
  const before = process.threadCpuUsage();
  for (const text of texts) expect(parseDemoCommand(text)).toBeUndefined();
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(500);
});

test("a number outside its limits is brought inside them", () => {
  const limits = { default: 5, min: 1, max: 10 };
  const read = (value: string): number => readNumber({ name: "x", options: { n: value } }, "n", limits);
  expect(["0", "7", "1e9", "none"].map(read)).toEqual([1, 7, 10, 5]);
  expect(readNumber({ name: "x", options: {} }, "n", limits)).toBe(5);
});
