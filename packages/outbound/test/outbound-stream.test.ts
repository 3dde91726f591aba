import type { IncomingMessage, RequestListener } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test, vi } from "vitest";
import { createAddressPolicy } from "../src/address-policy.js";
import { createOutboundClient, type OutboundStream, type StreamInit } from "../src/outbound-client.js";
import { OutboundError } from "../src/outbound-error.js";
import { startHttp, startTcp, type LocalServer } from "./support/local-servers.js";

const limits = { headMs: 5_000, silenceMs: 5_000 };
const opened: LocalServer[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (server) => server.close()));
});

async function serve(handle: RequestListener): Promise<LocalServer> {
  const server = await startHttp(handle);
  opened.push(server);
  return server;
}

async function open(
  server: LocalServer,
  changes: { init?: StreamInit; limits?: Partial<typeof limits>; allowed?: string[] } = {},
): Promise<OutboundStream> {
  const calling = createOutboundClient({ policy: () => createAddressPolicy(changes.allowed ?? ["127.0.0.1"]) });
  return calling.stream(`http://127.0.0.1:${server.port}/`, changes.init ?? {}, { ...limits, ...changes.limits });
}

test("a body is handed on while it arrives, however long it takes as a whole", async () => {
  const release = Promise.withResolvers<void>();
  const server = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    void release.promise.then(() => response.end("data: 2\n\n"));
  });
  const answer = await open(server);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const first = (await answer.body[Symbol.asyncIterator]().next()) as IteratorResult<Buffer>;
  expect(String(first.value)).toBe("data: 1\n\n");
  release.resolve();
});

test("what is sent in pieces arrives as a whole, its sender hears when it is gone, and nothing is asked to be packed", async () => {
  const server = await serve((request, response) => {
    void text(request).then((body) => response.end(`${request.method} ${request.headers["accept-encoding"]} ${body}`));
  });
  const onSent = vi.fn<() => void>();
  const body = ['{"model":', '"m"}'].map((piece) => Buffer.from(piece));
  const answer = await open(server, { init: { method: "POST", body, onSent } });
  expect(await text(answer.body)).toBe('POST identity {"model":"m"}');
  expect(onSent).toHaveBeenCalledOnce();
});

test("a body that the other end does not take yet is not told as sent", async () => {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const server = await serve((request, response) => {
    request.once("end", () => response.end("taken"));
    arrived.resolve(request);
  });
  const onSent = vi.fn<() => void>();
  const body = Array.from({ length: 64 }, () => Buffer.alloc(1024 * 1024));
  const answer = open(server, { init: { method: "POST", body, onSent } });
  const request = await arrived.promise;
  expect(onSent).not.toHaveBeenCalled();
  request.resume();
  expect(await text((await answer).body)).toBe("taken");
  expect(onSent).toHaveBeenCalledOnce();
});

test("a body that nobody reads and that breaks off harms nobody, and one that is read fails with what happened", async () => {
  const leave = Promise.withResolvers<void>();
  const server = await serve((_request, response) => {
    response.writeHead(200, { "content-length": "10" }).write("a");
    void leave.promise.then(() => response.destroy());
  });
  const [unread, read] = await Promise.all([open(server), open(server)]);
  const reading = text(read.body);
  leave.resolve();
  await expect(reading).rejects.toMatchObject({ code: "reset" });
  await vi.waitFor(() => expect(unread.body.destroyed).toBe(true));
});

test("a body that comes faster than it is read waits with the other end, and comes whole", async () => {
  const size = 64 * 1024 * 1024;
  const server = await serve((_request, response) => response.writeHead(200).end(Buffer.alloc(size, "x")));
  const { body } = await open(server);
  const seen: number[] = [0];
  await vi.waitFor(() => {
    seen.push(body.readableLength);
    expect([seen.at(-1), seen.at(-1)]).toEqual([seen.at(-2), expect.toSatisfy((bytes: number) => bytes > 0)]);
  });
  expect(body.readableLength).toBeLessThan(1024 * 1024);
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
  }
  expect(bytes).toBe(size);
});

test("a body of single bytes, each in a chunk of its own, is no flood", async () => {
  const pieces = 200_000;
  const server = await serve((_request, response) => {
    response.writeHead(200);
    for (let piece = 0; piece < pieces; piece += 1) {
      response.write("x");
    }
    response.end();
  });
  expect(await text((await open(server)).body)).toHaveLength(pieces);
});

test("of two large pieces, the last one is not told as sent before the other end takes it", async () => {
  const size = 16 * 1024 * 1024;
  const arrived = Promise.withResolvers<IncomingMessage>();
  const server = await serve((request, response) => {
    request.once("end", () => response.end("taken"));
    arrived.resolve(request);
  });
  const onSent = vi.fn<() => void>();
  const answer = open(server, { init: { method: "POST", body: [Buffer.alloc(size), Buffer.alloc(size)], onSent } });
  const request = await arrived.promise;
  let read = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    read += chunk.length;
    // The first piece has left the process by then, and most of the second has not.
    if (read < size * 1.2) expect(onSent).not.toHaveBeenCalled();
  }
  expect(await text((await answer).body)).toBe("taken");
  expect(onSent).toHaveBeenCalledOnce();
});

test("a silence that is too long breaks the body off", async () => {
  const server = await serve((_request, response) => void response.writeHead(200).write("a"));
  const answer = await open(server, { limits: { silenceMs: 50 } });
  await expect(text(answer.body)).rejects.toMatchObject({ code: "timeout" });
  await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
});

test("a server that never begins to answer is left", async () => {
  const server = await serve(() => undefined);
  await expect(open(server, { limits: { headMs: 50 } })).rejects.toMatchObject({ code: "timeout" });
  await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
});

test("a caller who leaves in the middle ends the connection", async () => {
  const server = await serve((_request, response) => void response.writeHead(200).write("a"));
  const leaving = new AbortController();
  const answer = await open(server, { init: { signal: leaving.signal } });
  const reading = text(answer.body).catch((error: unknown) => error);
  leaving.abort();
  expect(await reading).toBeInstanceOf(Error);
  await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
});

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 30; round += 1) {
    collect();
    await new Promise(setImmediate);
  }
}

test("what was sent is held by nobody while the answer is waited for, and an empty body is told as sent, too", async () => {
  const server = await serve((request) => void request.resume());
  const sent = Promise.withResolvers<void>();
  const body: Buffer[] = [Buffer.alloc(1024 * 1024)];
  const held = new WeakRef(body[0]?.buffer ?? {});
  const leaving = new AbortController();
  const answer = open(server, { init: { method: "POST", body, onSent: sent.resolve, signal: leaving.signal } });
  await sent.promise;
  await collectGarbage();
  expect(held.deref()).toBeUndefined();
  const isSent = Promise.withResolvers<void>();
  const empty = open(server, { init: { method: "POST", onSent: isSent.resolve, signal: leaving.signal } });
  await isSent.promise;
  leaving.abort();
  await Promise.allSettled([answer, empty]);
});

test.each([
  ["says its length", "content-length: 1000000"],
  ["says its length with a space after it", "content-length: 1000000 "],
  ["ends with its connection", "x-a: b"],
])("an answer that %s is whole though its reader lags behind its end", async (_what, header) => {
  const server = await startTcp((socket) => {
    socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${"x".repeat(1_000_000)}`));
  });
  opened.push(server);
  const { body } = await open(server);
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
  expect(bytes).toBe(1_000_000);
});

test.each([
  ["of a length", "content-length: 10"],
  ["without one", "x-a: b"],
])("an answer %s whose connection is reset is not taken for a whole one", async (_what, header) => {
  const arrived = Promise.withResolvers<Socket>();
  const server = await startTcp((socket) => {
    socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\nab`, () => arrived.resolve(socket)));
  });
  opened.push(server);
  const { body } = await open(server);
  const reading = text(body);
  (await arrived.promise).resetAndDestroy();
  await expect(reading).rejects.toMatchObject({ code: "reset" });
});

test("a caller who leaves ends the connection however much was collected as garbage meanwhile", async () => {
  const server = await serve((_request, response) => void response.writeHead(200).write("a"));
  const leaving = new AbortController();
  const { body } = await open(server, { init: { signal: leaving.signal } });
  body.on("error", () => undefined).resume();
  await collectGarbage();
  leaving.abort();
  await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
});

test("a caller who leaves before there is an answer gets the own reason", async () => {
  const server = await serve(() => undefined);
  const leaving = new AbortController();
  const reason = new Error("I left");
  const call = open(server, { init: { signal: leaving.signal } });
  await vi.waitFor(() => expect(server.connections).toHaveLength(1));
  leaving.abort(reason);
  await expect(call).rejects.toBe(reason);
  await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
});

test("time for the head is no limit once it is there", async () => {
  const release = Promise.withResolvers<void>();
  const server = await serve((_request, response) => {
    response.writeHead(200).write("a");
    void release.promise.then(() => response.end("b"));
  });
  const answer = await open(server, { limits: { headMs: 200 } });
  setTimeout(release.resolve, 400);
  expect(await text(answer.body)).toBe("ab");
  await vi.waitFor(() => expect(server.connections[0]?.destroyed).toBe(true));
});

test("addresses are judged and redirects refused as in every other call", async () => {
  const server = await serve((_request, response) => response.writeHead(307, { location: "http://127.0.0.1/" }).end());
  await expect(open(server)).rejects.toMatchObject({ code: "redirected" });
  const refused = open(server, { allowed: [] });
  await expect(refused).rejects.toBeInstanceOf(OutboundError);
  await expect(refused).rejects.toMatchObject({ code: "address_refused" });
});
