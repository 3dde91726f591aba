import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { linesOf, TooManyBytes, tooLongLine } from "./record-lines.js";

async function read(chunks: readonly string[], lineBytes = 100, allBytes = 1_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), { lineBytes, allBytes })) {
    lines.push(line === tooLongLine ? "too long" : line.toString("utf8"));
  }
  return lines;
}

test.each([
  ["nothing", [], []],
  ["lines that are parted anywhere", ["a", "b\nc\n", "d"], ["ab", "c", "d"]],
  ["empty lines", ["\n\n", "a\n", "\n\n"], ["a"]],
  ["characters that are parted", ["\u00e4\n"], ["\u00e4"]],
])("%s", async (_, chunks, expected) => {
  expect(await read(chunks)).toEqual(expected);
});

test("a line that is too long is let go, and the next one is read", async () => {
  expect(await read(["aaa", "aaa", "aa\nb\n"], 5)).toEqual(["too long", "b"]);
});

test("more than may come ends it", async () => {
  await expect(read(["a\n", "b".repeat(20)], 100, 10)).rejects.toThrow(TooManyBytes);
});
