import { Readable, Writable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import type { OutboundStream } from "@mosaic/outbound/outbound-client";
import type { Response } from "express";
import { expect, test } from "vitest";
import { answerChat } from "./chat-call.js";

const frame = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "x".repeat(1_000) } }] })}\n\n`;

/** An answer to nobody: what is written is counted, and taken only when it is let. */
class Reader extends Writable {
  takenBytes = 0;
  take: () => void = () => undefined;
  headersSent = false;
  readonly socket = null;

  constructor() {
    super({ highWaterMark: 16 * 1024 });
  }

  status(): this {
    return this;
  }

  set(): this {
    return this;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.takenBytes += chunk.length;
    this.take = done;
  }
}

interface Running {
  readonly reader: Reader;
  readonly answered: Promise<string>;
  readonly sentBytes: () => number;
  readonly body: Readable;
  readonly left: AbortController;
}

function start(lateMs: number, pieces: () => AsyncGenerator<string>): Running {
  let sentBytes = 0;
  const left = new AbortController();
  const late = AbortSignal.timeout(lateMs);
  const body = Readable.from(
    (async function* count() {
      for await (const piece of pieces()) {
        sentBytes += piece.length;
        yield Buffer.from(piece);
      }
    })(),
    { highWaterMark: 1 },
  );
  AbortSignal.any([left.signal, late]).addEventListener("abort", () => body.destroy(new Error("aborted")));
  const answer: OutboundStream = { status: 200, headers: new Headers({ "content-type": "text/event-stream" }), body };
  const target = {
    providerId: "p",
    provider: { kind: "openai", baseUrl: "https://llm.example/v1", apiKey: "k", models: [], dialect: { models: {} } },
    model: "m",
    isQuoted: true,
    client: { stream: async () => Promise.resolve(answer) },
  } as const;
  const request = { body: { stream: true, messages: [{ role: "user", content: "hi" }] }, shownModel: "shown", createdAt: new Date(0) };
  const reader = new Reader();
  const answered = answerChat(target, request, reader as unknown as Response, { left: left.signal, late }).then(
    () => "answered",
    (error: unknown) => String(error),
  );
  return { reader, answered, sentBytes: () => sentBytes, body, left };
}

async function* endless(pauseMs: number): AsyncGenerator<string> {
  for (;;) {
    yield frame;
    await after(pauseMs);
  }
}

test("no more is read of the provider than the reader takes", async () => {
  const { reader, sentBytes, left, answered, body } = start(60_000, () => endless(0));
  await expect.poll(() => reader.takenBytes).toBeGreaterThan(0);
  await after(100);
  const before = sentBytes();
  expect(before).toBeLessThan(64 * 1024);
  for (let taken = 0; taken < 50; taken++) {
    reader.take();
    await after(1);
  }
  await expect.poll(sentBytes).toBeGreaterThan(before);
  expect(sentBytes()).toBeLessThan(256 * 1024);
  left.abort(new Error("left"));
  reader.destroy();
  expect(await answered).toBe("Error: left");
  expect(body.destroyed).toBe(true);
});

test("an answer that comes drop by drop, without an end, is given up, and the client hears why", async () => {
  let text = "";
  const { reader, answered, body } = start(200, () => endless(20));
  reader._write = (chunk: Buffer, _encoding, done) => {
    text += chunk.toString();
    done();
  };
  expect(await answered).toBe("answered");
  expect(text).toMatch(/"The answer took too long\.".*"provider_timeout"/);
  expect(text).not.toContain("[DONE]");
  expect(body.destroyed).toBe(true);
});
