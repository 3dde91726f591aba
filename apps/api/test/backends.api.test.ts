import { backendOf, builtInDefinitions } from "@mosaic/agent-backends/registry";
import type { BackendChoices, BackendList, BackendSettings, ContainerList } from "@mosaic/contracts/admin-containers";
import type { Agent, AgentList } from "@mosaic/contracts/agent";
import type { HealthReport } from "@mosaic/contracts/health";
import type { Problem } from "@mosaic/contracts/problem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BackendsRepository } from "../src/modules/backends/backends.repository.js";
import { ContainerStatusRepository } from "../src/modules/containers/container-status.repository.js";
import { ReconcilerService } from "../src/modules/containers/reconcile/reconciler.service.js";
import { AgentRestartService } from "../src/modules/containers/stop/agent-restart.service.js";
import { agentOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";
import { createTestDatabase } from "./harness/test-database.js";

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
  const limit = 1900 * mebibyte;
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
  const repository = app.nest.get(ContainerStatusRepository, { strict: false });
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

test("less memory than the software needs is refused in words; what is stored already may stay, and Health names it", async () => {
  const set = async (megabytes: number): Promise<unknown> =>
    app.database.query("UPDATE backends SET memory_limit_bytes = $1", [megabytes * mebibyte]);
  const health = async (): Promise<unknown> =>
    (await admin.get("/api/health/report")).json<HealthReport>().checks.find(({ id }) => id === "memory");
  await set(1536);
  const refused = await admin.patch(path, { memoryLimitBytes: 1023 * mebibyte });
  expect([refused.status, refused.json<Problem>()]).toMatchObject([
    400,
    {
      detail:
        "An agent of openclaw needs at least 1 GB of memory, and 1.5 GB to be comfortable. With 1023 MB it is killed while it answers.",
      errors: [{ path: "memoryLimitBytes" }],
    },
  ]);
  expect(await health()).toMatchObject({ state: "ok", detail: "Each agent of openclaw may use 1.5 GB." });
  const atTheEdge = await admin.patch(path, { memoryLimitBytes: 1024 * mebibyte });
  expect([atTheEdge.status, atTheEdge.json<BackendSettings>().memoryNeeds]).toEqual([
    200,
    { minimumBytes: 1024 * mebibyte, comfortableBytes: 1536 * mebibyte },
  ]);
  expect(await health()).toMatchObject({ state: "warning", detail: expect.stringContaining("1.5 GB is comfortable") as string });
  await set(512);
  expect(await health()).toMatchObject({ state: "failing", detail: expect.stringContaining("With 512 MB it is killed") as string });
  expect((await admin.patch(path, { memoryLimitBytes: 512 * mebibyte, pidsLimit: 300 })).status).toBe(200);
  await set(1536);
});

interface Check {
  outcome: string;
  message: string;
}

test("the image check says in words what is there, what is missing and where it would come from, and that nobody can look", async () => {
  const trusting = await startTestApp({ env: { MOSAIC_AGENT_IMAGES: "registry.example/team/" } });
  const operator = await trusting.admin();
  const check = async (): Promise<Check> => (await operator.post(`${path}/image-check`)).json<Check>();
  const { image } = (await operator.get("/api/admin/backends")).json<BackendList>().backends[0] ?? expect.fail("no backend");
  expect(await check()).toEqual({ outcome: "present", message: expect.stringContaining(image) as string });
  trusting.runtime.faults.hasImage = false;
  expect(await check()).toEqual({
    outcome: "missing",
    message: expect.stringMatching(/^The image mosaic\/openclaw:.* Mosaic builds it/) as string,
  });
  expect((await operator.patch(path, { image: "registry.example/team/openclaw:1" })).status).toBe(200);
  expect(await check()).toEqual({
    outcome: "missing",
    message: expect.stringMatching(/registry\.example\/team\/openclaw:1 .* pulled from its registry/) as string,
  });
  trusting.runtime.faults.isReachable = false;
  expect(await check()).toEqual({ outcome: "engine_unreachable", message: expect.stringContaining("is away") as string });
  // Looking changes nothing: no image is fetched by it.
  expect(trusting.runtime.calls).not.toContain("ensureImage");
  await trusting.close();
  expect((await admin.post("/api/admin/backends/unknown/image-check")).status).toBe(404);
  expect((await admin.patch("/api/admin/backends/unknown", { pidsLimit: 100 })).status).toBe(404);
});

test("where agents are processes, the check is about their installation, and no image is used", async () => {
  const plain = await startTestApp({ env: { MOSAIC_RUNTIME: "process" } });
  const operator = await plain.admin();
  const check = async (): Promise<Check> => (await operator.post(`${path}/image-check`)).json<Check>();
  expect(await check()).toEqual({ outcome: "present", message: expect.stringContaining("The image is not used") as string });
  plain.runtime.faults.hasImage = false;
  expect(await check()).toEqual({ outcome: "missing", message: expect.stringContaining("installed at the first start") as string });
  await plain.close();
});

test("another image is fetched and used by running agents once they are quiet, and by new ones at once", { timeout: 60_000 }, async () => {
  const client = await app.member(uniqueName("ann"));
  const { id } = await createAgent(client);
  const conversation = await createConversation(client, id);
  await say(client, conversation, "wake up");
  const { startCount, spec } = engine.of(id);
  const image = "mosaic/openclaw:another";
  expect(spec.image.name).not.toBe(image);
  engine.faults.hasImage = false;
  const changed = await admin.patch(path, { image });
  expect([changed.status, changed.json<BackendSettings>().image]).toEqual([200, image]);
  await expect.poll(() => engine.of(id).spec.image.name, { timeout: 30_000 }).toBe(image);
  await expect.poll(async () => (await agentOf(client, id)).status, { timeout: 30_000 }).toBe("running");
  // A container made anew from the other image, and not the former one started again.
  expect([engine.of(id).startCount, startCount]).toEqual([1, 1]);
  expect(engine.faults.hasImage).toBe(true);
  expect((await say(client, conversation, "What did I say first?")).message.content).toContain("wake up");
  const other = await createAgent(client);
  await say(client, await createConversation(client, other.id), "hello");
  expect(engine.of(other.id).spec.image.name).toBe(image);
});

test("an image that this machine's operator does not trust is refused, and changes nothing", async () => {
  const before = (await admin.get("/api/admin/backends")).json<BackendList>();
  for (const image of ["registry.example/team/openclaw:1", "mosaic/other:1", "mosaic/openclaw.evil:1", "evil/mosaic/openclaw:1"]) {
    const refused = await admin.patch(path, { image });
    expect([image, refused.status, refused.text]).toEqual([image, 400, expect.stringContaining("MOSAIC_AGENT_IMAGES")]);
  }
  expect((await admin.get("/api/admin/backends")).json()).toEqual(before);
});

test("a start brings the row of each backend that has none, as its definition says", async () => {
  const database = await createTestDatabase();
  await database.query("DELETE FROM backends");
  const fresh = await startTestApp({ database });
  const rows = builtInDefinitions.map(({ id, label, memory, defaults: { idleTimeoutSeconds, tools, ...settings } }) => ({
    ...settings,
    id,
    label,
    defaultIdleTimeoutSeconds: idleTimeoutSeconds,
    defaultTools: tools,
    memoryNeeds: memory,
    isOffered: true,
    isDeclared: false,
    agentCount: 0,
  }));
  expect((await (await fresh.admin()).get("/api/admin/backends")).json()).toEqual({ backends: rows });
  await fresh.close();
  await database.drop();
});

test("where agents are processes, kinds that come as an image are shown with the reason and can't be chosen, and a first agent is of another", async () => {
  const plain = await startTestApp({ env: { MOSAIC_RUNTIME: "process" } });
  const ann = await plain.member(uniqueName("ann"));
  const { backends } = (await ann.get("/api/backends")).json<BackendChoices>();
  expect(backends.map(({ id, unavailable }) => [id, unavailable ?? ""])).toEqual(
    builtInDefinitions.map(({ id, label, installation }) => [
      id,
      installation === null ? `${label} comes as an image, and agents run as processes here. It needs Docker.` : "",
    ]),
  );
  const refused = await ann.post("/api/agents", { name: "Robin", backend: "nanobot" });
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("It needs Docker")]);
  await plain.close();
});

test("a start keeps what an admin changed; where the software listens and keeps its state is the release's, whatever the row says", async () => {
  const database = await createTestDatabase();
  const before = await startTestApp({ database });
  expect((await (await before.admin()).patch(path, { memoryLimitBytes: 2000 * mebibyte, pidsLimit: 300 })).status).toBe(200);
  await before.close();
  await database.query("UPDATE backends SET gateway_port = 1, state_dir = '/another', label = 'Another'");
  const after = await startTestApp({ database });
  const [first] = (await (await after.admin()).get("/api/admin/backends")).json<BackendList>().backends;
  expect(first).toMatchObject({ label: "OpenClaw", memoryLimitBytes: 2000 * mebibyte, pidsLimit: 300 });
  const client = await after.member(uniqueName("ann"));
  const { id } = await createAgent(client);
  await say(client, await createConversation(client, id), "wake up");
  const { container } = backendOf("openclaw");
  expect(after.runtime.of(id).spec).toMatchObject({
    port: container.port,
    mounts: { state: container.stateDir, run: container.runDir },
    limits: { memoryBytes: 2000 * mebibyte, pids: 300 },
  });
  await after.close();
  await database.drop();
});

test("a kind that a release adds gets its row without a migration, once; the release before leaves it alone and works on", async () => {
  const database = await createTestDatabase();
  const here = await startTestApp({ database });
  const { defaults, ...openclaw } = backendOf("openclaw");
  const parrot = { ...openclaw, defaults: { ...defaults, image: "mosaic/parrot:1" }, id: "parrot", label: "Parrot" };
  const repository = here.nest.get(BackendsRepository, { strict: false });
  // As processes of the newer release that start at once.
  await Promise.all(Array.from({ length: 4 }, async () => repository.addMissing([...builtInDefinitions, parrot])));
  const images = async (): Promise<unknown> => database.query("SELECT id, label, image FROM backends ORDER BY id");
  const rows = [...builtInDefinitions, parrot].map((each) => ({ id: each.id, label: each.label, image: each.defaults.image }));
  rows.sort((left, right) => (left.id < right.id ? -1 : 1));
  expect(await images()).toEqual(rows);
  const operator = await here.admin();
  for (const list of ["/api/admin/backends", "/api/backends"]) {
    expect((await operator.get(list)).json<BackendList>().backends.map(({ id }) => id)).toEqual(builtInDefinitions.map(({ id }) => id));
  }
  expect((await operator.get("/api/health/report")).status).toBe(200);
  expect((await operator.patch("/api/admin/backends/parrot", { pidsLimit: 100 })).status).toBe(404);
  await here.close();
  const again = await startTestApp({ database });
  expect(await images()).toEqual(rows);
  await again.close();
  await database.drop();
});

test("an agent of a kind that only a newer release knows is shown as such, is neither run nor ended, and holds up nobody else", async () => {
  const database = await createTestDatabase();
  const here = await startTestApp({ database });
  try {
    const ann = await here.member(uniqueName("ann"));
    const { id, name } = await createAgent(ann);
    const conversation = await createConversation(ann, id);
    await say(ann, conversation, "wake up");
    const other = await createAgent(ann, { name: "Other" });
    const { defaults, ...openclaw } = backendOf("openclaw");
    await here.nest.get(BackendsRepository, { strict: false }).addMissing([{ ...openclaw, defaults, id: "parrot", label: "Parrot" }]);
    await database.query("UPDATE agents SET backend_id = 'parrot' WHERE id = $1", [id]);
    const { startCount } = here.runtime.of(id);

    const error = { code: "backend_unknown", detail: expect.stringContaining('does not know "parrot"') as string };
    const shown = { id, name, backend: "parrot", status: "error", error, effectiveModel: null };
    expect((await ann.get("/api/agents")).json<AgentList>().agents).toMatchObject([
      shown,
      { id: other.id, status: "stopped", error: null },
    ]);
    expect((await ann.get(`/api/agents/${id}`)).json()).toMatchObject(shown);
    expect((await ann.post(`/api/agents/${id}/start`)).json()).toMatchObject({ status: 409, code: "backend_unknown" });
    expect((await ann.post(`/api/agents/${id}/restart`)).json()).toMatchObject({ status: 409, code: "backend_unknown" });
    const turn = await Turn.open(ann, conversation, "and now?");
    expect((await turn.done()).message).toMatchObject({ status: "failed", error: { code: "backend_unknown" } });
    expect((await ann.patch(`/api/agents/${id}`, { name: "Renamed" })).json()).toMatchObject({ name: "Renamed", backend: "parrot" });

    const operator = await here.admin();
    expect((await operator.get("/api/admin/containers")).json<ContainerList>().containers).toMatchObject([
      { agentId: id, backend: "parrot", status: "running" },
    ]);
    for (const page of ["/api/admin/sharing", "/api/health/report", "/api/model-defaults"]) {
      expect([page, (await operator.get(page)).status]).toEqual([page, 200]);
    }
    const moved = async (by: number): Promise<unknown> =>
      database.query("UPDATE agent_containers SET endpoint_port = endpoint_port + $1 WHERE agent_id = $2", [by, id]);
    await moved(1);
    await here.nest.get(ReconcilerService, { strict: false }).reconcile();
    await database.query("UPDATE agent_containers SET restart_pending_since = now() WHERE agent_id = $1", [id]);
    await here.nest.get(AgentRestartService, { strict: false }).restartQuiet();
    await say(ann, await createConversation(ann, other.id), "hello");
    expect(here.runtime.of(id)).toMatchObject({ state: "running", startCount });
    await moved(-1);
    await database.query("UPDATE agent_containers SET restart_pending_since = NULL");

    await database.query("UPDATE agents SET backend_id = 'openclaw' WHERE id = $1", [id]);
    await say(ann, conversation, "back again");
    await database.query("UPDATE agents SET backend_id = 'parrot' WHERE id = $1", [id]);
    expect((await ann.delete(`/api/agents/${id}`)).status).toBe(204);
    expect((await ann.get("/api/agents")).json<AgentList>().agents).toMatchObject([{ id: other.id }]);
  } finally {
    await here.close();
    await database.drop();
  }
});
