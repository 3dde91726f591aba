import { PassThrough } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Request, Response } from "express";
import { expect, test } from "vitest";
import { ClientGoneError } from "./gone-signal.js";
import { streamedBody } from "./streamed-body.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    gc();
  }
}

const body = (): PassThrough & { complete: boolean } => Object.assign(new PassThrough(), { headers: {}, complete: false });

async function read(request: PassThrough, limits: { silenceMs: number; wholeMs: number }): Promise<string> {
  let said = "";
  for await (const piece of streamedBody(request as unknown as Request, {} as Response, { ...limits, lateWords: "Too slow." })) {
    said += piece.toString();
  }
  return said;
}

test("a body comes as it was sent", async () => {
  const request = body();
  request.complete = true;
  request.write("a");
  request.end("b");
  expect(await read(request, { silenceMs: 60_000, wholeMs: 60_000 })).toBe("ab");
});

test.each([
  ["says nothing", { silenceMs: 1, wholeMs: 60_000 }],
  ["takes too long altogether", { silenceMs: 60_000, wholeMs: 1 }],
])("who %s is told so, and can still be answered", async (_, limits) => {
  const request = body();
  request.write("a");
  await expect(read(request, limits)).rejects.toMatchObject({ code: "body_too_slow", detail: "Too slow." });
  expect(request.destroyed).toBe(false);
});

test.each([
  ["breaks off", (request: PassThrough) => request.destroy(new Error("aborted"))],
  ["ends before its end", (request: PassThrough) => request.end()],
])("a body that %s is one whose sender left", async (_, end) => {
  const request = body();
  end(request);
  await expect(read(request, { silenceMs: 60_000, wholeMs: 60_000 })).rejects.toBeInstanceOf(ClientGoneError);
});

test("a piece that was read is not kept until the end", async () => {
  const request = body();
  const pieces = streamedBody(request as unknown as Request, {} as Response, {
    silenceMs: 60_000,
    wholeMs: 60_000,
    lateWords: "Too slow.",
  });
  const kept: WeakRef<Buffer>[] = [];
  for (let count = 0; count < 20; count += 1) {
    request.write(Buffer.alloc(1024));
    const { value } = await pieces.next();
    kept.push(new WeakRef(value as Buffer));
  }
  await collectGarbage();
  expect(kept.slice(0, 15).filter((piece) => piece.deref() !== undefined)).toEqual([]);
  request.destroy();
  await pieces.return(undefined);
});
