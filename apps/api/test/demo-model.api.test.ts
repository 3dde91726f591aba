import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveGatewayToken, deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerTokenContext } from "../src/modules/agent-config/agent-config.types.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { hashToken, newToken } from "../src/modules/crypto/tokens.js";
import { DEMO_THREAD, DemoModelService, demoThread } from "../src/modules/demo/demo-model.service.js";
import { Logger } from "../src/platform/logging/logger.js";
import { createAgent, createConversation, say as sayTo } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let at: string;
let token: string;

beforeAll(async () => {
  app = await startTestApp({ replace: [{ token: DEMO_THREAD, value: { ...demoThread, wordDelayMs: 0 } }] });
  app.runtime.faults.isReachable = false;
  ({ at, token } = await runningAgent("ann"));
});

/** One whose container runs, as far as Mosaic's rows say. */
async function runningAgent(owner: string): Promise<{ id: string; at: string; token: string }> {
  return runningAgentOf(await app.member(owner));
}

async function runningAgentOf(member: TestClient): Promise<{ id: string; at: string; token: string }> {
  const { id } = await createAgent(member);
  const own = newToken();
  const sealed = app.nest.get(CryptoService, { strict: false }).seal(own, containerTokenContext(member.userId, id));
  await app.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, endpoint_host, endpoint_port) VALUES ($1, $2, 'running', $3, $4, '127.0.0.1', 1)",
    [id, `mosaic-${randomUUIDv7()}`, sealed, Buffer.from(hashToken(own))],
  );
  return { id, at: `${app.internalUrl}/api/internal/agent-config/${id}/demo/v1`, token: own };
}

afterAll(async () => {
  await app.close();
});

async function say(content: string, bearer = deriveRelayToken(token), where = at, signal?: AbortSignal): Promise<Response> {
  return fetch(`${where}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "mosaic-demo", messages: [{ role: "user", content }] }),
    signal: signal ?? null,
  });
}

/** A call that is under way until `left`. It comes again when one that asked meanwhile had the last place. */
async function hang(agent: { readonly token: string; readonly at: string }, left: AbortSignal): Promise<void> {
  const ask = async (): Promise<Response | null> => say("[demo:hang]", deriveRelayToken(agent.token), agent.at, left).catch(() => null);
  while ((await ask())?.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("an agent's own token opens the demo model, and nothing else does", async () => {
  const response = await say("hello");
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("Mosaic demo model")]);
  for (const bearer of ["", "x", deriveGatewayToken(token), deriveRelayToken(newToken())]) {
    expect([bearer, (await say("hello", bearer)).status]).toEqual([bearer, 401]);
  }
  const models = await fetch(`${at}/models`, { headers: { authorization: `Bearer ${deriveRelayToken(token)}` } });
  expect(await models.json()).toMatchObject({ data: [{ id: "mosaic-demo" }] });
  const elsewhere = await fetch(`${at}/..%2f..%2fv1/models`, { headers: { authorization: `Bearer ${deriveRelayToken(token)}` } });
  expect(elsewhere.status).toBe(404);
});

test("another agent's token is refused, and so is the token of a container that was stopped", async () => {
  const other = await runningAgent("bob");
  expect((await say("hello", deriveRelayToken(other.token))).status).toBe(401);
  expect((await say("hello", deriveRelayToken(other.token), other.at)).status).toBe(200);
  await app.database.query("UPDATE agent_containers SET status = 'stopped' WHERE agent_id = $1", [other.id]);
  expect((await say("hello", deriveRelayToken(other.token), other.at)).status).toBe(401);
});

test("one agent calls it eight times at once, and leaves room for others", async () => {
  const other = await runningAgent("carl");
  const left = new AbortController();
  const waiting = Array.from({ length: 8 }, async () => hang({ token, at }, left.signal));
  await expect.poll(async () => (await say("hello")).status, { timeout: 10_000 }).toBe(429);
  expect((await say("hello", deriveRelayToken(other.token), other.at)).status).toBe(200);
  left.abort();
  await Promise.all(waiting);
  await expect.poll(async () => (await say("hello")).status).toBe(200);
});

test("an admin switches it off and on: nobody adds or tests it, and whoever uses it is told what to do", async () => {
  const admin = await app.admin();
  const dora = await app.member("dora");
  const demo = { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] };
  expect((await dora.put("/api/admin/demo-model", { isOn: false })).status).toBe(403);
  expect((await admin.get("/api/admin/demo-model")).json()).toEqual({ isOn: true });
  const { id } = (await dora.post("/api/providers", demo)).json<{ id: string }>();
  const agent = await createAgent(dora, { model: { providerId: id, model: "mosaic-demo" } });
  const conversationId = await createConversation(dora, agent.id);
  expect((await admin.put("/api/admin/demo-model", { isOn: false })).status).toBe(200);

  const off = { code: "demo_model_off", detail: "An admin switched the demo model off. Choose another provider." };
  expect((await dora.post("/api/providers", demo)).json()).toMatchObject({ status: 409, ...off });
  for (const tested of [{ kind: "demo" }, { kind: "demo", providerId: id }]) {
    expect((await dora.post("/api/providers/test", tested)).json()).toMatchObject({ outcome: "refused", message: off.detail });
  }
  expect((await dora.get("/api/providers")).json()).toMatchObject({ isDemoOffered: false });
  const answer = await say("hello");
  expect([answer.status, await answer.json()]).toEqual([409, expect.objectContaining(off)]);
  expect((await sayTo(dora, conversationId, "hello")).problem).toMatchObject({
    code: "demo_model_off",
    detail: expect.stringMatching(/^An admin switched the demo model off, and .* uses it\. Choose another model in its settings/),
  });

  expect((await admin.put("/api/admin/demo-model", { isOn: true })).status).toBe(200);
  expect((await say("hello")).status).toBe(200);
  const rows = await app.database.query<{ details: unknown }>(
    "SELECT details FROM audit_events WHERE action = 'demo_model.update' ORDER BY id",
  );
  expect(rows.map(({ details }) => details)).toEqual([{ isOn: false }, { isOn: true }]);
});

test("whatever it is sent is read in a thread of its own: the API's own does next to nothing", async () => {
  const texts = [
    `${"[demo:a k=".repeat(8)}${" ".repeat(60_000)}x`,
    " ".repeat(65_000),
    "[demo:long words=20000]",
    `{"a":${"[".repeat(50_000)}`,
  ];
  await say("hello");
  const before = process.threadCpuUsage();
  for (const text of texts) {
    expect((await say(text)).status).toBe(200);
  }
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(3_000);
});

test("a body that is too large is refused, and the next call is answered", async () => {
  expect((await say("x".repeat(3 * 1024 * 1024))).status).toBe(413);
  expect((await say("hello")).status).toBe(200);
});

test("an answer breaks off when its thread ends, and the next call starts another", async () => {
  const service = new DemoModelService(app.nest.get(Logger, { strict: false }), { ...demoThread, wordDelayMs: 0 });
  const first = await service.baseUrl();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({
    model: "mosaic-demo",
    messages: [{ role: "user", content: "[demo:slow ms=60000 words=5]" }],
    stream: true,
  });
  const response = await fetch(`${first}/chat/completions`, { method: "POST", headers, body });
  const ended = response.text().then(
    () => "whole",
    () => "broken off",
  );
  await service.onModuleDestroy();
  expect(await ended).toBe("broken off");
  await expect(service.baseUrl()).rejects.toMatchObject({ code: "provider_failed" });
});

test("a thread that is stuck is ended, and one that dies is no harm: the next call starts another", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-demo-"));
  const service = async (code: string): Promise<DemoModelService> => {
    const script = join(folder, `${randomUUIDv7()}.mjs`);
    await writeFile(script, `import { parentPort } from "node:worker_threads";\nparentPort.postMessage({ port: 1 });\n${code}`);
    return new DemoModelService(app.nest.get(Logger, { strict: false }), {
      ...demoThread,
      script,
      askEveryMs: 20,
      patienceMs: 500,
      memoryMegabytes: 32,
    });
  };
  const cases = [
    "setTimeout(() => { for (;;); }, 10);",
    "setTimeout(() => { throw new Error('died'); }, 10);",
    "const kept = []; setInterval(() => kept.push(new Array(1e6).fill({}).map(() => ({}))), 1);",
  ];
  for (const code of cases) {
    const demo = await service(code);
    const first = await demo.baseUrl();
    await expect.poll(async () => demo.baseUrl(), { timeout: 20_000 }).not.toBe(first);
    await demo.onModuleDestroy();
  }
  await rm(folder, { recursive: true });
});

test("three agents of one person together call it sixteen times at once, and leave room for others", async () => {
  const erin = await app.member("erin");
  const agents = [await runningAgentOf(erin), await runningAgentOf(erin), await runningAgentOf(erin)] as const;
  const [first, second, third] = agents;
  const left = new AbortController();
  const waiting = [first, second].flatMap((agent) => Array.from({ length: 8 }, async () => hang(agent, left.signal)));
  const sayThird = async (): Promise<Response> => say("hello", deriveRelayToken(third.token), third.at);
  await expect.poll(async () => (await sayThird()).status, { timeout: 10_000 }).toBe(429);
  expect(await (await sayThird()).json()).toMatchObject({ detail: "At most 16 calls to models at once of all agents of one person." });
  expect((await say("hello")).status).toBe(200);
  left.abort();
  await Promise.all(waiting);
  await expect.poll(async () => (await sayThird()).status).toBe(200);
});
