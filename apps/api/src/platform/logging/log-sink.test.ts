import type { write } from "node:fs";
import { expect, test } from "vitest";
import { LogSink } from "./log-sink.js";

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;

/** A file descriptor that does what a test says, write by write. */
class OddFile {
  readonly written: string[] = [];
  readonly calls: (() => void)[] = [];
  answer: (bytes: number) => number | string = (bytes) => bytes;

  readonly write = ((_descriptor: number, buffer: Buffer, offset: number, length: number, _position: null, done: Done) => {
    this.calls.push(() => {
      const answer = this.answer(length);
      if (typeof answer === "string") {
        done(Object.assign(new Error(answer), { code: answer }), 0);
        return;
      }
      this.written.push(buffer.subarray(offset, offset + answer).toString());
      done(null, answer);
    });
  }) as unknown as typeof write;

  async answerAll(): Promise<void> {
    for (let call = this.calls.shift(); call !== undefined; call = this.calls.shift()) {
      call();
    }
    await Promise.resolve();
  }

  get text(): string {
    return this.written.join("");
  }
}

test("lines come out whole and in order, also in parts", async () => {
  const file = new OddFile();
  const sink = new LogSink({ write: file.write });
  file.answer = (bytes) => Math.min(bytes, 3);
  sink.write("first\n");
  sink.write("second\n");
  sink.write("third\n");
  await file.answerAll();
  expect(file.text).toBe("first\nsecond\nthird\n");
});

test.each(["ENOSPC", "EPIPE", "EIO", "EBADF"])("after %s lines are lost, counted and told once it works again", async (code) => {
  const file = new OddFile();
  const sink = new LogSink({ write: file.write });
  file.answer = () => code;
  sink.write("lost\n");
  await file.answerAll();
  sink.write("lost too\n");
  await file.answerAll();
  file.answer = (bytes) => bytes;
  sink.write("there\n");
  await file.answerAll();
  const [told, line] = file.text.split("\n");
  expect(JSON.parse(told ?? "")).toMatchObject({ level: 40, count: 2, code, message: "log lines could not be written" });
  expect(line).toBe("there");
});

test("a reader that takes nothing costs a bounded amount of memory", async () => {
  const file = new OddFile();
  const sink = new LogSink({ write: file.write, maxWaitingBytes: 1_000 });
  for (let index = 0; index < 1_000; index += 1) {
    sink.write(`${"x".repeat(99)}\n`);
  }
  expect(file.calls).toHaveLength(1);
  await file.answerAll();
  sink.write("later\n");
  await file.answerAll();
  expect(file.text.length).toBeLessThan(1_500);
  expect(file.text).toContain("nobody reads the log");
  expect(file.text).toMatch(/"count":990.*later\n$/s);
});

test("a full pipe is tried again", async () => {
  const file = new OddFile();
  const sink = new LogSink({ write: file.write });
  file.answer = () => "EAGAIN";
  sink.write("patience\n");
  await file.answerAll();
  file.answer = (bytes) => bytes;
  await expect.poll(() => file.calls.length).toBe(1);
  const flushed = sink.flush(5_000);
  await file.answerAll();
  await flushed;
  expect(file.text).toBe("patience\n");
});
