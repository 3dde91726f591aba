import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "@playwright/test";
import { test } from "../support/fixtures.ts";

const conversation = { type: "conversation", conversationId: "0198c1b2-7a60-7c3e-8f00-0123456789ab" };
const page = "<!doctype html><script>onload = () => fetch('/api/events').then((answer) => answer.text())</script>";

let server: Server;
let sent: object;

test.beforeEach(() => (sent = conversation));

test.beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === "/api/events") {
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      response.write(`: open\n\nevent: conversation\ndata: ${JSON.stringify(sent)}\n\n`);
    } else {
      response.writeHead(200, { "content-type": "text/html" }).end(page);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("what a page is sent is held to the contract, in whatever browser context @docker", async ({ page: given, browser, pageStreams }) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // One browser serves all files of a run: what came before is not this test's.
  const earlier = pageStreams.typesOf("/api/events").length;
  await given.goto(url);
  await expect.poll(() => pageStreams.typesOf("/api/events").slice(earlier)).toEqual(["conversation"]);
  expect(pageStreams.takeBreaches()).toEqual([]);
  sent = { ...conversation, title: "a secret" };
  const context = await browser.newContext();
  await (await context.newPage()).goto(url);
  await expect.poll(() => pageStreams.takeBreaches()).toEqual([expect.stringContaining("says more than its contract")]);
  await context.close();
});
