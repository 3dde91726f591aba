import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { LeastPace, paced } from "./least-pace.js";

const limits = { bytesPerSecond: 1_000, windowMs: 30_000, checkEveryMs: 15_000 };

function watched(): { pace: LeastPace; told: () => number } {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  let count = 0;
  const pace = new LeastPace(limits, () => (count += 1));
  onTestFinished(() => pace.end());
  return { pace, told: () => count };
}

test("a side that moves a byte now and then is too slow after its time of grace, and told once", () => {
  const { pace, told } = watched();
  for (let second = 0; second < 44; second += 1) {
    pace.wait();
    vi.advanceTimersByTime(1_000);
    pace.moved(1);
  }
  expect(told()).toBe(0);
  pace.wait();
  vi.advanceTimersByTime(60_000);
  expect(told()).toBe(1);
});

test("one that keeps the pace is not, nor one that is not waited for", () => {
  const { pace, told } = watched();
  for (let second = 0; second < 120; second += 1) {
    pace.wait();
    vi.advanceTimersByTime(1_000);
    pace.moved(1_100);
  }
  vi.advanceTimersByTime(600_000);
  expect(told()).toBe(0);
});

test("what went quickly before excuses nothing", () => {
  const { pace, told } = watched();
  pace.wait();
  vi.advanceTimersByTime(31_000);
  pace.moved(1_000_000);
  vi.advanceTimersByTime(15_000);
  expect(told()).toBe(0);
  pace.wait();
  vi.advanceTimersByTime(60_000);
  expect(told()).toBe(1);
});

/** How an answer to a reader ended, of whom 1 MiB is asked a second, while it is waited for. */
async function answered(pieces: AsyncIterable<Buffer>): Promise<{ answer: IncomingMessage; ended: Promise<"whole" | "cut off"> }> {
  const { promise: ended, resolve } = Promise.withResolvers<"whole" | "cut off">();
  const server = createServer((_request, response) => {
    const pace = new LeastPace({ bytesPerSecond: 1024 * 1024, windowMs: 200, checkEveryMs: 20 }, () => response.destroy());
    pipeline(paced(pieces, pace), response)
      .then(
        () => resolve("whole"),
        () => resolve("cut off"),
      )
      .finally(() => pace.end());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => server.close().closeAllConnections());
  const { promise, resolve: answer, reject } = Promise.withResolvers<IncomingMessage>();
  get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }, answer).on("error", reject);
  return { answer: await promise, ended };
}

const megabyte = Buffer.alloc(1024 * 1024);

async function* megabytes(end: number, pauseMs = 0): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < end; piece += 1) {
    yield megabyte;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

test("a reader that takes a little now and then, while more waits for it, is cut off", async () => {
  const { answer, ended } = await answered(megabytes(Infinity));
  answer.on("error", () => undefined);
  const sip = setInterval(() => answer.read(1024), 10);
  onTestFinished(() => clearInterval(sip));
  expect(await ended).toBe("cut off");
});

test("a quick reader of something long, and of something that comes slowly, is not", async () => {
  for (const pieces of [megabytes(64), megabytes(4, 150)]) {
    const { answer, ended } = await answered(pieces);
    answer.resume();
    expect(await ended).toBe("whole");
  }
});
