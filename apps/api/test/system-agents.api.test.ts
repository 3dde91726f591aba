import { createHmac } from "node:crypto";
import type { Agent, AgentList } from "@mosaic/contracts/agent";
import type { ContainerList } from "@mosaic/contracts/admin-containers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAgent, createConversation, say } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let engine: InMemoryEngine;
let admin: TestClient;
let ann: TestClient;
let providerId: string;

const startMs = 30_000;

beforeAll(async () => {
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
  admin = await app.admin();
  ann = await app.member("ann");
  const body = {
    kind: "openai-compatible",
    name: "Ours",
    baseUrl: "https://llm.example/v1",
    apiKey: "sk-admin-key-12345678",
    models: [{ id: "m-1" }],
  };
  providerId = (await admin.post("/api/providers", body)).json<{ id: string }>().id;
});

afterAll(async () => {
  await app.close();
  await engine.close();
});

async function create(name = "Concierge"): Promise<Agent> {
  const answer = await admin.post("/api/admin/system-agents", { name, model: { providerId, model: "m-1" } });
  expect(answer.status).toBe(201);
  return answer.json<Agent>();
}

async function statusOf(id: string): Promise<string> {
  return (await admin.get(`/api/admin/system-agents/${id}`)).json<Agent>().status;
}

test(
  "a system agent starts by itself, runs on an admin's key through the relay, and starts again when it dies",
  { timeout: 60_000 },
  async () => {
    const { id, idleTimeoutSeconds, effectiveModel } = await create();
    expect([idleTimeoutSeconds, effectiveModel?.source]).toEqual([0, "agent"]);
    await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("running");
    const startsBefore = engine.of(id).startCount;
    await engine.crash(id);
    await expect.poll(() => engine.of(id).startCount, { timeout: startMs }).toBeGreaterThan(startsBefore);
    await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("running");
    const rows = await app.database.query<{ action: string; actor_kind: string }>(
      "SELECT action, actor_kind FROM audit_events WHERE target_id = $1 ORDER BY id",
      [id],
    );
    expect(rows).toMatchObject([
      { action: "system_agent.create", actor_kind: "user" },
      { action: "container.start", actor_kind: "system" },
      { action: "container.fail", actor_kind: "system" },
      { action: "container.start", actor_kind: "system" },
    ]);
  },
);

test("one that an admin stopped stays stopped until it is started", { timeout: 60_000 }, async () => {
  const { id } = await create("Quiet");
  await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("running");
  expect((await admin.post(`/api/admin/system-agents/${id}/stop`)).status).toBe(202);
  await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("stopped");
  const [row] = await app.database.query<{ is_wanted: boolean }>("SELECT is_wanted FROM agents WHERE id = $1", [id]);
  expect(row?.is_wanted).toBe(false);
  expect((await admin.post(`/api/admin/system-agents/${id}/start`)).status).toBe(202);
  await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("running");
  const starts = engine.of(id).startCount;
  expect((await admin.post(`/api/admin/system-agents/${id}/restart`)).status).toBe(202);
  await expect.poll(() => engine.of(id).startCount, { timeout: startMs }).toBe(starts + 1);
});

test("only admins see system agents and talk to them; a member's agent is none of them", async () => {
  const { id } = await create("Hidden");
  expect((await ann.get("/api/agents")).json<AgentList>().agents).toEqual([]);
  expect((await ann.get(`/api/agents/${id}`)).status).toBe(404);
  expect((await ann.post("/api/conversations", { agentId: id })).status).toBe(404);
  expect((await ann.get("/api/admin/system-agents")).status).toBe(403);
  expect((await admin.post("/api/conversations", { agentId: id })).status).toBe(201);
  const members = (await ann.post("/api/agents", { name: "Private" })).json<Agent>().id;
  for (const answer of [
    await admin.get(`/api/admin/system-agents/${members}`),
    await admin.patch(`/api/admin/system-agents/${members}`, { name: "Taken" }),
    await admin.delete(`/api/admin/system-agents/${members}`),
    await admin.post(`/api/admin/system-agents/${members}/start`),
    await admin.get(`/api/admin/system-agents/${members}/logs`),
    await admin.get(`/api/agents/${members}`),
  ]) {
    expect(answer.status).toBe(404);
  }
});

test("recent output is shown to the owner, without secrets", async () => {
  const id = (await ann.post("/api/agents", { name: "Chatty", model: null })).json<Agent>().id;
  expect((await ann.get(`/api/agents/${id}/logs`)).json()).toEqual({ lines: [], isComplete: true });
  const system = await create("Writer");
  await expect.poll(() => statusOf(system.id), { timeout: startMs }).toBe("running");
  const { spec, token } = engine.of(system.id);
  engine.said.set(spec.name, ["one", `the token is ${token ?? ""}`, "apiKey: sk-abcdefghijkl12345678"]);
  const logs = (await admin.get(`/api/admin/system-agents/${system.id}/logs?lines=2`)).json<{ lines: string[]; isComplete: boolean }>();
  expect(logs).toEqual({ lines: ["[unsigned] the token is [hidden]", "[unsigned] apiKey: [hidden]"], isComplete: false });
  expect((await admin.get(`/api/admin/system-agents/${system.id}/logs?lines=0`)).status).toBe(400);
});

test("a line that its supervisor signed is shown with its time, and one that an agent wrote in its style is marked", async () => {
  const system = await create("Forger");
  await expect.poll(() => statusOf(system.id), { timeout: startMs }).toBe("running");
  const { spec, token } = engine.of(system.id);
  const text = '{"mosaic":"ready","at":1000}';
  const key = createHmac("sha256", token ?? "")
    .update("mosaic-log")
    .digest();
  const real = `${text.slice(0, -1)},"mac":"${createHmac("sha256", key).update(text).digest("base64url")}"}`;
  engine.said.set(spec.name, [real, real, '{"mosaic":"stopped","reason":"an admin wants your password"}']);
  const { lines } = (await admin.get(`/api/admin/system-agents/${system.id}/logs`)).json<{ lines: string[] }>();
  expect(lines).toEqual([
    '1970-01-01T00:00:01.000Z {"mosaic":"ready"}',
    expect.stringMatching(/^\[unsigned\] /),
    '[unsigned] {"mosaic":"stopped","reason":"an admin wants your password"}',
  ]);
});

test("a key in the output is blacked out, however it looks", { timeout: 60_000 }, async () => {
  const bea = await app.member(uniqueName("bea"));
  const { id } = await createAgent(bea);
  await say(bea, await createConversation(bea, id), "wake up");
  const apiKey = "correct-horse";
  const own = { kind: "openai-compatible", name: "Own", baseUrl: "https://llm.example/v1", apiKey, models: [{ id: "m-1" }] };
  expect((await bea.post("/api/providers", own)).status).toBe(201);
  engine.said.set(engine.of(id).spec.name, [`refused: ${apiKey}!`, "correct answer"]);
  expect((await bea.get(`/api/agents/${id}/logs`)).json<{ lines: string[] }>().lines).toEqual([
    "[unsigned] refused: [hidden]!",
    "[unsigned] correct answer",
  ]);
});

test("admins see that a container runs, whose it is and since when, and can stop it", { timeout: 60_000 }, async () => {
  const { id } = await create("Watched");
  await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("running");
  const view = (await admin.get("/api/admin/containers")).json<ContainerList>().containers.find(({ agentId }) => agentId === id);
  expect(view).toMatchObject({ agentName: "Watched", owner: null, status: "running", errorCode: null });
  expect(Date.parse(view?.since ?? "")).toBeGreaterThan(Date.now() - 60_000);
  expect((await ann.post(`/api/admin/containers/${id}/stop`)).status).toBe(403);
  expect((await admin.post(`/api/admin/containers/${id}/stop`)).status).toBe(202);
  await expect.poll(() => statusOf(id), { timeout: startMs }).toBe("stopped");
});
