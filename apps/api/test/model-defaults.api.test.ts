import { builtInBackendId } from "@mosaic/contracts/agent";
import { randomUUIDv7 } from "node:crypto";
import type { Agent } from "@mosaic/contracts/agent";
import type { Sharing } from "@mosaic/contracts/admin-sharing";
import type { ModelDefaults } from "@mosaic/contracts/model-defaults";
import type { ProviderList } from "@mosaic/contracts/provider";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let admin: TestClient;
let member: TestClient;

const key = "sk-canary-of-the-admin-1234567890";

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.admin();
});

afterAll(async () => {
  await app.close();
});

beforeEach(async () => {
  member = await app.member(uniqueName("member"));
  await app.database.query("DELETE FROM llm_providers");
});

async function provider(client: TestClient, name: string, models = [{ id: "m-1" }, { id: "m-2" }]): Promise<string> {
  const body = { kind: "openai-compatible", name, baseUrl: "https://llm.example/v1", apiKey: key, models };
  return (await client.post("/api/providers", body)).json<{ id: string }>().id;
}

async function put<T>(client: TestClient, path: string, body: unknown): Promise<T> {
  const answer = await client.request("PUT", path, body);
  expect([path, answer.status, answer.text]).toEqual([path, 200, answer.text]);
  return answer.json<T>();
}

async function shared(name = "Ours"): Promise<string> {
  const id = await provider(admin, name);
  await put(admin, `/api/admin/sharing/providers/${id}`, { isShared: true });
  return id;
}

const choose = (providerId: string, model = "m-1"): { providerId: string; model: string } => ({ providerId, model });

async function agentOf(client: TestClient, body: object = {}): Promise<Agent> {
  const answer = await client.post("/api/agents", { name: "Robin", ...body });
  expect(answer.status).toBe(201);
  return answer.json<Agent>();
}

async function effectiveOf(client: TestClient, id: string): Promise<string> {
  const { effectiveModel } = (await client.get(`/api/agents/${id}`)).json<Agent>();
  return effectiveModel === null ? "none" : `${effectiveModel.source} ${effectiveModel.providerName} ${effectiveModel.model}`;
}

test("an agent's model comes from its own choice, its owner's defaults, then the installation's, each told with its source", async () => {
  const ours = await shared();
  const mine = await provider(member, "Mine");
  const { id } = await agentOf(member);
  expect(await effectiveOf(member, id)).toBe("none");
  await put(admin, "/api/admin/sharing/defaults", { backend: null, model: choose(ours) });
  expect(await effectiveOf(member, id)).toBe("admin-all Ours m-1");
  await put(admin, "/api/admin/sharing/defaults", { backend: "openclaw", model: choose(ours, "m-2") });
  expect(await effectiveOf(member, id)).toBe("admin-backend Ours m-2");
  await put(member, "/api/model-defaults", { backend: null, model: choose(mine) });
  expect(await effectiveOf(member, id)).toBe("user-all Mine m-1");
  await put(member, "/api/model-defaults", { backend: "openclaw", model: choose(ours) });
  expect(await effectiveOf(member, id)).toBe("user-backend Ours m-1");
  await member.patch(`/api/agents/${id}`, { model: choose(mine, "m-2"), fallbacks: [choose(ours)] });
  expect(await effectiveOf(member, id)).toBe("agent Mine m-2");
  await member.patch(`/api/providers/${mine}`, { isActive: false });
  expect(await effectiveOf(member, id)).toBe("user-backend Ours m-1");
  await put(admin, `/api/admin/sharing/providers/${ours}`, { isShared: false });
  expect(await effectiveOf(member, id)).toBe("none");
  await member.patch(`/api/providers/${mine}`, { isActive: true });
  expect(await effectiveOf(member, id)).toBe("agent Mine m-2");
});

test("each row of the defaults says what it comes to", async () => {
  const ours = await shared();
  const mine = await provider(member, "Mine");
  await put(admin, "/api/admin/sharing/defaults", { backend: null, model: choose(ours) });
  const before = (await member.get("/api/model-defaults")).json<ModelDefaults>().defaults;
  expect(before.map((row) => [row.backend, row.model, row.effective?.source, row.effective?.isShared])).toEqual([
    [null, null, "admin-all", true],
    ...builtInBackendId.options.map((id) => [id, null, "admin-all", true]),
  ]);
  const { defaults } = await put<ModelDefaults>(member, "/api/model-defaults", {
    backend: "openclaw",
    model: choose(mine),
    fallbacks: [choose(ours, "m-2")],
  });
  expect(defaults.map((row) => [row.backend, row.fallbacks.length, row.effective?.source, row.effective?.providerName])).toEqual([
    [null, 0, "admin-all", "Ours"],
    ["openclaw", 1, "user-backend", "Mine"],
    ...builtInBackendId.options.slice(1).map((id) => [id, 0, "admin-all", "Ours"]),
  ]);
  const { defaults: cleared } = await put<ModelDefaults>(member, "/api/model-defaults", { backend: "openclaw", model: null });
  expect(cleared[1]).toMatchObject({ model: null, effective: { source: "admin-all" } });
});

test.each([
  ["another member's provider", async () => provider(await app.member(uniqueName("other")), "Theirs"), /does not exist/],
  ["an admin's provider that is not shared", async () => provider(admin, "Unshared"), /does not exist/],
  ["a provider that does not exist", async () => Promise.resolve(randomUUIDv7()), /does not exist/],
])("%s can't be chosen, as a default or for an agent", async (_what, make, words) => {
  const id = await make();
  for (const answer of [
    await member.request("PUT", "/api/model-defaults", { backend: null, model: choose(id) }),
    await member.post("/api/agents", { name: "Robin", model: choose(id) }),
    await admin.request("PUT", "/api/admin/sharing/defaults", { backend: null, model: choose(id) }),
  ]) {
    expect([answer.status, answer.json<{ errors: { message: string }[] }>().errors[0]?.message]).toEqual([
      400,
      expect.stringMatching(words),
    ]);
  }
});

test("one's own provider that is switched off can't be chosen, and is told so", async () => {
  const mine = await provider(member, "Mine");
  await member.patch(`/api/providers/${mine}`, { isActive: false });
  const answer = await member.post("/api/agents", { name: "Robin", model: choose(mine) });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("switched off")]);
});

test("a member sees of a shared provider its name and models, never its address or key", async () => {
  const ours = await shared();
  const answer = await member.get("/api/providers");
  expect(answer.json<ProviderList>().shared).toEqual([
    { id: ours, kind: "openai-compatible", name: "Ours", models: [{ id: "m-1" }, { id: "m-2" }] },
  ]);
  expect(answer.text).not.toContain("llm.example");
  expect((await member.get(`/api/providers/${ours}`)).status).toBe(404);
});

test("sharing counts only while its owner is an admin", async () => {
  const second = await app.member(uniqueName("second-admin"));
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [second.userId]);
  const theirs = await provider(second, "Theirs");
  await put(second, `/api/admin/sharing/providers/${theirs}`, { isShared: true });
  const { id } = await agentOf(member, { model: choose(theirs) });
  expect(await effectiveOf(member, id)).toBe("agent Theirs m-1");
  await app.database.query("UPDATE users SET role = 'member' WHERE id = $1", [second.userId]);
  expect(await effectiveOf(member, id)).toBe("none");
  expect((await member.get("/api/providers")).json<ProviderList>().shared).toEqual([]);
});

test("an admin shares only what is their own, and may end what another shares", async () => {
  const second = await app.member(uniqueName("second-admin"));
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [second.userId]);
  const theirs = await provider(second, "Theirs");
  const members = await provider(member, "Members");
  for (const id of [theirs, members, randomUUIDv7()]) {
    expect((await admin.request("PUT", `/api/admin/sharing/providers/${id}`, { isShared: true })).status).toBe(404);
    expect((await admin.request("PUT", `/api/admin/sharing/providers/${id}`, { isShared: false })).status).toBe(404);
  }
  await put(second, `/api/admin/sharing/providers/${theirs}`, { isShared: true });
  const { providers } = (await admin.get("/api/admin/sharing")).json<Sharing>();
  expect(providers).toMatchObject([{ id: theirs, isOwn: false, isShared: true }]);
  const ended = await put<Sharing>(admin, `/api/admin/sharing/providers/${theirs}`, { isShared: false });
  expect(ended.providers).toEqual([]);
});

test("the page of sharing counts the agents of others that use each provider, and shows no key", async () => {
  const ours = await shared();
  await put(admin, "/api/admin/sharing/defaults", { backend: null, model: choose(ours) });
  await agentOf(member);
  await agentOf(member, { model: choose(ours, "m-2") });
  await agentOf(admin, { model: choose(ours) });
  const answer = await admin.get("/api/admin/sharing");
  const before = answer.json<Sharing>().providers.find((row) => row.id === ours)?.usedByAgents ?? 0;
  expect(before).toBeGreaterThanOrEqual(2);
  await agentOf(member);
  expect((await admin.get("/api/admin/sharing")).json<Sharing>().providers.find((row) => row.id === ours)?.usedByAgents).toBe(before + 1);
  expect(answer.text).not.toContain(key);
  expect(answer.text).not.toContain("llm.example");
});

test("a key that is not shared is given to a system agent by its owner alone, also when they become an admin", async () => {
  const mine = await provider(member, "Mine");
  const ours = await provider(admin, "Ours");
  expect((await admin.patch(`/api/admin/users/${member.userId}`, { role: "admin" })).status).toBe(200);
  const taken = await admin.post("/api/admin/system-agents", { name: "Concierge", model: choose(mine) });
  expect([taken.status, taken.text]).toEqual([400, expect.stringContaining("does not exist")]);
  const { id } = (await admin.post("/api/admin/system-agents", { name: "Concierge", model: choose(ours) })).json<Agent>();
  expect((await admin.patch(`/api/admin/system-agents/${id}`, { fallbacks: [choose(mine)] })).status).toBe(400);
  const other = await app.session(member);
  expect((await other.patch(`/api/admin/system-agents/${id}`, { model: choose(mine), fallbacks: [choose(ours)] })).status).toBe(200);
  expect((await other.patch(`/api/admin/system-agents/${id}`, { model: choose(ours, "m-2") })).status).toBe(400);
  const renamed = await admin.patch(`/api/admin/system-agents/${id}`, { name: "Butler", model: choose(mine), fallbacks: [] });
  expect([renamed.status, renamed.json<Agent>().effectiveModel?.providerName]).toEqual([200, "Mine"]);
  await admin.delete(`/api/admin/system-agents/${id}`);
});

test("each change writes one row of the audit, without keys or addresses", async () => {
  const id = await shared();
  await put(member, "/api/model-defaults", { backend: null, model: choose(id) });
  await admin.patch(`/api/providers/${id}`, { apiKey: "sk-another-canary-123456", name: "Renamed" });
  const rows = await app.database.query<{ action: string; details: object }>(
    "SELECT action, details FROM audit_events WHERE target_id = $1 OR target_id = $2 ORDER BY id",
    [id, member.userId],
  );
  expect(rows).toEqual([
    { action: "provider.create", details: { kind: "openai-compatible" } },
    { action: "sharing.update", details: { isShared: true } },
    { action: "model_default.update", details: { backend: "all", models: 1 } },
    { action: "provider.update", details: { changed: "name, apiKey" } },
  ]);
});
