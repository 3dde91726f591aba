import type { AgentDeletionSummary, ContainerList, ContainerView } from "@mosaic/contracts/admin-containers";
import type { Agent } from "@mosaic/contracts/agent";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ReconcilerService } from "../src/modules/containers/reconcile/reconciler.service.js";
import { agentOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { Page } from "./harness/open-events.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

beforeEach(async () => {
  app = await startTestApp();
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
});

afterEach(async () => {
  await app.close();
});

/** Another process of the same installation. */
async function secondProcess(): Promise<{ other: TestApp; there: TestClient }> {
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  return { other, there: new TestClient(other.url, { cookie: client.cookie ?? "" }) };
}

async function statusBecomes(status: string): Promise<void> {
  await expect.poll(async () => (await agentOf(client, agentId)).status, { timeout: 10_000 }).toBe(status);
}

async function setRow(assignments: string): Promise<void> {
  await app.database.query(`UPDATE agent_containers SET ${assignments} WHERE agent_id = $1`, [agentId]);
}

async function reconcile(): Promise<void> {
  await app.nest.get(ReconcilerService, { strict: false }).reconcile();
}

test("an agent is started and stopped by its owner, and doing it twice changes nothing", async () => {
  const started = await client.post(`/api/agents/${agentId}/start`);
  expect(started.status).toBe(202);
  expect(started.json()).toMatchObject({ id: agentId, status: "starting" });
  expect((await client.post(`/api/agents/${agentId}/start`)).status).toBe(202);
  await statusBecomes("running");
  expect((await client.post(`/api/agents/${agentId}/start`)).json()).toMatchObject({ status: "running" });
  expect((await client.post(`/api/agents/${agentId}/stop`)).status).toBe(202);
  await statusBecomes("stopped");
  expect((await client.post(`/api/agents/${agentId}/stop`)).json()).toMatchObject({ status: "stopped" });
  expect(app.runtime.of(agentId).startCount).toBe(1);
});

test("a restart by its owner starts the container once more, with another token; one that does not run is started", async () => {
  expect((await client.post(`/api/agents/${agentId}/restart`)).status).toBe(202);
  await statusBecomes("running");
  await say(client, conversationId, "hello");
  const { startCount, token } = app.runtime.of(agentId);
  expect(startCount).toBe(1);
  const restarted = await client.post(`/api/agents/${agentId}/restart`);
  expect([restarted.status, restarted.json<Agent>().status]).toEqual([202, "starting"]);
  await statusBecomes("running");
  const after = app.runtime.of(agentId);
  expect([after.startCount, after.token === token]).toEqual([startCount + 1, false]);
  const answer = await say(client, conversationId, "What did I say first?");
  expect([answer.message.status, answer.message.content.includes("hello")]).toEqual(["complete", true]);
  expect(after.startCount).toBe(startCount + 1);
});

test("an admin sees that a member's container runs and when it was used last, stops it, and it wakes with the member's next message", async () => {
  const admin = await app.admin();
  const view = async (): Promise<ContainerView | undefined> =>
    (await admin.get("/api/admin/containers")).json<ContainerList>().containers.find((container) => container.agentId === agentId);
  expect(await view()).toBeUndefined();
  const before = Date.now();
  await say(client, conversationId, "hello");
  const first = await view();
  expect(first).toMatchObject({ agentName: "Robin", owner: { username: "ann", id: client.userId }, status: "running", errorCode: null });
  const usedAt = Date.parse(first?.lastActiveAt ?? "");
  expect(usedAt).toBeGreaterThanOrEqual(before);
  expect(usedAt).toBeLessThanOrEqual(Date.now());
  expect((await agentOf(client, agentId)).lastActiveAt).toBe(first?.lastActiveAt);
  await say(client, conversationId, "hello again");
  const second = await view();
  expect(Date.parse(second?.lastActiveAt ?? "")).toBeGreaterThan(usedAt);
  expect(second?.since).toBe(first?.since);

  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=200]");
  await turn.until(({ text }) => text !== "");
  const stopped = await admin.post(`/api/admin/containers/${agentId}/stop`);
  expect([stopped.status, stopped.json<ContainerView>()]).toMatchObject([202, { agentId, status: "stopping" }]);
  expect((await turn.done()).message).toMatchObject({ status: "broken_off" });
  await statusBecomes("stopped");
  expect([app.runtime.of(agentId).state, (await view())?.status]).toEqual(["exited", "stopped"]);
  const rows = await app.database.query("SELECT action, target_type, target_id FROM audit_events WHERE actor_id = $1 ORDER BY id", [
    admin.userId,
  ]);
  expect(rows).toEqual([{ action: "container.stop", target_type: "agent", target_id: agentId }]);

  const answer = await say(client, conversationId, "Are you there?");
  expect([answer.message.status, (await agentOf(client, agentId)).status]).toEqual(["complete", "running"]);
  expect(app.runtime.of(agentId).startCount).toBe(2);
});

test("before it goes, its owner is told how much goes with it", async () => {
  const summary = async (): Promise<AgentDeletionSummary> => (await client.get(`/api/agents/${agentId}/deletion-summary`)).json();
  const empty = await createAgent(client, { name: "Never used" });
  expect((await client.get(`/api/agents/${empty.id}/deletion-summary`)).json()).toEqual({ conversations: 0, messages: 0, hasState: false });
  expect(await summary()).toEqual({ conversations: 1, messages: 0, hasState: false });
  await say(client, conversationId, "one");
  await say(client, conversationId, "two");
  const second = await createConversation(client, agentId);
  await say(client, second, "three");
  await createConversation(client, empty.id);
  // Each question has its answer.
  expect(await summary()).toEqual({ conversations: 2, messages: 6, hasState: true });
  await client.delete(`/api/conversations/${conversationId}`);
  expect(await summary()).toEqual({ conversations: 1, messages: 2, hasState: true });
});

test("each start has a token of its own, and the former one opens nothing", async () => {
  await say(client, conversationId, "hello");
  const first = app.runtime.of(agentId).token ?? "";
  const bundle = async (token: string): Promise<number> =>
    (await fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/bundle`, { headers: { authorization: `Bearer ${token}` } }))
      .status;
  expect(await bundle(first)).toBe(200);
  await client.post(`/api/agents/${agentId}/stop`);
  await statusBecomes("stopped");
  expect(await bundle(first)).toBe(401);
  await say(client, conversationId, "hello again");
  const second = app.runtime.of(agentId).token ?? "";
  expect(second).not.toBe(first);
  expect([await bundle(first), await bundle(second)]).toEqual([401, 200]);
  const rows = await app.database.query<object>("SELECT * FROM agent_containers");
  expect(JSON.stringify(rows)).not.toContain(second);
});

async function report(status: object, token = app.runtime.of(agentId).token ?? ""): Promise<Response> {
  return fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/status`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(status),
  });
}

test("a supervisor that is about to warm up is told whether somebody waits, of its own agent alone", async () => {
  await say(client, conversationId, "hello");
  const isAwaited = async (): Promise<unknown> => (await report({ phase: "warming" })).json();
  expect(await isAwaited()).toEqual({ isAwaited: false });
  const other = (await createAgent(client)).id;
  const slow = "[demo:slow ms=50 words=40]";
  const elsewhere = await Turn.open(client, await createConversation(client, other), slow);
  await elsewhere.answerId();
  expect(await isAwaited()).toEqual({ isAwaited: false });
  const here = await Turn.open(client, conversationId, slow);
  await here.answerId();
  expect(await isAwaited()).toEqual({ isAwaited: true });
  expect(await (await report({ phase: "ready" })).json()).toEqual({ isAwaited: false });
  await Promise.all([here.done(), elsewhere.done()]);
});

test("an agent that takes a change over at its start only is restarted when it answers nobody", async () => {
  await say(client, conversationId, "hello");
  expect((await report({ phase: "outdated", generation: "abc" })).status).toBe(200);
  expect((await agentOf(client, agentId)).isRestartPending).toBe(true);
  await reconcile();
  await expect.poll(() => app.runtime.of(agentId).startCount, { timeout: 10_000 }).toBe(2);
  await statusBecomes("running");
  expect((await agentOf(client, agentId)).isRestartPending).toBe(false);
});

test("the supervisor's report is taken from the container alone", async () => {
  await say(client, conversationId, "hello");
  const applied = { phase: "applied", generation: "abc" };
  expect((await report(applied, "wrong")).status).toBe(401);
  expect((await report(applied)).status).toBe(200);
  expect(await app.database.query("SELECT generation FROM agent_containers")).toEqual([{ generation: "abc" }]);
  expect((await client.post(`/api/internal/agent-config/${agentId}/status`, { phase: "ready" })).status).toBe(404);
});

test("deleting an agent removes its container, its state, its conversations and its row", async () => {
  await say(client, conversationId, "hello");
  const { name } = app.runtime.of(agentId).spec;
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=200]");
  await turn.until(({ text }) => text !== "");
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(204);
  await turn.ended;
  expect(app.runtime.containers.size).toBe(0);
  expect(app.runtime.removedStates).toEqual([name]);
  for (const table of ["agents", "agent_containers", "conversations", "messages", "model_assignments"]) {
    expect(await app.database.query(`SELECT 1 FROM ${table}`)).toEqual([]);
  }
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(404);
});

test("an agent that could not be deleted is still there, says why, and is deleted by the next try", async () => {
  await say(client, conversationId, "hello");
  app.runtime.faults.isReachable = false;
  const failed = await client.delete(`/api/agents/${agentId}`);
  expect(failed.status).toBe(503);
  expect(failed.json()).toMatchObject({ code: "runtime_unavailable" });
  expect(await agentOf(client, agentId)).toMatchObject({ status: "error" });
  app.runtime.faults.isReachable = true;
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(204);
  expect(app.runtime.containers.size).toBe(0);
});

test("an agent that was never started is deleted without asking the engine", async () => {
  app.runtime.faults.isReachable = false;
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(204);
});

test("that an agent was deleted is told to its owner's open pages", async () => {
  const page = await Page.open(client);
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(204);
  await expect.poll(() => page.events.some((event) => event.type === "agent" && event.agentId === agentId && event.isDeleted)).toBe(true);
  page.close();
});

test("an agent is deleted in the middle of its start", async () => {
  app.runtime.faults.readyAfterMs = Infinity;
  const turn = await Turn.open(client, conversationId, "hello");
  await turn.until(({ stages }) => stages.includes("waiting"));
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(204);
  await turn.ended;
  expect(app.runtime.containers.size).toBe(0);
});

test("another's agent answers as a missing one", async () => {
  const bob = await app.member("bob");
  for (const [method, path] of [
    ["POST", "/start"],
    ["POST", "/stop"],
    ["DELETE", ""],
  ] as const) {
    const theirs = await bob.request(method, `/api/agents/${agentId}${path}`, undefined);
    const missing = await bob.request(method, `/api/agents/0190f0f0-0000-7000-8000-000000000000${path}`, undefined);
    expect([theirs.status, missing.status]).toEqual([404, 404]);
    expect(theirs.text).toBe(missing.text);
  }
  expect((await agentOf(client, agentId)).status).toBe("stopped");
});

test("two processes that are asked at once start one container, and both see its stages", async () => {
  const { other, there } = await secondProcess();
  app.runtime.faults.readyAfterMs = 800;
  const second = await createConversation(client, agentId);
  const turns = await Promise.all([Turn.open(client, conversationId, "here"), Turn.open(there, second, "there")]);
  const ends = await Promise.all(turns.map(async (turn) => turn.done()));
  expect(ends.map(({ message }) => message.status)).toEqual(["complete", "complete"]);
  expect(app.runtime.of(agentId).startCount).toBe(1);
  for (const turn of turns) {
    expect(turn.stages).toContain("waiting");
  }
  await other.close();
});

test("a start that fails in one process fails in the other with the same words, and is not repeated", async () => {
  const { other, there } = await secondProcess();
  await app.database.query("UPDATE backends SET ready_timeout_ms = 1500");
  app.runtime.faults.readyAfterMs = Infinity;
  const second = await createConversation(client, agentId);
  const [here, elsewhere] = await Promise.all([say(client, conversationId, "here"), say(there, second, "there")]);
  expect(here.message.error?.code).toBe("agent_not_ready");
  expect(elsewhere.message.error).toEqual(here.message.error);
  expect(app.runtime.of(agentId).startCount).toBe(1);
  await other.close();
});

test("a conversation that answers in one process refuses a message in the other", async () => {
  const { other, there } = await secondProcess();
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=60]");
  await turn.until(({ text }) => text !== "");
  expect((await there.post(`/api/conversations/${conversationId}/messages`, { content: "me too" })).status).toBe(409);
  expect((await turn.done()).message.status).toBe("complete");
  await other.close();
});

test("a start that nobody carries on any more is adopted if its container serves", async () => {
  await say(client, conversationId, "hello");
  await setRow("status = 'starting', endpoint_host = NULL, endpoint_port = NULL");
  await reconcile();
  expect(await agentOf(client, agentId)).toMatchObject({ status: "running" });
  expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
  expect(app.runtime.of(agentId).startCount).toBe(1);
});

test("a start that nobody carries on any more, of a container that does not serve, is stopped", async () => {
  await say(client, conversationId, "hello");
  app.runtime.gatewayOf(agentId).setReady(false);
  await setRow("status = 'starting'");
  await reconcile();
  expect(await agentOf(client, agentId)).toMatchObject({ status: "stopped" });
  expect(app.runtime.of(agentId).state).toBe("exited");
});

test("a stop that nobody carries on any more is finished", async () => {
  await say(client, conversationId, "hello");
  await setRow("status = 'stopping'");
  await reconcile();
  expect(await agentOf(client, agentId)).toMatchObject({ status: "stopped" });
  expect(app.runtime.of(agentId).state).toBe("exited");
});

test("a container that runs though its agent is stopped is stopped; its state stays", async () => {
  await say(client, conversationId, "hello");
  await setRow("status = 'stopped'");
  await reconcile();
  expect(app.runtime.of(agentId).state).toBe("exited");
  expect(app.runtime.removedStates).toEqual([]);
});

test("a container whose agent does not exist is removed; its state stays", async () => {
  await say(client, conversationId, "hello");
  await app.database.query("DELETE FROM agents");
  await reconcile();
  expect(app.runtime.containers.size).toBe(0);
  expect(app.runtime.removedStates).toEqual([]);
});

test("a container that went away while the engine was out of reach is noticed when it is back", async () => {
  await say(client, conversationId, "hello");
  app.runtime.faults.isReachable = false;
  await reconcile();
  expect((await agentOf(client, agentId)).status).toBe("running");
  await app.runtime.removeBehindOurBack(agentId);
  app.runtime.faults.isReachable = true;
  await reconcile();
  expect((await agentOf(client, agentId)).status).toBe("stopped");
});
