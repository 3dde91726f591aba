import type { BackendSettings } from "@mosaic/contracts/admin-containers";
import type { Agent } from "@mosaic/contracts/agent";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ContainerLifecycleRepository } from "../src/modules/container-lifecycle/container-lifecycle.repository.js";
import { agentOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let engine: InMemoryEngine;
let admin: TestClient;

const path = "/api/admin/backends/openclaw";
const mebibyte = 1024 * 1024;

beforeAll(async () => {
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
  admin = await app.admin();
});

afterAll(async () => {
  await app.close();
  await engine.close();
});

test("what cannot be applied in place restarts an agent when its answer is finished, and says so before", { timeout: 60_000 }, async () => {
  const client = await app.member(uniqueName("ann"));
  const { id } = await createAgent(client);
  const conversation = await createConversation(client, id);
  const turn = await Turn.open(client, conversation, "[demo:slow ms=50 words=60]");
  await expect.poll(() => turn.text.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const { startCount } = engine.of(id);
  const limit = 900 * mebibyte;
  const updated = await admin.patch(path, { memoryLimitBytes: limit });
  expect([updated.status, updated.json<BackendSettings>().memoryLimitBytes]).toEqual([200, limit]);
  expect((await agentOf(client, id)).isRestartPending).toBe(true);
  expect(engine.of(id).startCount).toBe(startCount);
  await turn.done();
  await expect.poll(async () => engine.of(id).spec.limits.memoryBytes, { timeout: 30_000 }).toBe(limit);
  await expect.poll(async () => (await agentOf(client, id)).status, { timeout: 30_000 }).toBe("running");
  expect((await agentOf(client, id)).isRestartPending).toBe(false);
});

test("an answer that begins at the last moment keeps its agent from being restarted", { timeout: 60_000 }, async () => {
  const client = await app.member(uniqueName("ann"));
  const { id } = await createAgent(client);
  const conversation = await createConversation(client, id);
  await say(client, conversation, "wake up");
  const { startCount } = engine.of(id);
  const repository = app.nest.get(ContainerLifecycleRepository, { strict: false });
  await app.database.query("UPDATE agent_containers SET restart_pending_since = now() WHERE agent_id = $1", [id]);
  const seen = (await repository.restartable()).find(({ agentId }) => agentId === id);
  const turn = await Turn.open(client, conversation, "[demo:slow ms=50 words=40]");
  await expect.poll(() => turn.text.length, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await repository.changeStatus(id, "stop_requested", {}, { version: seen?.version ?? "0" })).toBe(false);
  expect((await turn.done()).message.status).toBe("complete");
  await expect.poll(() => engine.of(id).startCount, { timeout: 30_000 }).toBe(startCount + 1);
});

test("what concerns new agents only touches no running one", async () => {
  const client = await app.member(uniqueName("ann"));
  const tools = { files: true, web: false, shell: true, browser: false, sessions: true };
  expect((await admin.patch(path, { defaultIdleTimeoutSeconds: 60, defaultTools: tools, readyTimeoutMs: 90_000 })).status).toBe(200);
  const made = (await client.post("/api/agents", { name: "New" })).json<Agent>();
  expect([made.idleTimeoutSeconds, made.tools]).toEqual([60, tools]);
  expect((await client.post("/api/agents", { name: "Own", idleTimeoutSeconds: 5 })).json<Agent>().idleTimeoutSeconds).toBe(5);
  const [row] = await app.database.query<{ count: number }>(
    "SELECT count(*)::int FROM agent_containers WHERE restart_pending_since IS NOT NULL",
  );
  expect(row?.count).toBe(0);
});

test.each([
  ["an image with a space", { image: "a b" }],
  ["an image in capitals", { image: "Mosaic/OpenClaw" }],
  ["too little memory", { memoryLimitBytes: 1 }],
  ["no processor", { nanoCpus: 0 }],
  ["a field that is not to be changed", { stateDir: "/" }],
  ["the port of the gateway", { gatewayPort: 80 }],
])("%s is refused", async (_what, change) => {
  expect((await admin.patch(path, change)).status).toBe(400);
});

test("the image check says in words what is there", async () => {
  expect((await admin.post(`${path}/image-check`)).json()).toMatchObject({ outcome: "present" });
  expect((await admin.post("/api/admin/backends/unknown/image-check")).status).toBe(404);
  expect((await admin.patch("/api/admin/backends/unknown", { pidsLimit: 100 })).status).toBe(404);
});
