import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import express from "express";
import { afterEach, expect, test } from "vitest";
import { EventStream } from "./event-stream.js";

interface Said {
  readonly type: "greeting" | "delta" | "done";
  readonly text?: string;
}

let server: Server;
let reader: Socket;

afterEach(() => {
  reader.destroy();
  server.closeAllConnections();
  server.close();
});

/** A browser at the socket's level: it reads only when it is told to. */
async function open(): Promise<{ stream: EventStream<Said>; received: () => string }> {
  const opened = Promise.withResolvers<EventStream<Said>>();
  server = createServer(express().get("/", (_request, response) => opened.resolve(new EventStream<Said>(response))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  reader = connect((server.address() as AddressInfo).port, "127.0.0.1");
  reader.on("error", () => undefined);
  reader.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  let received = "";
  reader.setEncoding("utf8").on("data", (text: string) => {
    received += text;
  });
  return { stream: await opened.promise, received: () => received };
}

test("an event goes out at once, as its type and its JSON", async () => {
  const { stream, received } = await open();
  await stream.send({ type: "greeting", text: "hi\nthere" });
  await expect.poll(received).toContain('event: greeting\ndata: {"type":"greeting","text":"hi\\nthere"}\n\n');
  stream.end();
  await expect.poll(received).toMatch(/0\r\n\r\n$/);
});

test("what is sent and ended at once arrives whole, in one piece with the head", async () => {
  const pieces: string[] = [];
  server = createServer(
    express().get("/", (_request, response) => {
      const stream = new EventStream<Said>(response);
      void stream.send({ type: "greeting" });
      void stream.send({ type: "done" });
      stream.end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  reader = connect((server.address() as AddressInfo).port, "127.0.0.1");
  reader.setEncoding("utf8").on("data", (text: string) => pieces.push(text));
  reader.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await expect.poll(() => pieces.join("")).toMatch(/^HTTP[^]+event: greeting\n[^]+event: done\n[^]+0\r\n\r\n$/);
  expect(pieces).toHaveLength(1);
});

test("a reader that does not read holds the writer up, and what was written is not lost", async () => {
  const { stream, received } = await open();
  await expect.poll(received).toContain("text/event-stream");
  reader.pause();
  const event: Said = { type: "delta", text: "x".repeat(64 * 1024) };
  let sent = 0;
  const writing = (async () => {
    for (; sent < 400; sent += 1) {
      await stream.send(event);
    }
  })();
  let before = -1;
  await expect
    .poll(
      () => {
        const stalled = sent === before;
        before = sent;
        return stalled;
      },
      { interval: 200 },
    )
    .toBe(true);
  expect(sent).toBeLessThan(400);
  reader.resume();
  await writing;
  stream.end();
  await expect.poll(() => received().split("event: delta").length - 1).toBe(400);
});

test("a reader that leaves is noticed, also while it holds the writer up, and later events are dropped", async () => {
  const { stream, received } = await open();
  await expect.poll(received).toContain("text/event-stream");
  reader.pause();
  const writing = (async () => {
    while (!stream.left.aborted) {
      await stream.send({ type: "delta", text: "x".repeat(64 * 1024) });
    }
  })();
  reader.destroy();
  await writing;
  await stream.send({ type: "done" });
  stream.end();
  expect(stream.left.aborted).toBe(true);
});

test("a stream takes the events of its kind and no others", async () => {
  const { stream, received } = await open();
  await stream.send({ type: "greeting", text: "hi" });
  const others = (): unknown => [
    // @ts-expect-error -- of another stream
    stream.sendSoon({ type: "stage" }),
    // @ts-expect-error -- more than the contract says
    stream.sendSoon({ type: "done", secret: "x" }),
  ];
  expect(others).toBeTypeOf("function");
  stream.end();
  await expect.poll(received).toContain("event: greeting");
});
