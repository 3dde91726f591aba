import { expect, test } from "vitest";
import { demultiplex, toLogLines } from "./log-lines.js";

test("lines come without colours, control characters and empty ones, the newest last", () => {
  const text = "one\n\u001b[31mtwo\u001b[0m\r\n\n\u001b]0;title\u0007three\u0000\nfour";
  expect(toLogLines(text, 10)).toEqual(["one", "two", "three", "four"]);
  expect(toLogLines(text, 2)).toEqual(["three", "four"]);
});

test("an endless line is cut", () => {
  expect(toLogLines("x".repeat(10_000), 1)[0]).toHaveLength(2_000);
});

test("both outputs of a container are put together in their order", () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  expect(demultiplex(Buffer.concat([frame(1, "out\n"), frame(2, "err ü\n"), Buffer.from([1, 0])]))).toBe("out\nerr ü\n");
});
