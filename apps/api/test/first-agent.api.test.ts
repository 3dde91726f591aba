import type { Agent, FirstAgent } from "@mosaic/contracts/agent";
import { startOidcServer } from "@mosaic/testing/oidc-server";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { auditRows } from "./harness/audit-rows.js";
import { CookieBrowser } from "./harness/cookie-browser.js";
import { createConversation, Turn } from "./harness/chat.js";
import { answerFor, configureOidc, landing, oidcClient } from "./harness/oidc.js";
import { invitedMember } from "./harness/people.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ database: app.database, runtime: app.runtime });
  admin = await app.admin();
});

afterAll(async () => {
  await other.close();
  await app.close();
});

beforeEach(async () => {
  await app.database.query("DELETE FROM llm_providers");
});

async function put(client: TestClient, path: string, body: unknown): Promise<void> {
  const answer = await client.put(path, body);
  expect([path, answer.status]).toEqual([path, 200]);
}

async function demoOf(client: TestClient): Promise<{ providerId: string; model: string }> {
  const answer = await client.post("/api/providers", { kind: "demo", name: "Demo", models: [{ id: "mosaic-demo" }] });
  return { providerId: answer.json<{ id: string }>().id, model: "mosaic-demo" };
}

/** What an admin does so that everybody can chat. */
async function shareModel(): Promise<void> {
  const model = await demoOf(admin);
  await put(admin, `/api/admin/sharing/providers/${model.providerId}`, { isShared: true });
  await put(admin, "/api/admin/sharing/defaults", { backend: null, model });
}

async function enter(client: TestClient): Promise<FirstAgent> {
  const answer = await client.post("/api/agents/first");
  expect(answer.status).toBe(200);
  return answer.json<FirstAgent>();
}

async function agentsOf(client: TestClient): Promise<Agent[]> {
  return (await client.get("/api/agents")).json<{ agents: Agent[] }>().agents;
}

test("an invited member gets an agent that answers, which nothing has started before they speak", async () => {
  await shareModel();
  const ann = await invitedMember(app, uniqueName("ann"));
  expect(await agentsOf(ann)).toEqual([]);
  const { agent, reason } = await enter(ann);
  expect(reason).toBeNull();
  expect(agent).toMatchObject({
    backend: "openclaw",
    model: null,
    status: "stopped",
    effectiveModel: { source: "admin-all", isShared: true },
  });
  expect([agent?.name, agent?.emoji]).not.toContain("");
  expect(await agentsOf(ann)).toMatchObject([{ id: agent?.id, status: "stopped" }]);
  const turn = await Turn.open(ann, await createConversation(ann, agent?.id ?? ""), "Good morning");
  await turn.ended;
  expect(turn.text).toContain("Good morning");
});

test("however many ask at once, on any process, they get one and the same agent", async () => {
  await shareModel();
  const ann = await invitedMember(app, uniqueName("ann"));
  const elsewhere = new TestClient(other.url, { cookie: ann.cookie ?? "" });
  const tabs = [ann, elsewhere, ann, elsewhere, ann, elsewhere];
  const answers = await Promise.all(tabs.map(async (client) => enter(client)));
  const ids = new Set(answers.map(({ agent }) => agent?.id));
  expect([...ids]).toEqual((await agentsOf(ann)).map(({ id }) => id));
  expect(ids.size).toBe(1);
  const rows = await auditRows(app.database, "agent.create");
  expect(rows.filter(({ target_id: id }) => ids.has(id ?? ""))).toHaveLength(1);
});

test("whoever has deleted theirs gets no other, also if they made it themselves", async () => {
  await shareModel();
  const [ann, bob] = [await invitedMember(app, uniqueName("ann")), await invitedMember(app, uniqueName("bob"))];
  await enter(ann);
  await bob.post("/api/agents", { name: "Quill" });
  for (const client of [ann, bob]) {
    const [agent] = await agentsOf(client);
    expect((await client.delete(`/api/agents/${agent?.id ?? ""}`)).status).toBe(204);
    expect(await enter(client)).toEqual({ agent: null, reason: "had_agent" });
    expect(await agentsOf(client)).toEqual([]);
  }
});

test("whoever has an agent is shown it", async () => {
  await shareModel();
  const ann = await invitedMember(app, uniqueName("ann"));
  const made = (await ann.post("/api/agents", { name: "Quill" })).json<Agent>();
  expect((await enter(ann)).agent).toMatchObject({ id: made.id, name: "Quill" });
  expect(await agentsOf(ann)).toHaveLength(1);
});

test("without a default for everybody there is none, until there is one", async () => {
  const ann = await invitedMember(app, uniqueName("ann"));
  const model = await demoOf(admin);
  await put(admin, `/api/admin/sharing/providers/${model.providerId}`, { isShared: true });
  expect(await enter(ann)).toEqual({ agent: null, reason: "no_model" });
  await put(admin, "/api/admin/sharing/defaults", { backend: null, model });
  expect(await enter(ann)).toMatchObject({ agent: { effectiveModel: { model: "mosaic-demo" } }, reason: null });
});

test("a default of one's own is one too, and one that is no longer shared is none", async () => {
  const [ann, bob] = [await invitedMember(app, uniqueName("ann")), await invitedMember(app, uniqueName("bob"))];
  await put(ann, "/api/model-defaults", { backend: null, model: await demoOf(ann) });
  expect((await enter(ann)).agent).toMatchObject({ effectiveModel: { source: "user-all", isShared: false } });
  await shareModel();
  const [shared] = await app.database.query<{ id: string }>("SELECT id FROM llm_providers WHERE is_shared");
  await put(admin, `/api/admin/sharing/providers/${shared?.id ?? ""}`, { isShared: false });
  expect(await enter(bob)).toEqual({ agent: null, reason: "no_model" });
});

test("somebody who comes by single sign-on for the first time gets theirs in the same way", async () => {
  await shareModel();
  const server = await startOidcServer({
    client: { ...oidcClient, redirectUris: [`${app.url}/api/auth/oidc/callback`] },
    people: { carol: { email: "carol@example.org", email_verified: true, name: "Carol", preferred_username: "carol" } },
  });
  try {
    await configureOidc(admin, server.issuer);
    const browser = new CookieBrowser();
    expect(await landing(browser, await answerFor(app, "carol", browser, "/chat"))).toBe("/chat");
    const carol = new TestClient(app.url, { cookie: browser.cookiesFor(new URL(app.url)) });
    const [first, second] = [await enter(carol), await enter(carol)];
    expect(first).toMatchObject({ agent: { effectiveModel: { isShared: true } }, reason: null });
    expect(second.agent?.id).toBe(first.agent?.id);
  } finally {
    await server.close();
  }
});
