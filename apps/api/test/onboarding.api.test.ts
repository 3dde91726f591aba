import type { Sharing } from "@mosaic/contracts/admin-sharing";
import type { ModelDefaults } from "@mosaic/contracts/model-defaults";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { SettingsService } from "../src/modules/settings/settings.service.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;

const breakglass = { username: "root-admin", password: "correct horse battery" };
const demoProvider = { kind: "demo", name: "Demo model", models: [{ id: "mosaic-demo" }] };

beforeEach(async () => {
  app = await startTestApp({ isOnboarded: false, env: { MOSAIC_RUNTIME: undefined } });
});

afterEach(async () => {
  await app.close();
});

async function tokenHeaders(): Promise<{ headers: Record<string, string> }> {
  const instanceId = await app.nest.get(SettingsService, { strict: false }).instanceId();
  return { headers: { "x-mosaic-setup-token": app.nest.get(CryptoService).setupToken(instanceId) } };
}

async function statusOf(client: TestClient): Promise<Record<string, unknown>> {
  return (await client.get("/api/onboarding/status")).json();
}

async function signedInAdmin(): Promise<TestClient> {
  const client = app.visitor();
  expect((await client.post("/api/onboarding/breakglass", breakglass, await tokenHeaders())).status).toBe(201);
  return client;
}

/** All steps but the last. */
async function walk(client: TestClient): Promise<{ providerId: string; agentId: string }> {
  await client.post("/api/onboarding/oidc", { skip: true });
  const provider = await client.post("/api/onboarding/provider", demoProvider);
  expect(provider.status).toBe(200);
  const providerId = String(provider.json()["id"]);
  const agent = await client.post("/api/onboarding/agents", {
    runtime: "docker",
    agent: { name: "Robin", model: { providerId, model: "mosaic-demo" } },
  });
  expect(agent.status).toBe(200);
  return { providerId, agentId: String(agent.json()["id"]) };
}

/** How full the disk is depends on the machine. */
function statesOf(checks: readonly { id: string; state: string }[]): Record<string, string> {
  return Object.fromEntries(checks.filter(({ id }) => id !== "disk").map(({ id, state }) => [id, state]));
}

test("without the setup token the first step is refused, with the same words for everybody", async () => {
  const visitor = app.visitor();
  const without = await visitor.post("/api/onboarding/breakglass", breakglass);
  const wrong = await visitor.post("/api/onboarding/breakglass", breakglass, { headers: { "x-mosaic-setup-token": "x".repeat(43) } });
  expect([without.status, wrong.status]).toEqual([403, 403]);
  expect(without.json()).toMatchObject({ code: "setup_token_required" });
  expect({ ...wrong.json(), requestId: "" }).toEqual({ ...without.json(), requestId: "" });
  expect(await statusOf(visitor)).toEqual({
    isComplete: false,
    step: "breakglass",
    hasSetupToken: false,
    isSignedIn: false,
    user: null,
    areAgentsIsolated: null,
  });
});

test("guessing the setup token is throttled, and the right one still opens", async () => {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 32; attempt += 1) {
    statuses.push(
      (await app.visitor().post("/api/onboarding/breakglass", breakglass, { headers: { "x-mosaic-setup-token": String(attempt) } })).status,
    );
  }
  expect(statuses.at(0)).toBe(403);
  expect(statuses.at(-1)).toBe(429);
  expect((await app.visitor().post("/api/onboarding/breakglass", breakglass, await tokenHeaders())).status).toBe(201);
});

test("the setup token opens nothing any more once there is an admin", async () => {
  await signedInAdmin();
  const again = await app.visitor().post("/api/onboarding/breakglass", { ...breakglass, username: "second" }, await tokenHeaders());
  expect(again.status).toBe(409);
  const status = await app.visitor().get("/api/onboarding/status", await tokenHeaders());
  expect(status.json()).toMatchObject({ step: "oidc", hasSetupToken: false });
  expect((await app.visitor().post("/api/onboarding/oidc", { skip: true }, await tokenHeaders())).status).toBe(401);
});

test("of two admins created at once, one wins", async () => {
  const token = await tokenHeaders();
  const answers = await Promise.all(
    ["first-one", "second-one"].map(async (username) =>
      app.visitor().post("/api/onboarding/breakglass", { ...breakglass, username }, token),
    ),
  );
  expect(answers.map((answer) => answer.status).toSorted((left, right) => left - right)).toEqual([201, 409]);
  expect(await app.database.query("SELECT 1 FROM users")).toHaveLength(1);
});

test("a name that somebody has is told by field: the admin does not exist yet", async () => {
  await app.member("ann");
  const answer = await app.visitor().post("/api/onboarding/breakglass", { ...breakglass, username: "ann" }, await tokenHeaders());
  expect(answer.status).toBe(400);
  expect(answer.json()).toMatchObject({ errors: [{ path: "username" }] });
  expect(await app.database.query("SELECT 1 FROM breakglass_user")).toEqual([]);
});

test("the rules of the password are checked, by field", async () => {
  const answer = await app
    .visitor()
    .post("/api/onboarding/breakglass", { username: "root-admin", password: "short" }, await tokenHeaders());
  expect(answer.status).toBe(400);
  expect(answer.json<{ errors: { path: string }[] }>().errors.map((error) => error.path)).toContain("password");
});

test("from start to end, going on at the right step in any browser", async () => {
  const client = await signedInAdmin();
  const user = (await client.get("/api/auth/me")).json();
  expect(await statusOf(client)).toEqual({
    isComplete: false,
    step: "oidc",
    hasSetupToken: false,
    isSignedIn: true,
    user,
    areAgentsIsolated: null,
  });
  await client.post("/api/onboarding/oidc", { skip: true });
  expect(await statusOf(app.visitor())).toMatchObject({ step: "provider", isSignedIn: false });
  const { providerId, agentId } = await walk(client);
  expect(await statusOf(client)).toMatchObject({ step: "summary" });
  const health = (await client.get("/api/onboarding/health")).json<{ checks: { id: string; state: string; detail: string }[] }>();
  const allWell = {
    database: "ok",
    clock: "ok",
    runtime: "ok",
    isolation: "ok",
    provider: "ok",
    image: "ok",
    memory: "ok",
    agent_files: "ok",
    settings: "ok",
    sign_in: "ok",
  };
  expect(statesOf(health.checks)).toEqual(allWell);
  expect(health.checks.find(({ id }) => id === "disk")?.detail).toContain("GB are free");
  const done = await client.post("/api/onboarding/complete");
  expect(done.json()).toMatchObject({ isComplete: true });
  const steps = await app.database.query<{ action: string; actor_name: string }>("SELECT action, actor_name FROM audit_events ORDER BY id");
  expect(steps.map(({ action }) => action)).toEqual([
    "user.create",
    "onboarding.skip",
    "provider.create",
    "runtime.choose",
    "agent.create",
    "model_default.update",
    "onboarding.complete",
  ]);
  expect((await client.get(`/api/providers/${providerId}`)).status).toBe(200);
  expect((await client.get(`/api/agents/${agentId}`)).json()).toMatchObject({ name: "Robin", status: "stopped" });
  expect((await client.get("/api/runtime")).json()).toMatchObject({ kind: "docker", isIsolated: true });
});

test("the model of the agent is the admin's default, and everybody's as long as they share it", async () => {
  const client = await signedInAdmin();
  const { providerId } = await walk(client);
  const model = { providerId, model: "mosaic-demo" };
  const found = async (): Promise<unknown[]> => {
    const { providers, defaults } = (await client.get("/api/admin/sharing")).json<Sharing>();
    return [providers.map(({ isShared }) => isShared), defaults[0]?.model];
  };
  expect((await client.get("/api/model-defaults")).json<ModelDefaults>().defaults[0]).toMatchObject({ backend: null, model });
  expect(await found()).toEqual([[false], null]);
  const step = async (sharesModel: boolean): Promise<number> =>
    (await client.post("/api/onboarding/agents", { runtime: "docker", agent: { name: "Robin", model }, sharesModel })).status;
  for (const [shares, state] of [
    [true, [[true], model]],
    [true, [[true], model]],
    [false, [[false], null]],
  ] as const) {
    expect(await step(shares)).toBe(200);
    expect(await found()).toEqual(state);
  }
  const changes = await app.database.query("SELECT 1 FROM audit_events WHERE action = 'sharing.update'");
  expect(changes).toHaveLength(2);
});

test("a finished wizard can't be entered again", async () => {
  const client = await signedInAdmin();
  await walk(client);
  await client.post("/api/onboarding/complete");
  const calls = [
    client.post("/api/onboarding/oidc", { skip: true }),
    client.post("/api/onboarding/provider", demoProvider),
    client.post("/api/onboarding/provider/test", { kind: "demo" }),
    client.post("/api/onboarding/agents", {}),
    client.get("/api/onboarding/options"),
    client.get("/api/onboarding/health"),
    client.post("/api/onboarding/complete"),
    app.visitor().post("/api/onboarding/breakglass", breakglass, await tokenHeaders()),
  ];
  for (const answer of await Promise.all(calls)) {
    expect(answer.json()).toMatchObject({ status: 409, code: "onboarding_complete" });
  }
});

test("a step done twice, also at once, replaces what it made", async () => {
  const client = await signedInAdmin();
  const first = await walk(client);
  const answers = await Promise.all([walk(client), walk(client)]);
  expect(answers).toEqual([first, first]);
  await client.post("/api/onboarding/provider", { ...demoProvider, name: "Renamed" });
  expect((await client.get("/api/providers")).json<{ providers: unknown[] }>().providers).toMatchObject([{ name: "Renamed" }]);
  expect((await client.get("/api/agents")).json<{ agents: unknown[] }>().agents).toHaveLength(1);
});

test("the first provider and agent made twice at once are one each", async () => {
  const client = await signedInAdmin();
  await client.post("/api/onboarding/oidc", { skip: true });
  const answers = await Promise.all([1, 2, 3].map(async () => client.post("/api/onboarding/provider", demoProvider)));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
  const providerId = String(answers[0]?.json()["id"]);
  const body = { runtime: "docker", agent: { name: "Robin", model: { providerId, model: "mosaic-demo" } } };
  const agents = await Promise.all([1, 2, 3].map(async () => client.post("/api/onboarding/agents", body)));
  expect(new Set(agents.map((answer) => answer.json()["id"])).size).toBe(1);
  expect(await app.database.query("SELECT 1 FROM llm_providers")).toHaveLength(1);
  expect(await app.database.query("SELECT 1 FROM agents")).toHaveLength(1);
});

test("another provider in the wizard leaves the agent to be given a model again", async () => {
  const client = await signedInAdmin();
  await walk(client);
  const next = { kind: "ollama", name: "Ollama", baseUrl: "http://127.0.0.1:11434", apiKey: null, models: [{ id: "llama" }] };
  expect((await client.post("/api/onboarding/provider", next)).json()).toMatchObject({ kind: "ollama", version: 2 });
  expect(await statusOf(client)).toMatchObject({ step: "agents" });
  expect((await client.post("/api/onboarding/complete")).json()).toMatchObject({ status: 409, code: "onboarding_incomplete" });
});

test("single sign-on can be set up in the wizard, with faults by field", async () => {
  const client = await signedInAdmin();
  const settings = {
    isEnabled: true,
    label: "Company",
    issuer: "https://sign-in.example.org",
    clientId: "mosaic",
    clientSecret: "secret",
    scopes: ["openid"],
    allowedEmailDomains: [],
    autoCreate: true,
    roleMappings: [],
  };
  const faulty = await client.post("/api/onboarding/oidc", { ...settings, issuer: "sign-in" });
  expect(faulty.json()).toMatchObject({ status: 400, errors: [{ path: "issuer" }] });
  expect((await client.post("/api/onboarding/oidc", settings)).json()).toMatchObject({ step: "provider" });
  expect((await client.get("/api/admin/oidc")).json()).toMatchObject({
    label: "Company",
    redirectUri: `${app.url}/api/auth/oidc/callback`,
  });
});

test("the wizard is not complete before there is a provider and an agent with a model", async () => {
  const client = await signedInAdmin();
  expect((await client.post("/api/onboarding/complete")).json()).toMatchObject({ code: "onboarding_incomplete" });
  await client.post("/api/onboarding/oidc", { skip: true });
  await client.post("/api/onboarding/provider", demoProvider);
  expect((await client.post("/api/onboarding/complete")).json()).toMatchObject({ code: "onboarding_incomplete" });
  const withoutModel = await client.post("/api/onboarding/agents", { runtime: "docker", agent: { name: "Robin" } });
  expect(withoutModel.json()).toMatchObject({ status: 400, errors: [{ path: "agent.model" }] });
  const foreign = {
    runtime: "docker",
    agent: { name: "Robin", model: { providerId: "01890a5d-ac96-774b-bcce-b302099a8057", model: "mosaic-demo" } },
  };
  expect((await client.post("/api/onboarding/agents", foreign)).json()).toMatchObject({
    status: 400,
    errors: [{ path: "agent.model.providerId" }],
  });
});

test("the process runtime wants to be accepted as one without walls", async () => {
  const client = await signedInAdmin();
  await client.post("/api/onboarding/oidc", { skip: true });
  const providerId = String((await client.post("/api/onboarding/provider", demoProvider)).json()["id"]);
  const body = { runtime: "process", agent: { name: "Robin", model: { providerId, model: "mosaic-demo" } } };
  expect((await client.post("/api/onboarding/agents", body)).json()).toMatchObject({
    status: 400,
    errors: [{ path: "acceptsNoIsolation" }],
  });
  expect((await client.post("/api/onboarding/agents", { ...body, acceptsNoIsolation: true })).status).toBe(200);
  app.runtime.faults.hasImage = false;
  const { checks } = (await client.get("/api/onboarding/health")).json<{ checks: { id: string; state: string; detail: string }[] }>();
  expect(checks.find((check) => check.id === "image")).toMatchObject({
    state: "warning",
    detail: expect.stringContaining("installed at the first start") as string,
  });
  expect(statesOf(checks)).toMatchObject({ runtime: "ok", isolation: "warning" });
});

test("the wizard offers the engine where it answers, and says what is wrong where it does not", async () => {
  const client = await signedInAdmin();
  expect((await client.get("/api/onboarding/options")).json()).toMatchObject({ suggested: "docker", isRuntimeFixed: false });
  app.runtime.faults.isReachable = false;
  const away = (await client.get("/api/onboarding/options")).json<{
    suggested: string;
    runtimes: { kind: string; isAvailable: boolean }[];
  }>();
  expect(away.suggested).toBe("process");
  expect(away.runtimes).toMatchObject([
    { kind: "docker", isAvailable: false },
    { kind: "process", isAvailable: true },
  ]);
});

test("an engine that is away, or no runtime at all, is a failing check and no failing page", async () => {
  const client = await signedInAdmin();
  const before = (await client.get("/api/onboarding/health")).json<{ checks: { id: string; state: string }[] }>();
  const none = { runtime: "failing", isolation: "failing", provider: "failing", image: "failing", agent_files: "failing" };
  expect(statesOf(before.checks)).toEqual({ database: "ok", clock: "ok", memory: "ok", settings: "ok", sign_in: "ok", ...none });
  await walk(client);
  app.runtime.faults.isReachable = false;
  const { checks } = (await client.get("/api/onboarding/health")).json<{ checks: { id: string; state: string; detail: string }[] }>();
  expect(statesOf(checks)).toMatchObject({ runtime: "failing", isolation: "ok", provider: "ok", image: "failing" });
  expect(checks.find(({ id }) => id === "image")?.detail).toContain("away");
});

test("a member can't go through the wizard, and nobody without a session", async () => {
  await signedInAdmin();
  const member = await app.member("ann-member");
  expect((await member.post("/api/onboarding/oidc", { skip: true })).status).toBe(403);
  expect((await app.visitor().post("/api/onboarding/oidc", { skip: true })).status).toBe(401);
  expect((await app.visitor().get("/api/onboarding/health")).status).toBe(401);
});
