import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, onTestFinished, test } from "vitest";
import { cutOffSlowReader } from "./slow-reader.js";

const bounds = { lookEveryMs: 20, windowMs: 200, leastBytes: 8 * 1024 * 1024 };

/** What a server with much to say has sent, and how that ended. */
async function answered(pieces: () => AsyncIterable<Buffer>): Promise<{ answer: IncomingMessage; ended: Promise<"whole" | "cut off"> }> {
  const { promise: ended, resolve } = Promise.withResolvers<"whole" | "cut off">();
  const server = createServer((_request, response) => {
    cutOffSlowReader(response, bounds);
    pipeline(Readable.from(pieces()), response).then(
      () => resolve("whole"),
      () => resolve("cut off"),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => server.close().closeAllConnections());
  const { promise, resolve: answer, reject } = Promise.withResolvers<IncomingMessage>();
  get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }, answer).on("error", reject);
  return { answer: await promise, ended };
}

const megabyte = Buffer.alloc(1024 * 1024);

async function* without(end: number, pauseMs = 0): AsyncGenerator<Buffer> {
  for (let piece = 0; piece < end; piece += 1) {
    yield megabyte;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

test("a reader that takes a little now and then, while more waits for it, is cut off", async () => {
  const { answer, ended } = await answered(() => without(Infinity));
  answer.on("error", () => undefined);
  const sip = setInterval(() => answer.read(1024), 10);
  onTestFinished(() => clearInterval(sip));
  expect(await ended).toBe("cut off");
});

test("a quick reader of something long, and of something that comes slowly, is not", async () => {
  for (const pieces of [() => without(64), () => without(4, 150)]) {
    const { answer, ended } = await answered(pieces);
    answer.resume();
    expect(await ended).toBe("whole");
  }
});
