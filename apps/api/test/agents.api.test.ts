import { afterAll, beforeAll, expect, test } from "vitest";
import { listenTo } from "./harness/asked-statements.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let bob: TestClient;
let annsProvider: string;
let bobsProvider: string;

const missing = "01890a5d-ac96-774b-bcce-b302099a8057";

beforeAll(async () => {
  app = await startTestApp();
  [ann, bob] = await Promise.all([app.member("ann"), app.member("bob")]);
  [annsProvider, bobsProvider] = (await Promise.all([ann, bob].map(createProvider))) as [string, string];
});

afterAll(async () => {
  await app.close();
});

async function createProvider(client: TestClient): Promise<string> {
  const answer = await client.post("/api/providers", { kind: "demo", name: "Demo", models: [{ id: "m-1" }, { id: "m-2" }] });
  return answer.json<{ id: string }>().id;
}

async function create(client: TestClient, body: object): Promise<Record<string, unknown> & { id: string }> {
  const answer = await client.post("/api/agents", body);
  expect(answer.status).toBe(201);
  return answer.json();
}

test("an agent has sensible defaults and is stopped at first", async () => {
  const agent = await create(ann, { name: "Robin" });
  expect(agent).toMatchObject({
    backend: "openclaw",
    name: "Robin",
    personality: "",
    model: null,
    fallbacks: [],
    tools: { files: true, web: true, shell: false, browser: false, sessions: true },
    idleTimeoutSeconds: 1800,
    suggestions: null,
    status: "stopped",
    stage: null,
    error: null,
    lastActiveAt: null,
  });
  expect((await ann.get(`/api/agents/${agent.id}`)).json()).toEqual(agent);
  expect((await ann.get("/api/agents")).json<{ agents: unknown[] }>().agents).toContainEqual(agent);
});

test("a new agent looks like none of its owner's others, whoever else has one that looks so", async () => {
  const dora = await app.member("dora");
  const look = async (name: string, body: object = {}): Promise<unknown> => (await create(dora, { name, ...body }))["emoji"];
  const first = await look("Robin");
  const second = await look("Robin");
  expect(new Set([first, second, await look("Robin", { emoji: "" })]).size).toBe(3);
  // What somebody chooses is theirs to choose.
  expect(await look("Robin", { emoji: String(first) })).toBe(first);
  expect((await create(bob, { name: "Robin" }))["emoji"]).toBe(first);
});

test("suggestions are kept, in the list too, and given back", async () => {
  const suggestions = ["Sum up my mails", "猫について"];
  const { id } = await create(ann, { name: "Robin", suggestions });
  const { agents } = (await ann.get("/api/agents")).json<{ agents: { id: string; suggestions: unknown }[] }>();
  expect(agents.find((agent) => agent.id === id)?.suggestions).toEqual(suggestions);
  expect((await ann.patch(`/api/agents/${id}`, { name: "Rob" })).json()).toMatchObject({ suggestions });
  expect((await ann.patch(`/api/agents/${id}`, { suggestions: [] })).json()).toMatchObject({ suggestions: [] });
  expect((await ann.patch(`/api/agents/${id}`, { suggestions: null })).json()).toMatchObject({ suggestions: null });
});

test("model and fallbacks are kept in their order", async () => {
  const model = { providerId: annsProvider, model: "m-2" };
  const fallbacks = [{ providerId: annsProvider, model: "m-1" }];
  const agent = await create(ann, { name: "Robin", model, fallbacks });
  expect(agent).toMatchObject({ model, fallbacks });
  expect((await ann.patch(`/api/agents/${agent.id}`, { name: "Rob" })).json()).toMatchObject({ name: "Rob", model, fallbacks });
  expect((await ann.patch(`/api/agents/${agent.id}`, { fallbacks: [] })).json()).toMatchObject({ model, fallbacks: [] });
  expect((await ann.patch(`/api/agents/${agent.id}`, { model: null })).json()).toMatchObject({ model: null, fallbacks: [] });
});

test("only the owner's own providers can be chosen, with a model of their list", async () => {
  const errorsOf = async (body: object): Promise<unknown> => (await ann.post("/api/agents", { name: "Robin", ...body })).json()["errors"];
  const theirs = await errorsOf({ model: { providerId: bobsProvider, model: "m-1" } });
  expect(theirs).toEqual([{ path: "model.providerId", message: "This provider does not exist" }]);
  expect(await errorsOf({ model: { providerId: missing, model: "m-1" } })).toEqual(theirs);
  expect(await errorsOf({ model: { providerId: annsProvider, model: "m-9" } })).toMatchObject([{ path: "model.model" }]);
  expect(
    await errorsOf({ model: { providerId: annsProvider, model: "m-1" }, fallbacks: [{ providerId: bobsProvider, model: "m-1" }] }),
  ).toMatchObject([{ path: "fallbacks.0.providerId" }]);
  expect(await errorsOf({ fallbacks: [{ providerId: annsProvider, model: "m-1" }] })).toMatchObject([{ path: "model" }]);
  const { id } = await create(ann, { name: "Robin" });
  expect((await ann.patch(`/api/agents/${id}`, { model: { providerId: bobsProvider, model: "m-1" } })).status).toBe(400);
});

test("another's agent is, byte for byte, one that does not exist", async () => {
  const { id } = await create(ann, { name: "Private" });
  const admin = await app.admin();
  for (const stranger of [bob, admin]) {
    for (const [own, none] of [
      [await stranger.get(`/api/agents/${id}`), await stranger.get(`/api/agents/${missing}`)],
      [await stranger.patch(`/api/agents/${id}`, { name: "Mine" }), await stranger.patch(`/api/agents/${missing}`, { name: "Mine" })],
    ] as const) {
      expect(own.status).toBe(404);
      expect(own.text).toBe(none.text);
    }
    expect((await stranger.get("/api/agents")).text).not.toContain("Private");
  }
  expect((await bob.get("/api/agents/not-an-id")).status).toBe(404);
});

test("the container's side is shown: status, stage, error, last activity", async () => {
  const { id } = await create(ann, { name: "Robin" });
  await app.database.query(
    `INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, stage, error_code, error_detail, last_active_at)
     VALUES ($1, $2, 'error', 'enc:x', $3, $4, 'agent_not_ready', 'It took too long.', now())`,
    [id, `mosaic-${id}`, Buffer.from(id), JSON.stringify({ stage: "pulling", percent: 42, detail: null })],
  );
  const agent = (await ann.get(`/api/agents/${id}`)).json();
  expect(agent).toMatchObject({
    status: "error",
    stage: { stage: "pulling", percent: 42, detail: null },
    error: { code: "agent_not_ready", detail: "It took too long." },
    lastActiveAt: expect.any(String) as string,
  });
  expect(JSON.stringify(agent)).not.toContain("enc:");
});

test("twenty agents are enough, also when they are created at once", async () => {
  const carl = await app.member("carl");
  const answers = await Promise.all(Array.from({ length: 24 }, async (_, index) => carl.post("/api/agents", { name: `Agent ${index}` })));
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(20);
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(4);
});

test("two changes at once both stand, field by field", async () => {
  const { id } = await create(ann, { name: "Robin" });
  await Promise.all([
    ann.patch(`/api/agents/${id}`, { name: "Rob" }),
    ann.patch(`/api/agents/${id}`, { personality: "Brief." }),
    ann.patch(`/api/agents/${id}`, { model: { providerId: annsProvider, model: "m-1" } }),
  ]);
  expect((await ann.get(`/api/agents/${id}`)).json()).toMatchObject({ name: "Rob", personality: "Brief.", model: { model: "m-1" } });
});

test("a provider that is deleted leaves its agents without that model, not without themselves", async () => {
  const providerId = await createProvider(ann);
  const { id } = await create(ann, {
    name: "Robin",
    model: { providerId, model: "m-1" },
    fallbacks: [{ providerId: annsProvider, model: "m-2" }],
  });
  expect((await ann.delete(`/api/providers/${providerId}`)).status).toBe(204);
  expect((await ann.get(`/api/agents/${id}`)).json()).toMatchObject({ model: { providerId: annsProvider, model: "m-2" }, fallbacks: [] });
});

test.each([
  ["no name", {}, "name"],
  ["a name of spaces", { name: "   " }, "name"],
  ["a name that is an object", { name: {} }, "name"],
  ["too long a personality", { name: "R", personality: "x".repeat(20_001) }, "personality"],
  ["too many suggestions", { name: "R", suggestions: ["1", "2", "3", "4", "5"] }, "suggestions"],
  ["too long a suggestion", { name: "R", suggestions: ["x".repeat(201)] }, "suggestions.0"],
  ["a suggestion of spaces", { name: "R", suggestions: ["  "] }, "suggestions.0"],
  ["a negative idle timeout", { name: "R", idleTimeoutSeconds: -1 }, "idleTimeoutSeconds"],
  ["a fractional idle timeout", { name: "R", idleTimeoutSeconds: 1.5 }, "idleTimeoutSeconds"],
  ["an unknown backend", { name: "R", backend: "unknown" }, "backend"],
  ["an unknown tool", { name: "R", tools: { files: true, web: true, shell: true, browser: true, sessions: true, root: true } }, "tools"],
  ["a tool that is a word", { name: "R", tools: { files: "yes", web: true, shell: true, browser: true, sessions: true } }, "tools.files"],
  ["an owner", { name: "R", ownerId: missing }, ""],
  ["too many fallbacks", { name: "R", fallbacks: Array.from({ length: 4 }, () => ({ providerId: missing, model: "m" })) }, "fallbacks"],
])("%s is refused, by field", async (_name, body, path) => {
  const answer = await ann.post("/api/agents", body);
  expect(answer.status).toBe(400);
  expect(answer.json<{ errors: { path: string }[] }>().errors.map((error) => error.path)).toContain(path);
});

test("text that a database can't hold is refused, not failed on", async () => {
  for (const body of [
    String.raw`{"name":"a\u0000b"}`,
    String.raw`{"name":"R","personality":"\ud800"}`,
    String.raw`{"name":"R","a\u0000":1}`,
  ]) {
    expect((await ann.post("/api/agents", body)).status).toBe(400);
  }
});

test("a list of agents asks Postgres four times, however many there are and wherever their models come from", async () => {
  const statements = await listenTo(app.database.url);
  const other = await startTestApp({ database: { ...app.database, url: statements.url }, runtime: app.runtime });
  try {
    const eve = await other.member("eve");
    const providerId = await createProvider(eve);
    for (let index = 0; index < 5; index += 1) {
      await create(eve, { name: `Agent ${index}`, ...(index > 2 ? {} : { model: { providerId, model: "m-1" } }) });
    }
    const counts: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const from = statements.asked.length;
      expect((await eve.get("/api/agents")).json<{ agents: unknown[] }>().agents).toHaveLength(5);
      counts.push(statements.asked.length - from);
    }
    // What Mosaic does by itself now and then comes on top.
    expect(Math.min(...counts)).toBe(4);
  } finally {
    await other.close();
    await statements.close();
  }
});
