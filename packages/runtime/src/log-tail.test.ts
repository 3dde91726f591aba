import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { keptLogBytes, LogTail, readLogFrames } from "./log-tail.js";

const mib = 1024 * 1024;

function frame(stream: number, text: string): Buffer {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

test("the end is kept, whatever the pieces were, and begins with a whole line", () => {
  const text = Array.from({ length: 500 }, (_, index) => `line ${index} ü`).join("\n");
  const bytes = Buffer.from(text);
  for (const pieceLength of [1, 7, 99, 100, 101, bytes.length]) {
    const tail = new LogTail(100);
    for (let at = 0; at < bytes.length; at += pieceLength) tail.push(bytes.subarray(at, at + pieceLength));
    expect(tail.text()).toMatch(/^line \d+ ü\n/);
    expect(text.endsWith(tail.text())).toBe(true);
    expect(tail.text().length).toBeGreaterThan(80);
  }
});

test("what fits is kept whole, and nothing is nothing", () => {
  const tail = new LogTail(100);
  expect(tail.text()).toBe("");
  tail.push(Buffer.from("one\ntwo"));
  expect(tail.text()).toBe("one\ntwo");
});

test("a flood of 256 MB keeps as little as ever", () => {
  const tail = new LogTail();
  const chunk = Buffer.from(`${"x".repeat(63)}\n`.repeat(1024));
  const before = process.memoryUsage();
  for (let pushed = 0; pushed < 256 * mib; pushed += chunk.length) tail.push(chunk);
  const after = process.memoryUsage();
  expect(Buffer.byteLength(tail.text())).toBeLessThanOrEqual(keptLogBytes);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(4 * mib);
});

test("both outputs of a container are put together in their order, however the stream is cut", async () => {
  const bytes = Buffer.concat([frame(1, "out\n"), frame(2, "err ü\n"), frame(1, ""), frame(1, "end"), Buffer.from([1, 0])]);
  for (const pieceLength of [1, 3, 8, bytes.length]) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += pieceLength) pieces.push(bytes.subarray(at, at + pieceLength));
    expect(await readLogFrames(Readable.from(pieces), mib)).toBe("out\nerr ü\nend");
  }
});

test("an engine that sends without end, or frames of 4 GB, is read as far as the limit and left", async () => {
  let sent = 0;
  let isLeft = false;
  async function* endless() {
    try {
      for (;;) {
        sent += mib;
        yield sent === mib
          ? Buffer.concat([Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]), Buffer.alloc(mib, "x\n")])
          : Buffer.alloc(mib, "x\n");
        await Promise.resolve();
      }
    } finally {
      isLeft = true;
    }
  }
  const text = await readLogFrames(endless(), 4 * mib);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(keptLogBytes);
  expect([sent <= 5 * mib, isLeft]).toEqual([true, true]);
});
