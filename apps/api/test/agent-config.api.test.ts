import { randomUUIDv7 } from "node:crypto";
import { Client } from "pg";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { deriveGatewayToken } from "@mosaic/testing/gateway-token";
import type { Bundle } from "@mosaic/contracts/agent-config";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { BundleWaitService } from "../src/modules/agent-config/bundle-wait.service.js";
import { AgentConfigService } from "../src/modules/agent-config/agent-config.service.js";
import { hashToken, newToken } from "../src/modules/crypto/tokens.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { Answer, TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;

const key = "sk-canary-provider-key-1234567890";

interface Fixture {
  agentId: string;
  providerId: string;
  token: string;
}

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.member("ann");
});

afterEach(async () => {
  await app.database.query("DELETE FROM model_assignments WHERE user_id IS NULL AND agent_id IS NULL");
});

afterAll(async () => {
  await app.close();
});

async function insertContainer(target: TestApp, agentId: string, status = "running", port: number | null = 18_789): Promise<string> {
  const token = newToken();
  await target.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, endpoint_host, endpoint_port) VALUES ($1, $2, $3, 'enc:', $4, '127.0.0.1', $5)",
    [agentId, `mosaic-${agentId.slice(-12)}`, status, Buffer.from(hashToken(token)), port],
  );
  return token;
}

async function fixture(client = ann, target = app, provider: object = {}): Promise<Fixture> {
  const body = {
    kind: "openai-compatible",
    name: "Mine",
    baseUrl: "https://llm.example/v1",
    apiKey: key,
    models: [{ id: "m-1" }, { id: "m-2" }],
    ...provider,
  };
  const providerId = (await client.post("/api/providers", body)).json<{ id: string }>().id;
  const agentId = (
    await client.post("/api/agents", { name: "Robin", personality: "You are brief.", model: { providerId, model: "m-1" } })
  ).json<{ id: string }>().id;
  return { agentId, providerId, token: await insertContainer(target, agentId) };
}

async function ask(
  agentId: string,
  token: string | null,
  path = "/bundle",
  options: { base?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${options.base ?? app.internalUrl}/api/internal/agent-config/${agentId}${path}`, {
    ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

async function bundleOf({ agentId, token }: Fixture, path = "/bundle"): Promise<Bundle> {
  const response = await ask(agentId, token, path);
  expect(response.status).toBe(200);
  return (await response.json()) as Bundle;
}

function waiting(target = app): number {
  return target.nest.get(BundleWaitService, { strict: false }).waitingCount;
}

test("a container gets its whole configuration: openclaw.json alone, or all files with their generation", async () => {
  const made = await fixture();
  const bundle = await bundleOf(made);
  expect(bundle.files.map((file) => `${file.root}/${file.path}`)).toEqual(
    expect.arrayContaining(["run/openclaw.json", "state/workspace/SOUL.md"]),
  );
  expect(bundle.generation).toMatch(/^[0-9a-f]{64}$/);
  expect(bundle.files.find((file) => file.path.endsWith("SOUL.md"))?.content).toContain("You are brief.");
  const response = await ask(made.agentId, made.token, "");
  expect(response.headers.get("content-type")).toContain("application/json");
  const text = await response.text();
  expect(text).toBe(bundle.files.find((file) => file.path === "openclaw.json")?.content);
  expect(text).toContain(key);
  expect(text).toContain(deriveGatewayToken(made.token));
  expect(JSON.stringify(bundle)).not.toContain(made.token);
});

test("the demo provider is at the internal port's own address", async () => {
  const made = await fixture(ann, app, { kind: "demo", baseUrl: null, apiKey: null });
  const config = JSON.stringify(await bundleOf(made));
  const demo = `${app.internalUrl}/api/internal/agent-config/${made.agentId}/demo/v1`;
  expect(config).toContain(demo);
  expect(config).toContain(deriveRelayToken(made.token));
  expect((await fetch(`${app.internalUrl}/demo/v1/models`)).status).toBe(404);
  expect((await fetch(`${demo}/models`)).status).toBe(401);
});

test("a supervisor that knows variables gets the tokens of the start there, one of before in its files", async () => {
  const made = await fixture();
  const tokens = { MOSAIC_GATEWAY_TOKEN: deriveGatewayToken(made.token), MOSAIC_RELAY_TOKEN: deriveRelayToken(made.token) };
  const now = await bundleOf(made, "/bundle?tokens=environment");
  expect(now.launch.env).toMatchObject(tokens);
  expect(now.launch.secretEnv).toEqual(Object.keys(tokens));
  expect(JSON.stringify(now.files)).not.toContain(tokens.MOSAIC_GATEWAY_TOKEN);
  const before = await bundleOf(made);
  expect(JSON.stringify(before.files)).toContain(tokens.MOSAIC_GATEWAY_TOKEN);
  expect(JSON.stringify(before.launch)).not.toContain(tokens.MOSAIC_GATEWAY_TOKEN);
  expect((await ask(made.agentId, made.token, "/bundle?tokens=elsewhere")).status).toBe(400);
});

test("whatever is wrong, token, agent or status, the refusal is the same, byte for byte", async () => {
  const [mine, other] = [await fixture(), await fixture()];
  const stopped = await fixture();
  await app.database.query("UPDATE agent_containers SET status = 'stopped' WHERE agent_id = $1", [stopped.agentId]);
  const stopping = await fixture();
  await app.database.query("UPDATE agent_containers SET status = 'stopping' WHERE agent_id = $1", [stopping.agentId]);
  const refusals = await Promise.all(
    ["", "/bundle", "/bundle?after=x&waitSeconds=5", "/bundle?waitSeconds=nonsense"].flatMap((path) => [
      ask(mine.agentId, null, path),
      ask(mine.agentId, "", path),
      ask(mine.agentId, newToken(), path),
      ask(mine.agentId, other.token, path),
      ask(randomUUIDv7(), mine.token, path),
      ask("not-an-id", mine.token, path),
      ask(stopped.agentId, stopped.token, path),
      ask(stopping.agentId, stopping.token, path),
      ask(mine.agentId, `${mine.token} x`, path),
      ask(mine.agentId, "x".repeat(5000), path),
    ]),
  );
  const bodies = await Promise.all(
    refusals.map(async (response) => `${response.status} ${response.headers.get("content-type")} ${await response.text()}`),
  );
  expect(new Set(bodies).size).toBe(1);
  expect(bodies[0]).toMatch(/^401 application\/problem\+json.*container_token_refused/);
});

test("the internal routes are not there on the public port, nor the public ones on the internal port", async () => {
  const made = await fixture();
  for (const path of ["", "/bundle"]) {
    expect((await ask(made.agentId, made.token, path, { base: app.url })).status).toBe(404);
  }
  expect((await fetch(`${app.url}/demo/v1/models`)).status).toBe(404);
  for (const path of ["/api/health", "/api/onboarding/status", "/api/agents", "/api/openapi.json", "/"]) {
    expect((await fetch(`${app.internalUrl}${path}`)).status).toBe(404);
  }
  expect((await ask(made.agentId, made.token)).status).toBe(200);
});

test("a token is found by one indexed query, however many containers there are", async () => {
  const made = await fixture();
  await app.database.query(`
    WITH many AS (SELECT gen_random_uuid() AS id FROM generate_series(1, 5000)),
    inserted AS (INSERT INTO agents (id, backend_id, name, emoji, personality, tools) SELECT id, 'openclaw', 'x', '', '', '{}' FROM many RETURNING id)
    INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash) SELECT id, id::text, 'running', 'enc:', sha256(id::text::bytea) FROM inserted`);
  await app.database.query("ANALYZE agent_containers");
  const recorded = await recordQueries(async () => {
    expect((await ask(made.agentId, newToken())).status).toBe(401);
  });
  expect(recorded).toHaveLength(1);
  const plan = await app.database.query<{ "QUERY PLAN": string }>(
    `EXPLAIN ${String(recorded[0])
      .replaceAll(/\$1\b/g, `'\\x${"00".repeat(32)}'`)
      .replaceAll(/\$[2-9]\b/g, "'running'")
      .replaceAll(/LIMIT '\w+'|OFFSET '\w+'/g, "")}`,
  );
  expect(plan.map((row) => row["QUERY PLAN"]).join("\n")).toContain("agent_containers_token_hash_key");
  await app.database.query("DELETE FROM agents WHERE owner_id IS NULL");
});

/** The statements that the application sends to Postgres meanwhile. */
async function recordQueries(run: () => Promise<void>): Promise<string[]> {
  const query = vi.spyOn(Client.prototype, "query");
  try {
    await run();
    return query.mock.calls.map(([statement]: unknown[]) =>
      typeof statement === "object" && statement !== null && "text" in statement ? String(statement.text) : String(statement),
    );
  } finally {
    query.mockRestore();
  }
}

test("nothing new is a 204 when the wait is over", async () => {
  const made = await fixture();
  const { generation } = await bundleOf(made);
  const response = await ask(made.agentId, made.token, `/bundle?after=${generation}&waitSeconds=1`);
  expect(response.status).toBe(204);
  expect((await ask(made.agentId, made.token, `/bundle?after=${generation}`)).status).toBe(204);
  expect((await ask(made.agentId, made.token, "/bundle?after=an-older-one&waitSeconds=30")).status).toBe(200);
  expect((await ask(made.agentId, made.token, "/bundle?waitSeconds=61")).status).toBe(400);
});

/** A member with an agent on their own provider, and what an admin shares beside it. */
interface Scene extends Fixture {
  readonly client: TestClient;
  readonly admin: TestClient;
  /** The admin's, which is shared. */
  readonly sharedId: string;
  /** Another one of the member's own. */
  readonly spareId: string;
}

async function sceneOf(name: string): Promise<Scene> {
  const client = await app.member(uniqueName(name));
  const admin = await app.admin();
  const made = await fixture(client);
  const other = async (owner: TestClient, host: string): Promise<string> => {
    const body = {
      kind: "openai-compatible",
      name: host,
      baseUrl: `https://${host}.example/v1`,
      apiKey: `sk-of-${host}`,
      models: [{ id: "m-9" }],
    };
    return (await owner.post("/api/providers", body)).json<{ id: string }>().id;
  };
  const [sharedId, spareId] = [await other(admin, "ours"), await other(client, "spare")];
  expect((await admin.put(`/api/admin/sharing/providers/${sharedId}`, { isShared: true })).status).toBe(200);
  return { ...made, client, admin, sharedId, spareId };
}

const choice = (providerId: string, model: string): { providerId: string; model: string } => ({ providerId, model });
const setAgent = async ({ client, agentId }: Scene, change: object): Promise<Answer> => client.patch(`/api/agents/${agentId}`, change);
const setProvider = async ({ client, providerId }: Scene, change: object): Promise<Answer> =>
  client.patch(`/api/providers/${providerId}`, change);
const setDefault = async ({ client }: Scene, providerId: string, model: string): Promise<Answer> =>
  client.put("/api/model-defaults", { backend: null, model: choice(providerId, model) });
const setSharing = async ({ admin, sharedId }: Scene, isShared: boolean): Promise<Answer> =>
  admin.put(`/api/admin/sharing/providers/${sharedId}`, { isShared });

interface Change {
  /** What is so before. */
  readonly given?: readonly ((scene: Scene) => Promise<Answer>)[];
  readonly change: (scene: Scene) => Promise<Answer>;
  /** What the files say after it that they did not say before, and the reverse. */
  readonly says: (scene: Scene) => string;
  readonly saysNoLonger?: (scene: Scene) => string;
}

const tools = { files: true, web: false, shell: true, browser: false, sessions: true };

test.each<[string, Change]>([
  ["another personality", { change: (scene) => setAgent(scene, { personality: "You are wordy." }), says: () => "You are wordy." }],
  [
    "another key",
    { change: (scene) => setProvider(scene, { apiKey: "sk-corrected" }), says: () => "sk-corrected", saysNoLonger: () => key },
  ],
  ["another model", { change: (scene) => setAgent(scene, { model: choice(scene.providerId, "m-2") }), says: () => "/m-2" }],
  ["other tools", { change: (scene) => setAgent(scene, { tools }), says: () => '"process"', saysNoLonger: () => '"web_search"' }],
  [
    "another default of its owner",
    {
      given: [(scene) => setDefault(scene, scene.providerId, "m-1"), (scene) => setAgent(scene, { model: null })],
      change: (scene) => setDefault(scene, scene.spareId, "m-9"),
      says: () => "sk-of-spare",
      saysNoLonger: () => key,
    },
  ],
  [
    "another default of the installation",
    {
      given: [
        ({ admin, sharedId }) => admin.patch(`/api/providers/${sharedId}`, { models: [{ id: "m-8" }, { id: "m-9" }] }),
        ({ admin, sharedId }) => admin.put("/api/admin/sharing/defaults", { backend: null, model: choice(sharedId, "m-8") }),
        (scene) => setAgent(scene, { model: null }),
      ],
      change: ({ admin, sharedId }) => admin.put("/api/admin/sharing/defaults", { backend: null, model: choice(sharedId, "m-9") }),
      says: () => '/m-9"',
      saysNoLonger: () => '/m-8"',
    },
  ],
  [
    "sharing that begins",
    {
      given: [
        (scene) => setAgent(scene, { model: choice(scene.sharedId, "m-9") }),
        (scene) => setSharing(scene, false),
        (scene) => setDefault(scene, scene.providerId, "m-1"),
      ],
      change: (scene) => setSharing(scene, true),
      says: ({ agentId, sharedId }) => `/agent-config/${agentId}/llm/${sharedId}`,
      saysNoLonger: () => key,
    },
  ],
  [
    "sharing that ends",
    {
      given: [(scene) => setAgent(scene, { model: choice(scene.sharedId, "m-9") }), (scene) => setDefault(scene, scene.providerId, "m-1")],
      change: (scene) => setSharing(scene, false),
      says: () => key,
      saysNoLonger: ({ agentId, sharedId }) => `/agent-config/${agentId}/llm/${sharedId}`,
    },
  ],
  [
    "a provider that is switched off",
    {
      given: [(scene) => setDefault(scene, scene.spareId, "m-9")],
      change: (scene) => setProvider(scene, { isActive: false }),
      says: () => "sk-of-spare",
      saysNoLonger: () => key,
    },
  ],
  [
    "a shared provider that is switched off",
    {
      given: [(scene) => setAgent(scene, { model: choice(scene.sharedId, "m-9") }), (scene) => setDefault(scene, scene.providerId, "m-1")],
      change: ({ admin, sharedId }) => admin.patch(`/api/providers/${sharedId}`, { isActive: false }),
      says: () => key,
      saysNoLonger: ({ sharedId }) => sharedId,
    },
  ],
])("a waiting container hears at once of %s", async (name, { given = [], change, says, saysNoLonger }) => {
  const scene = await sceneOf(name.replaceAll(/[^a-z]/g, "-"));
  for (const step of given) {
    expect((await step(scene)).status).toBe(200);
  }
  const before = await bundleOf(scene);
  const formerly = JSON.stringify(before.files.map(({ content }) => content)).replaceAll(String.raw`\"`, '"');
  expect(formerly).not.toContain(says(scene));
  expect(formerly).toContain(saysNoLonger?.(scene) ?? "");
  const others = waiting();
  const pending = ask(scene.agentId, scene.token, `/bundle?after=${before.generation}&waitSeconds=30`);
  await expect.poll(() => waiting()).toBe(others + 1);
  const startedAt = performance.now();
  expect((await change(scene)).status).toBe(200);
  const next = (await (await pending).json()) as Bundle;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(next.generation).not.toBe(before.generation);
  const now = JSON.stringify(next.files.map(({ content }) => content)).replaceAll(String.raw`\"`, '"');
  expect(now).toContain(says(scene));
  if (saysNoLonger !== undefined) {
    expect(now).not.toContain(saysNoLonger(scene));
  }
});

test("what an admin changes of a provider that is theirs alone reaches the system agent that uses it at once", async () => {
  const admin = await app.admin();
  const body = {
    kind: "openai-compatible",
    name: "Inner",
    baseUrl: "https://inner.example/v1",
    apiKey: "sk-inner",
    models: [{ id: "m-1" }],
  };
  const providerId = (await admin.post("/api/providers", body)).json<{ id: string }>().id;
  const agentId = randomUUIDv7();
  await app.database.query(
    "INSERT INTO agents (id, backend_id, name, emoji, personality, tools, is_wanted) VALUES ($1, 'openclaw', 'Concierge', '', '', '{}', false)",
    [agentId],
  );
  await app.database.query("INSERT INTO model_assignments (id, agent_id, provider_id, model) VALUES ($1, $2, $3, 'm-1')", [
    randomUUIDv7(),
    agentId,
    providerId,
  ]);
  const token = await insertContainer(app, agentId);
  const { generation } = await bundleOf({ agentId, providerId, token });
  const pending = ask(agentId, token, `/bundle?after=${generation}&waitSeconds=30`);
  await expect.poll(() => waiting()).toBe(1);
  const startedAt = performance.now();
  expect((await admin.patch(`/api/providers/${providerId}`, { models: [{ id: "m-1", contextWindow: 43_210 }] })).status).toBe(200);
  expect(await (await pending).text()).toContain("43210");
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await app.database.query("DELETE FROM agents WHERE id = $1", [agentId]);
});

test.each<[string, (scene: Scene) => Promise<Answer>]>([
  [
    "another user's provider and agent",
    async ({ admin }) => (await fixture(await app.member(uniqueName("bob"))), admin.get("/api/agents")),
  ],
  ["when an idle agent stops", (scene) => setAgent(scene, { idleTimeoutSeconds: 60 })],
  ["a provider's name", (scene) => setProvider(scene, { name: "Called otherwise" })],
  ["a provider that the agent does not use", ({ client, spareId }) => client.patch(`/api/providers/${spareId}`, { apiKey: "sk-other" })],
  ["what is shared, and not used", ({ admin, sharedId }) => admin.patch(`/api/providers/${sharedId}`, { models: [{ id: "m-8" }] })],
  ["a default that the agent's own choice goes before", (scene) => setDefault(scene, scene.spareId, "m-9")],
  [
    "an installation's default that another goes before",
    ({ admin, sharedId }) => admin.put("/api/admin/sharing/defaults", { backend: null, model: choice(sharedId, "m-9") }),
  ],
])("%s makes no difference: no wait ends for it", async (_name, change) => {
  const scene = await sceneOf("quiet");
  const { generation } = await bundleOf(scene);
  const others = waiting();
  const pending = ask(scene.agentId, scene.token, `/bundle?after=${generation}&waitSeconds=1`);
  await expect.poll(() => waiting()).toBe(others + 1);
  expect((await change(scene)).status).toBe(200);
  expect((await pending).status).toBe(204);
});

test("a change that is missed while the connection for notifications is lost is found after it", async () => {
  const made = await fixture();
  const { generation } = await bundleOf(made);
  const pending = ask(made.agentId, made.token, `/bundle?after=${generation}&waitSeconds=30`);
  await expect.poll(() => waiting()).toBe(1);
  const ended = await app.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'",
  );
  expect(ended.length).toBeGreaterThan(0);
  await app.database.query("UPDATE agents SET personality = 'Changed in silence.' WHERE id = $1", [made.agentId]);
  expect(await (await pending).text()).toContain("Changed in silence.");
});

test("a client that goes away frees its wait", async () => {
  const made = await fixture();
  const { generation } = await bundleOf(made);
  const leaving = new AbortController();
  const pending = ask(made.agentId, made.token, `/bundle?after=${generation}&waitSeconds=30`, { signal: leaving.signal });
  await expect.poll(() => waiting()).toBe(1);
  leaving.abort();
  await expect(pending).rejects.toThrow();
  await expect.poll(() => waiting()).toBe(0);
});

test("a container that is stopped while it waits is refused at the next change", async () => {
  const made = await fixture();
  const { generation } = await bundleOf(made);
  const pending = ask(made.agentId, made.token, `/bundle?after=${generation}&waitSeconds=30`);
  await expect.poll(() => waiting()).toBe(1);
  await app.database.query("UPDATE agent_containers SET status = 'stopped' WHERE agent_id = $1", [made.agentId]);
  await ann.patch(`/api/agents/${made.agentId}`, { personality: "Changed." });
  expect((await pending).status).toBe(401);
});

test("an agent without a model is not renderable, and says where to set it; a running one keeps what it has", async () => {
  const made = await fixture();
  const { generation } = await bundleOf(made);
  expect((await ann.delete(`/api/providers/${made.providerId}`)).status).toBe(204);
  await expect(app.nest.get(AgentConfigService, { strict: false }).assertRenderable(made.agentId)).rejects.toMatchObject({
    code: "model_not_assigned",
  });
  expect((await ask(made.agentId, made.token)).status).toBe(422);
  expect((await ask(made.agentId, made.token, `/bundle?after=${generation}`)).status).toBe(204);
});

test("the owner's default is used where the agent has no model, and the admin's only where it is shared", async () => {
  const service = app.nest.get(AgentConfigService, { strict: false });
  const carl = await app.member("carl");
  const agentId = (await carl.post("/api/agents", { name: "Robin" })).json<{ id: string }>().id;
  const token = await insertContainer(app, agentId);
  const admin = await app.admin();
  const shared = (
    await admin.post("/api/providers", {
      kind: "openai",
      name: "Team",
      baseUrl: "https://team.example/v1",
      apiKey: "sk-team",
      models: [{ id: "t-1" }],
    })
  ).json<{ id: string }>().id;
  const assign = async (userId: string | null, providerId: string, model: string): Promise<void> => {
    await app.database.query("INSERT INTO model_assignments (id, user_id, provider_id, model) VALUES ($1, $2, $3, $4)", [
      randomUUIDv7(),
      userId,
      providerId,
      model,
    ]);
  };
  await assign(null, shared, "t-1");
  await expect(service.assertRenderable(agentId)).rejects.toMatchObject({ code: "model_not_assigned" });
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [shared]);
  const relayed = JSON.stringify(await bundleOf({ agentId, providerId: shared, token }));
  expect(relayed).toContain(`/api/internal/agent-config/${agentId}/llm/${shared}`);
  expect(relayed).not.toMatch(/sk-team|team\.example/);
  const own = (
    await carl.post("/api/providers", {
      kind: "openai",
      name: "Own",
      baseUrl: "https://own.example/v1",
      apiKey: "sk-own",
      models: [{ id: "o-1" }],
    })
  ).json<{ id: string }>().id;
  await assign(carl.userId, own, "o-1");
  const text = JSON.stringify(await bundleOf({ agentId, providerId: own, token }));
  expect(text).toContain("https://own.example/v1");
  expect(text).not.toContain("sk-team");
});

test("in the process runtime a gateway says its port, or the runtime has, and tools beyond the workspace are off", async () => {
  const processApp = await startTestApp({ env: { MOSAIC_RUNTIME: "process" } });
  const client = await processApp.member("ann");
  const made = await fixture(client, processApp);
  await client.patch(`/api/agents/${made.agentId}`, { tools: { files: true, web: true, shell: true, browser: true, sessions: true } });
  await processApp.database.query("UPDATE agent_containers SET status = 'starting', endpoint_port = NULL WHERE agent_id = $1", [
    made.agentId,
  ]);
  const base = { base: processApp.internalUrl };
  type Config = { gateway: object; tools: { deny: string[] }; browser: object };
  const configOf = async (path: string): Promise<Config> => (await (await ask(made.agentId, made.token, path, base)).json()) as Config;
  // Neither says it: nobody waits, and the answer tells what to do.
  const unknown = await ask(made.agentId, made.token, "", base);
  expect([unknown.status, await unknown.text()]).toEqual([504, expect.stringContaining("port")]);
  expect((await configOf("?port=45677")).gateway).toMatchObject({ port: 45_677, bind: "loopback" });
  const { files } = (await (await ask(made.agentId, made.token, "/bundle?port=45676", base)).json()) as Bundle;
  expect(files.find(({ path }) => path === "openclaw.json")?.content).toContain('"port": 45676');
  expect((await ask(made.agentId, made.token, "/bundle?port=65535", base)).status).toBe(400);
  await processApp.database.query("UPDATE agent_containers SET endpoint_port = 45678 WHERE agent_id = $1", [made.agentId]);
  const config = await configOf("");
  expect(config.gateway).toMatchObject({ port: 45_678, bind: "loopback" });
  // Where Mosaic itself calls an agent is not the agent's to say.
  const [endpoint] = await processApp.database.query("SELECT endpoint_port FROM agent_containers WHERE agent_id = $1", [made.agentId]);
  expect(endpoint).toEqual({ endpoint_port: 45_678 });
  expect(config.tools.deny).toContain("exec");
  expect(config.browser).toEqual({ enabled: false });
  await processApp.close();
});

test("stopping Mosaic ends all waits at once", async () => {
  const own = await startTestApp();
  const client = await own.member("ann");
  const made = await fixture(client, own);
  const { generation } = (await (await ask(made.agentId, made.token, "/bundle", { base: own.internalUrl })).json()) as Bundle;
  const pending = ask(made.agentId, made.token, `/bundle?after=${generation}&waitSeconds=60`, { base: own.internalUrl });
  await expect.poll(() => waiting(own)).toBe(1);
  const startedAt = performance.now();
  const closing = own.close();
  expect((await pending).status).toBe(204);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await closing;
});
