import { createServer } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeGateway, startFakeGateway } from "./fake-gateway.js";
import { ConfigRefusedError, followBundle } from "./fake-supervisor.js";
import { listenOn, type RunningServer } from "@mosaic/demo-llm/listening-server";

let gateway: FakeGateway;
let api: RunningServer;
let soul: string;
let reports: string[];
const ending = { current: new AbortController() };

/** The two routes of the API's internal port; waiting is left to the caller. */
beforeEach(async () => {
  soul = "You are Ann.";
  reports = [];
  ending.current = new AbortController();
  const server = createServer((request, response) => {
    if (request.headers.authorization !== "Bearer container-token") {
      response.writeHead(401).end();
    } else if (request.url === "/agent/status") {
      request.on("data", (data: Buffer) => reports.push(data.toString("utf8")));
      request.on("end", () => response.writeHead(204).end());
    } else if (request.url?.includes(`after=${encodeURIComponent(soul.length)}`)) {
      setTimeout(() => response.writeHead(204).end(), 20);
    } else {
      const files = [{ root: "state", path: "workspace/SOUL.md", content: soul }];
      response.end(JSON.stringify({ generation: String(soul.length), files, warmup: null }));
    }
  });
  api = await listenOn(server, {});
  gateway = await startFakeGateway({ token: "t" });
});

afterEach(async () => {
  ending.current.abort();
  await Promise.all([gateway.close(), api.close()]);
});

async function isKnown(word: string): Promise<boolean> {
  const messages = [{ role: "user", content: `[demo:system contains=${word}]` }];
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer t" },
    body: JSON.stringify({ model: "openclaw/main", messages }),
  });
  return (await response.text()).includes("Yes.");
}

function follow(containerToken: string): Promise<void> {
  const { signal } = ending.current;
  return followBundle(gateway, { configUrl: `${api.url}/agent`, containerToken, signal });
}

test("takes over each personality, reports it, survives the API's absence, and ends", async () => {
  const following = follow("container-token");
  await expect.poll(() => isKnown("Ann")).toBe(true);
  expect(reports[0]).toBe('{"phase":"starting"}');
  await expect.poll(() => reports[1]).toContain('"phase":"ready"');
  await api.refuseConnections();
  soul = "You are Robert.";
  await api.acceptConnections();
  await expect.poll(() => isKnown("Robert"), { timeout: 5_000 }).toBe(true);
  await expect.poll(() => reports.at(-1)).toContain('"phase":"applied"');
  ending.current.abort();
  await expect(following).resolves.toBeUndefined();
});

test("gives up when its token is refused", async () => {
  await expect(follow("stolen")).rejects.toBeInstanceOf(ConfigRefusedError);
});
