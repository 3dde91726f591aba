import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomUUIDv7 } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { containerTokenContext } from "../src/modules/agent-config/agent-config.types.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { hashToken, newToken } from "../src/modules/crypto/tokens.js";
import { LlmRelayService } from "../src/modules/llm-relay/llm-relay.service.js";
import { RELAY_LIMITS, relayLimits } from "../src/modules/llm-relay/relay-places.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const mega = 1024 * 1024;
const patiently = { timeout: 10_000 };
const limits = { ...relayLimits, largeBytesInAll: 40 * mega };

let app: TestApp;
let admin: TestClient;
let bystander: TestClient;
let llm: Server;
let received: number[];
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  app = await startTestApp({ replace: [{ token: RELAY_LIMITS, value: limits }] });
  // Nothing is brought in line with the engine meanwhile: it has none of these containers.
  app.runtime.faults.isReachable = false;
  admin = await app.admin();
  bystander = await app.member("bystander");
  llm = createServer((incoming, response) => {
    let size = 0;
    incoming.on("data", (chunk: Buffer) => (size += chunk.length));
    incoming.on("end", () => {
      received.push(size);
      answer(response);
    });
  }).listen(0, "127.0.0.1");
  await vi.waitFor(() => expect(llm.listening).toBe(true));
  expect((await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] })).status).toBe(200);
});

afterAll(async () => {
  llm.closeAllConnections();
  llm.close();
  await app.close();
});

beforeEach(() => {
  received = [];
  answer = (response) => response.end("{}");
});

interface Relayed {
  readonly path: string;
  readonly authorization: string;
}

async function shared(): Promise<Relayed> {
  const baseUrl = `http://127.0.0.1:${(llm.address() as AddressInfo).port}/v1`;
  const body = { kind: "openai-compatible", name: "Ours", baseUrl, apiKey: "sk-x", models: [{ id: "m-1" }] };
  const providerId = (await admin.post("/api/providers", body)).json<{ id: string }>().id;
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [providerId]);
  const member = await app.member(uniqueName("member"));
  const agentId = (await member.post("/api/agents", { name: "Robin", model: { providerId, model: "m-1" } })).json<{ id: string }>().id;
  const token = newToken();
  const sealed = app.nest.get(CryptoService, { strict: false }).seal(token, containerTokenContext(member.userId, agentId));
  await app.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, endpoint_host, endpoint_port) VALUES ($1, $2, 'running', $3, $4, '127.0.0.1', 1)",
    [agentId, `mosaic-${randomUUIDv7()}`, sealed, Buffer.from(hashToken(token))],
  );
  return {
    path: `/api/internal/agent-config/${agentId}/llm/${providerId}/chat/completions`,
    authorization: `Bearer ${deriveRelayToken(token)}`,
  };
}

/** Without a copy: what is measured is the application's part. */
async function send({ path, authorization }: Relayed, body: Buffer): Promise<number> {
  const { hostname, port } = new URL(app.internalUrl);
  const headers = { authorization, "content-type": "application/json", "content-length": String(body.length) };
  return new Promise((resolve) => {
    const call = request({ host: hostname, port, path, method: "POST", headers }, (response) => {
      response.resume().once("close", () => resolve(response.statusCode ?? 0));
    });
    call.on("error", () => resolve(0)).end(body);
  });
}

function kept(): number {
  return app.nest.get(LlmRelayService, { strict: false }).places.keptKilobytes;
}

/**
 * The most work that is done in one turn of the event loop while something goes on, in milliseconds of this thread's own time: what a
 * bystander waits for at most, however busy the machine is with other things.
 */
async function longestTurn(work: Promise<unknown>): Promise<number> {
  let most = 0;
  let last = process.threadCpuUsage();
  const look = (): void => {
    const now = process.threadCpuUsage();
    most = Math.max(most, (now.user + now.system - last.user - last.system) / 1_000);
    last = now;
  };
  const watch = setInterval(look, 0);
  await work.finally(() => clearInterval(watch));
  look();
  return most;
}

test("eight calls with megabytes of empty objects slow nobody down, and leave no memory behind", async () => {
  const relayed = await shared();
  const body = Buffer.from(`{"model":"m-1","messages":[${"{},".repeat(3 * mega)}{}]}`);
  await send(relayed, body);
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => {
    const now = process.memoryUsage();
    most = Math.max(most, now.heapUsed - before.heapUsed);
  }, 20);
  const calls = Promise.all(Array.from({ length: 8 }, async () => send(relayed, body)));
  const turn = longestTurn(calls);
  expect((await bystander.get("/api/auth/me")).status).toBe(200);
  const longest = await turn;
  clearInterval(watch);
  expect(await calls).toEqual(Array.from({ length: 8 }, () => 200));
  expect(received).toHaveLength(9);
  // Parsed, they take more than a gigabyte.
  expect(most).toBeLessThan(200 * mega);
  // Parsed, each of them alone takes seconds.
  expect(longest).toBeLessThan(400);
  expect(kept()).toBe(0);
});

test("large bodies of one agent come one after the other, and small ones of others go past", async () => {
  const rogue = await shared();
  const other = await shared();
  const { hostname, port } = new URL(app.internalUrl);
  const headers = { authorization: rogue.authorization, "content-type": "application/json", "content-length": String(30 * mega) };
  const slow = Array.from({ length: 4 }, () => {
    const call = request({ host: hostname, port, path: rogue.path, method: "POST", headers });
    call.on("error", () => undefined).write('{"model":"m-1",');
    return call;
  });
  await expect.poll(kept, patiently).toBe(30 * 1024);
  expect(await send(other, Buffer.from('{"model":"m-1","messages":[]}'))).toBe(200);
  expect(kept()).toBe(30 * 1024);
  slow.forEach((call) => call.destroy());
  await expect.poll(kept, patiently).toBe(0);
});

test("the memory of a body is free again while its answer is still on the way", async () => {
  const relayed = await shared();
  let open: ServerResponse | undefined;
  answer = (response) => {
    open = response;
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
  };
  const body = Buffer.from(`{"model":"m-1","messages":["${"x".repeat(3 * mega)}"]}`);
  const sending = send(relayed, body);
  await expect.poll(() => open, patiently).toBeDefined();
  await expect.poll(kept, patiently).toBe(0);
  open?.end();
  expect(await sending).toBe(200);
});

test("nothing holds a body that is sent while its answer is waited for", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heldBytes = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const relayed = await shared();
  let open: ServerResponse | undefined;
  answer = (response) => (open = response);
  const body = Buffer.from(`{"model":"m-1","messages":["${"x".repeat(30 * mega)}"]}`);
  const before = heldBytes();
  const sending = send(relayed, body);
  await expect.poll(() => open, patiently).toBeDefined();
  await expect.poll(() => heldBytes() - before, patiently).toBeLessThan(10 * mega);
  open?.end("{}");
  expect(await sending).toBe(200);
});

test("a body above 32 MB is refused by what it announces, and by what arrives", async () => {
  const relayed = await shared();
  const headers = { authorization: relayed.authorization, "content-type": "application/json" };
  const { hostname, port } = new URL(app.internalUrl);
  const statusOf = async (more: Record<string, string>, write: (call: ReturnType<typeof request>) => void): Promise<number> =>
    new Promise((resolve) => {
      const call = request({ host: hostname, port, path: relayed.path, method: "POST", headers: { ...headers, ...more } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on("error", () => resolve(0));
      write(call);
    });
  expect(await statusOf({ "content-length": String(33 * mega) }, (call) => call.write("{"))).toBe(413);
  const chunk = Buffer.alloc(mega, " ");
  // Cut off in the middle of sending, a client may not get to read why.
  const status = await statusOf({ "transfer-encoding": "chunked" }, (call) => Array.from({ length: 34 }, () => call.write(chunk)));
  expect([413, 0]).toContain(status);
  expect(received).toEqual([]);
  expect(kept()).toBe(0);
});
