import type { ContainerList } from "@mosaic/contracts/admin-containers";
import type { HealthReport } from "@mosaic/contracts/health";
import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { StateSizesService } from "../src/modules/containers/disk/state-sizes.service.js";
import { RuntimeHostService } from "../src/modules/runtime-host/runtime-host.service.js";
import { agentOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

let app: TestApp;
let admin: TestClient;
let client: TestClient;
let agentId: string;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.admin();
});

afterAll(async () => {
  await app.close();
});

beforeEach(async () => {
  app.runtime.disk = { freeBytes: 50 * gibibyte, totalBytes: 100 * gibibyte };
  client = await app.member(uniqueName("ann"));
  agentId = (await createAgent(client)).id;
});

async function start(): Promise<void> {
  await client.post(`/api/agents/${agentId}/start`);
  await statusBecomes("running");
}

async function statusBecomes(status: string): Promise<void> {
  await expect.poll(async () => (await agentOf(client, agentId)).status, { timeout: 10_000 }).toBe(status);
}

/** As if a minute had gone by since the last time. */
async function measure(bytes: number): Promise<void> {
  app.runtime.sizes.set(app.runtime.of(agentId).spec.name, bytes);
  await app.database.query("UPDATE agent_containers SET state_measured_at = now() - interval '2 minutes' WHERE agent_id = $1", [agentId]);
  await app.nest.get(StateSizesService, { strict: false }).measure();
}

async function runningFor(minutes: number): Promise<void> {
  await app.database.query("UPDATE agent_containers SET status_since = now() - $2 * interval '1 minute' WHERE agent_id = $1", [
    agentId,
    minutes,
  ]);
}

/** Agents whose containers only the database knows; their names. */
async function addCrowd(count: number, status: "running" | "stopped"): Promise<string[]> {
  const sql = `
    WITH inserted AS (
      INSERT INTO agents (id, backend_id, name, emoji, personality, tools)
      SELECT gen_random_uuid(), 'openclaw', 'crowd', '', '', '{}' FROM generate_series(1, $1) RETURNING id)
    INSERT INTO agent_containers (agent_id, name, status, status_since, token_encrypted, token_hash)
    SELECT id, id::text, $2, now() - interval '1 day', 'enc:', sha256(id::text::bytea) FROM inserted RETURNING name`;
  return (await app.database.query<{ name: string }>(sql, [count, status])).map((row) => row.name);
}

const check = async (id: string): Promise<HealthReport["checks"][number] | undefined> =>
  (await admin.get("/api/health/report")).json<HealthReport>().checks.find((one) => one.id === id);

test("what an agent keeps is measured and shown to its owner, to admins and under Health", async () => {
  expect(await agentOf(client, agentId)).toMatchObject({ disk: { bytes: null, limitBytes: 5 * gibibyte } });
  await start();
  await measure(4.5 * gibibyte);
  expect(await agentOf(client, agentId)).toMatchObject({ status: "running", disk: { bytes: 4.5 * gibibyte } });
  const { containers } = (await admin.get("/api/admin/containers")).json<ContainerList>();
  expect(containers.find((container) => container.agentId === agentId)?.disk).toEqual({ bytes: 4.5 * gibibyte, limitBytes: 5 * gibibyte });
  expect(await check("agent_files")).toMatchObject({
    state: "warning",
    detail: expect.stringMatching(/1 agent is above 80 % of it/) as string,
  });
});

test("measuring leaves an idle agent as idle as it was, and a fresh figure is not measured again", async () => {
  await start();
  const idleSince = async (): Promise<unknown> =>
    app.database.query("SELECT last_active_at, updated_at FROM agent_containers WHERE agent_id = $1", [agentId]);
  const before = await idleSince();
  await measure(1 * gibibyte);
  expect(await idleSince()).toEqual(before);
  app.runtime.sizes.set(app.runtime.of(agentId).spec.name, 2 * gibibyte);
  await app.nest.get(StateSizesService, { strict: false }).measure();
  expect((await agentOf(client, agentId)).disk.bytes).toBe(1 * gibibyte);
});

test("one that has come to rest is measured once more", async () => {
  await start();
  await measure(1 * gibibyte);
  app.runtime.sizes.set(app.runtime.of(agentId).spec.name, 2 * gibibyte);
  await client.post(`/api/agents/${agentId}/stop`);
  await statusBecomes("stopped");
  await app.nest.get(StateSizesService, { strict: false }).measure();
  expect((await agentOf(client, agentId)).disk.bytes).toBe(2 * gibibyte);
  const calls = app.runtime.calls.filter((call) => call === "measureStates").length;
  await app.nest.get(StateSizesService, { strict: false }).measure();
  expect(app.runtime.calls.filter((call) => call === "measureStates")).toHaveLength(calls);
});

test("an agent that crosses its limit is stopped with the figure and what to do", async () => {
  await start();
  await measure(4 * gibibyte);
  await measure(6 * gibibyte);
  const agent = await agentOf(client, agentId);
  expect(agent).toMatchObject({ status: "error", error: { code: "agent_disk_limit" } });
  expect(agent.error?.detail).toMatch(/keeps 6\.0 GB on the disk, and 5\.0 GB are allowed.*10 minutes.*Admin → Backends/);
  expect(app.runtime.of(agentId).state).toBe("exited");
});

test("started above its limit it may clean up for ten minutes, unless it grows", async () => {
  await start();
  await measure(4 * gibibyte);
  await measure(6 * gibibyte);
  await start();
  await measure(6 * gibibyte + mebibyte);
  expect((await agentOf(client, agentId)).status).toBe("running");
  await measure(7 * gibibyte);
  expect((await agentOf(client, agentId)).status).toBe("error");
  await start();
  await runningFor(11);
  await measure(7 * gibibyte);
  expect((await agentOf(client, agentId)).status).toBe("error");
  await start();
  await measure(3 * gibibyte);
  await runningFor(11);
  await measure(3 * gibibyte);
  expect((await agentOf(client, agentId)).status).toBe("running");
});

test("an admin sets the limit, and nobody restarts for it", async () => {
  await start();
  expect((await admin.patch("/api/admin/backends/openclaw", { stateLimitBytes: 1 * mebibyte })).status).toBe(400);
  const raised = await admin.patch("/api/admin/backends/openclaw", { stateLimitBytes: 20 * gibibyte });
  expect(raised.json()).toMatchObject({ stateLimitBytes: 20 * gibibyte });
  await measure(4 * gibibyte);
  await measure(6 * gibibyte);
  expect(await agentOf(client, agentId)).toMatchObject({ status: "running", isRestartPending: false, disk: { limitBytes: 20 * gibibyte } });
  await admin.patch("/api/admin/backends/openclaw", { stateLimitBytes: 5 * gibibyte });
});

test("while little is left on the disk no agent is started, with words, and those that run go on", async () => {
  const conversationId = await createConversation(client, agentId);
  await start();
  app.runtime.disk = { freeBytes: 3 * gibibyte, totalBytes: 100 * gibibyte };
  expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
  await client.post(`/api/agents/${agentId}/stop`);
  await statusBecomes("stopped");
  const refused = await client.post(`/api/agents/${agentId}/start`);
  expect(refused.status).toBe(503);
  expect(refused.json()).toMatchObject({
    code: "disk_low",
    detail: expect.stringMatching(/Only 3\.0 GB of 100\.0 GB .* below 5\.0 GB/) as string,
  });
  const turn = await Turn.open(client, conversationId, "hello again");
  await turn.ended;
  expect(JSON.stringify(turn.events)).toContain("disk_low");
  expect(await check("agent_files")).toMatchObject({ state: "failing", detail: expect.stringMatching(/Only 3\.0 GB/) as string });
  app.runtime.disk = null;
  await start();
});

test("of several processes each state is measured by one", async () => {
  await start();
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  try {
    app.runtime.sizes.set(app.runtime.of(agentId).spec.name, gibibyte);
    await app.database.query("UPDATE agent_containers SET state_measured_at = now() WHERE agent_id <> $1", [agentId]);
    await app.database.query("UPDATE agent_containers SET state_measured_at = NULL WHERE agent_id = $1", [agentId]);
    app.runtime.calls.length = 0;
    await Promise.all([app, other].map(async ({ nest }) => nest.get(StateSizesService, { strict: false }).measure()));
    expect(app.runtime.calls.filter((call) => call === "measureStates")).toHaveLength(1);
  } finally {
    await other.close();
  }
});

test("all that are due are measured in one round, however many batches they are", async () => {
  await start();
  const { name } = app.runtime.of(agentId).spec;
  const others = 40;
  await addCrowd(others, "running");
  app.runtime.sizes.set(name, 3 * gibibyte);
  // Last of all.
  await app.database.query("UPDATE agent_containers SET state_measured_at = NULL WHERE agent_id <> $1 AND status = 'running'", [agentId]);
  await app.database.query("UPDATE agent_containers SET state_measured_at = now() - interval '2 minutes' WHERE agent_id = $1", [agentId]);
  app.runtime.calls.length = 0;
  await app.nest.get(StateSizesService, { strict: false }).measure();
  expect((await agentOf(client, agentId)).disk.bytes).toBe(3 * gibibyte);
  expect(app.runtime.calls.filter((call) => call === "measureStates").length).toBeGreaterThan(others / 16);
  await app.database.query("DELETE FROM agents WHERE name = 'crowd'");
});

test("what an engine that was away did not measure is due again at once, also when it rests", async () => {
  await start();
  await measure(1 * gibibyte);
  app.runtime.sizes.set(app.runtime.of(agentId).spec.name, 2 * gibibyte);
  await client.post(`/api/agents/${agentId}/stop`);
  await statusBecomes("stopped");
  const away = vi.spyOn(app.nest.get(RuntimeHostService, { strict: false }), "runtime").mockRejectedValue(new Error("the engine is away"));
  try {
    await app.nest.get(StateSizesService, { strict: false }).measure();
    expect(away).toHaveBeenCalled();
  } finally {
    away.mockRestore();
  }
  expect((await agentOf(client, agentId)).disk.bytes).toBe(1 * gibibyte);
  await app.nest.get(StateSizesService, { strict: false }).measure();
  expect((await agentOf(client, agentId)).disk.bytes).toBe(2 * gibibyte);
});

test.each(["running", "stopped"] as const)("agents that can't be measured keep no others from it, %s", async (status) => {
  await start();
  await measure(1 * gibibyte);
  app.runtime.sizes.set(app.runtime.of(agentId).spec.name, 2 * gibibyte);
  if (status === "stopped") {
    await client.post(`/api/agents/${agentId}/stop`);
    await statusBecomes("stopped");
  }
  await app.database.query("UPDATE agent_containers SET state_measured_at = greatest(now(), status_since) WHERE agent_id <> $1", [agentId]);
  await app.database.query("UPDATE agent_containers SET state_measured_at = now() - interval '2 minutes' WHERE agent_id = $1", [agentId]);
  // A whole batch, before this one.
  const crowd = await addCrowd(16, status);
  const service = app.nest.get(StateSizesService, { strict: false });
  const diskBytes = async (): Promise<number | null> => (await agentOf(client, agentId)).disk.bytes;
  try {
    for (const name of crowd) {
      app.runtime.unmeasurable.set(name, new RuntimeError("unreachable", "The engine did not answer in time."));
    }
    await service.measure();
    await service.measure();
    expect(await diskBytes()).toBe(2 * gibibyte);
    await app.database.query("UPDATE agent_containers SET state_measured_at = now() - interval '2 minutes' WHERE agent_id = $1", [agentId]);
    await app.database.query("UPDATE agent_containers SET state_measured_at = NULL WHERE name = ANY($1)", [crowd]);
    app.runtime.sizes.set(app.runtime.of(agentId).spec.name, 3 * gibibyte);
    for (const name of crowd) {
      app.runtime.unmeasurable.set(name, new RuntimeError("refused", "There is no /bin/sh."));
    }
    await service.measure();
    expect(await diskBytes()).toBe(3 * gibibyte);
  } finally {
    app.runtime.unmeasurable.clear();
    await app.database.query("DELETE FROM agents WHERE name = 'crowd'");
  }
});
