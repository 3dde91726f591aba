import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, expect, test } from "vitest";
import { FrameStream } from "./frame-stream.js";

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test("a silence is filled, also where somebody has nothing to write again and again", async () => {
  const opened = Promise.withResolvers<FrameStream>();
  const options = { contentType: "text/event-stream", keepAlive: ": keepalive\n", keepAliveMs: 40 };
  server = createServer(express().get("/", (_request, response) => opened.resolve(new FrameStream(response, options))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const stream = await opened.promise;
  const nothing = setInterval(() => void stream.write(""), 10);
  setTimeout(() => {
    clearInterval(nothing);
    stream.end();
  }, 300);
  expect(await (await answer).text()).toContain(": keepalive\n: keepalive\n");
});
