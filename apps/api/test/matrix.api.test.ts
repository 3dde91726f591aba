import { randomUUIDv7 } from "node:crypto";
import { deriveGatewayToken, deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { startDemoLlm, type DemoLlmServer } from "@mosaic/demo-llm/demo-llm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { afresh, at, callersOf, refusalOf, type Caller } from "./harness/callers.js";
import { agentOf, conversationOf, createAgent, createConversation, say } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { openEvents } from "./harness/open-events.js";
import { containerRecipes, openRecipes, recipes, type Recipe } from "./harness/route-recipes.js";
import { RouteWorld } from "./harness/route-world.js";
import { routesOf, type Route } from "./harness/routes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

/** An agent whose container runs. */
interface RunningAgent {
  readonly id: string;
  readonly providerId: string;
  readonly container: string;
  readonly relay: string;
  readonly gateway: string;
}

let app: TestApp;
let llm: DemoLlmServer;
let engine: InMemoryEngine;
let world: RouteWorld;
let routes: Route[];
let callers: Caller[];
let ann: TestClient;
let bob: TestClient;
let carls: RunningAgent;
let doras: RunningAgent;
let calls = 0;

beforeAll(async () => {
  llm = await startDemoLlm();
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
  world = new RouteWorld(app);
  routes = routesOf(app.nest);
  ann = await app.member("ann");
  bob = await app.member("bob");
  const providerId = await sharedProvider();
  carls = await runningAgent(await app.member("carl"), providerId);
  doras = await runningAgent(await app.member("dora"), providerId);
  callers = await callersOf(app, {
    ann,
    bob,
    containerTokens: { "container token": carls.container, "relay token": carls.relay, "gateway token": carls.gateway },
  });
});

afterAll(async () => {
  await app.close();
  await engine.close();
  await llm.close();
});

/** Of an admin who takes part in nothing else: the demo model, as a server whose key and address nobody else may know. */
async function sharedProvider(): Promise<string> {
  const sharer = await app.member("sharer");
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [sharer.userId]);
  expect((await sharer.put("/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] })).status).toBe(200);
  const body = { kind: "openai-compatible", name: "Ours", baseUrl: `${llm.url}/v1`, models: [{ id: "mosaic-demo" }] };
  const { id } = (await sharer.post("/api/providers", body)).json<{ id: string }>();
  expect((await sharer.put(`/api/admin/sharing/providers/${id}`, { isShared: true })).status).toBe(200);
  return id;
}

async function runningAgent(owner: TestClient, providerId: string): Promise<RunningAgent> {
  const { id } = await createAgent(owner, { model: { providerId, model: "mosaic-demo" } });
  expect((await owner.post(`/api/agents/${id}/start`)).status).toBe(202);
  await vi.waitFor(async () => expect((await agentOf(owner, id)).status).toBe("running"), { timeout: 20_000 });
  const container = engine.of(id).token ?? "";
  expect(container).not.toBe("");
  return { id, providerId, container, relay: deriveRelayToken(container), gateway: deriveGatewayToken(container) };
}

interface Outcome {
  readonly status: number;
  readonly location: string | null;
  /** All that a caller can tell from the answer, but for what differs between any two answers. */
  readonly seen: string;
}

async function call(route: Route, recipe: Recipe, id: string, client: TestClient): Promise<Outcome> {
  const path = `${route.path.replaceAll(/:\w+/g, id).replace("*path", "x")}${recipe.query ?? ""}`;
  return ask(client, route.method, path, recipe.bodyOf === undefined ? recipe.body : recipe.bodyOf(id));
}

async function ask(client: TestClient, declared: string, path: string, body?: unknown): Promise<Outcome> {
  calls += 1;
  const method = declared === "ALL" ? "GET" : declared;
  const response = await client.open(method, path, method === "GET" ? undefined : body);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const text = isStream ? "" : await response.text();
  await (isStream ? response.body?.cancel() : undefined);
  const headers = [...response.headers].filter(([name]) => name !== "date" && name !== "x-request-id");
  return {
    status: response.status,
    location: response.headers.get("location"),
    seen: JSON.stringify([response.status, headers, text.replace(/"requestId":"[^"]*"/, "")]),
  };
}

function recipeOf(route: Route): Recipe {
  const recipe = recipes[route.handler];
  const needsOne = route.method !== "GET" || /[:*]/.test(route.path);
  if (recipe === undefined && needsOne) {
    throw new Error(`${route.handler} is in no recipe: nobody has said how it is called and what its id names.`);
  }
  return recipe ?? { ok: 200 };
}

const guarded = new Set(["user", "session", "admin"]);
const random = (): string => randomUUIDv7();

test("whoever may not call a route is refused by its declared guard, whatever the id", async () => {
  for (const route of routes.filter(({ access }) => guarded.has(access ?? ""))) {
    const recipe = recipeOf(route);
    const kind = recipe.kind;
    const existing = kind === undefined ? "" : await world.fixture(kind, ann);
    for (const caller of callers) {
      const expected = refusalOf(route, caller);
      if (expected !== null) {
        // Many wrong tokens from one address are slowed down, which is tested elsewhere.
        await app.database.query("DELETE FROM login_throttles");
        for (const id of kind === undefined ? [""] : [existing, random()]) {
          const { status } = await call(route, recipe, id, caller.client);
          expect([route.handler, caller.name, status]).toEqual([route.handler, caller.name, expected]);
        }
      }
    }
    await world.clear(ann);
  }
});

test("whoever may, reaches their own", { timeout: 120_000 }, async () => {
  for (const route of routes.filter(({ access }) => guarded.has(access ?? ""))) {
    const recipe = recipeOf(route);
    for (const caller of callers.filter((candidate) => refusalOf(route, candidate) === null && recipe.onlyRefusals === undefined)) {
      const owner = caller.owner ?? ann;
      await world.clear(owner);
      const id = recipe.kind === undefined ? "" : await world.fixture(recipe.kind, owner);
      const { status, seen } = await call(route, recipe, id, caller.client);
      expect([route.handler, caller.name, status, seen]).toEqual([route.handler, caller.name, recipe.ok, seen]);
    }
  }
});

test("another's id answers byte for byte as one that does not exist", { timeout: 120_000 }, async () => {
  const owned = routes.filter(({ access, handler }) => ["user", "session"].includes(access ?? "") && recipes[handler]?.kind !== undefined);
  expect(owned.length).toBeGreaterThan(15);
  for (const route of owned) {
    const recipe = recipeOf(route);
    for (const caller of callers.filter((candidate) => refusalOf(route, candidate) === null)) {
      const other = caller.owner === bob ? ann : bob;
      await world.clear(other);
      const foreign = await call(route, recipe, await world.fixture(recipe.kind ?? "agent", other), caller.client);
      const missing = await call(route, recipe, random(), caller.client);
      expect([route.handler, caller.name, foreign.seen]).toEqual([route.handler, caller.name, missing.seen]);
      expect([route.handler, [400, 404].includes(foreign.status)]).toEqual([route.handler, true]);
      const shapeless = await call(route, recipe, "no-id-at-all", caller.client);
      expect([route.handler, [400, 404].includes(shapeless.status)]).toEqual([route.handler, true]);
    }
  }
});

test("an id of the wrong kind is for admins, too, byte for byte as good as none", async () => {
  const admin = await app.admin();
  const withId = routes.filter(({ access, handler }) => access === "admin" && recipes[handler]?.kind !== undefined);
  expect(withId.length).toBeGreaterThan(10);
  for (const route of withId) {
    const recipe = recipeOf(route);
    const missing = await call(route, recipe, random(), admin);
    expect([route.handler, missing.status]).toEqual([route.handler, 404]);
    const wrong = [await world.fixture("provider", ann), await world.fixture("conversation", ann), await world.fixture("session", ann)];
    // A member's agent has no container yet, so for the routes of containers it is as good as none, too.
    const members = recipe.kind === "user" ? [] : [await world.fixture("agent", ann), ann.userId ?? ""];
    for (const id of [...wrong, ...members, "no-id-at-all"]) {
      expect([route.handler, id, (await call(route, recipe, id, admin)).seen]).toEqual([route.handler, id, missing.seen]);
    }
    await world.clear(ann);
  }
});

test("what is open to everybody answers everybody alike, whatever they show", { timeout: 120_000 }, async () => {
  expect((await (await app.admin()).put("/api/admin/sign-up", { mode: "open" })).status).toBe(200);
  const open = routes.filter(({ access }) => access === "public" || access === "setup");
  expect(open.map(({ handler }) => handler).toSorted()).toEqual(Object.keys(openRecipes).toSorted());
  for (const route of open) {
    const recipe = openRecipes[route.handler];
    const seen = new Set<string>();
    for (const caller of callers) {
      await app.database.query("DELETE FROM login_throttles");
      const outcome = await ask(await afresh(app, caller), route.method, `${route.path}${recipe?.query ?? ""}`, recipe?.bodyOf?.());
      seen.add(outcome.seen);
      expect([route.handler, caller.name, outcome.status, outcome.location]).toEqual([
        route.handler,
        caller.name,
        recipe?.status,
        recipe?.location ?? null,
      ]);
    }
    expect([route.handler, recipe?.differsBy === undefined ? seen.size : 1]).toEqual([route.handler, 1]);
  }
});

test("only a live session is told that it is signed in, and no open route ends a program's token", async () => {
  for (const caller of callers) {
    const status = (await caller.client.get("/api/onboarding/status")).json<{ isSignedIn: boolean }>();
    expect([caller.name, status.isSignedIn]).toEqual([caller.name, caller.owner !== null && caller.scopes === null]);
    if (caller.scopes !== null) {
      await caller.client.post("/api/auth/logout");
      expect([caller.name, (await caller.client.get("/api/auth/me")).status]).toEqual([caller.name, 200]);
    }
  }
});

test("no route of containers or of the inside answers on the public port, whoever asks for whichever agent", async () => {
  for (const route of routes.filter(({ access }) => access === "container")) {
    for (const caller of callers) {
      for (const id of [random(), carls.id]) {
        const { status } = await call(route, { ok: 404, body: {} }, id, caller.client);
        expect([route.handler, caller.name, status]).toEqual([route.handler, caller.name, 404]);
      }
    }
  }
});

function insidePath(route: Route, { id, providerId }: RunningAgent, rest = "x"): string {
  return route.path.replace(":id", id).replace(":providerId", providerId).replace("*path", rest);
}

test("on the internal port nobody from outside gets anywhere, whatever they show", { timeout: 120_000 }, async () => {
  // What the tokens of a container open there is the next test's.
  const outsiders = callers.filter(({ client }) => ![carls.container, carls.relay, carls.gateway].includes(client.bearer ?? ""));
  expect(outsiders.length).toBe(callers.length - 3);
  const missing = JSON.stringify((await ask(at(app.internalUrl, app.visitor()), "GET", "/api/nothing-at-all")).seen);
  for (const route of routes) {
    const recipe = containerRecipes[route.handler];
    const seen = new Set<string>();
    for (const caller of outsiders) {
      const outcome = await ask(at(app.internalUrl, caller.client), route.method, insidePath(route, carls, recipe?.rest), recipe?.body);
      seen.add(JSON.stringify(outcome.seen));
      const expected = route.access === "container" ? 401 : 404;
      expect([route.handler, caller.name, outcome.status]).toEqual([route.handler, caller.name, expected]);
    }
    // Not even in the bytes does it matter who asks, nor, for what is the public port's, what for.
    expect([route.handler, seen.size]).toEqual([route.handler, 1]);
    expect([route.handler, route.access === "container" || seen.has(missing)]).toEqual([route.handler, true]);
  }
});

test("the tokens of a container open, on the internal port, what is declared of its own agent and nothing else", async () => {
  const admin = await app.admin();
  expect((await admin.put("/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] })).status).toBe(200);
  const inside = routes.filter(({ access }) => access === "container");
  expect(inside.map(({ handler }) => handler).toSorted()).toEqual(Object.keys(containerRecipes).toSorted());
  for (const name of ["container", "relay", "gateway"] as const) {
    const client = new TestClient(app.internalUrl, { bearer: carls[name] });
    for (const route of routes) {
      const recipe = containerRecipes[route.handler];
      const own = await ask(client, route.method, insidePath(route, carls, recipe?.rest), recipe?.body);
      expect([route.handler, name, own.status]).toEqual([route.handler, name, recipe?.[name] ?? 404]);
      if (recipe !== undefined) {
        const others = await ask(client, route.method, insidePath(route, doras, recipe.rest), recipe.body);
        const nobodys = await ask(client, route.method, insidePath(route, { ...doras, id: random() }, recipe.rest), recipe.body);
        expect([route.handler, name, others.status, others.seen]).toEqual([route.handler, name, 401, nobodys.seen]);
      }
    }
  }
});

/** What a member has told Mosaic and nobody else, and where they see it themselves. */
interface Confidences {
  readonly canaries: Readonly<Record<string, string>>;
  readonly ids: readonly string[];
}

async function confide(): Promise<Confidences> {
  const canaries = {
    key: "sk-canary-5f3a9c1e7b2d",
    host: "canary-host-4412",
    title: "canary-title-81f2",
    personality: "canary-personality-77ab",
    text: "canary-text-902c",
    output: "canary-output-16ee",
  };
  const provider = {
    kind: "openai-compatible",
    name: "Mine",
    baseUrl: `https://${canaries.host}.example/v1`,
    apiKey: canaries.key,
    models: [{ id: "m" }],
  };
  const providerId = (await ann.post("/api/providers", provider)).json<{ id: string }>().id;
  const { id: agentId } = await createAgent(ann, { personality: canaries.personality, model: { providerId, model: "m" } });
  const conversation = await createConversation(ann, agentId);
  expect((await say(ann, conversation, `Keep ${canaries.text} to yourself`)).message.content).toContain(canaries.text);
  expect((await ann.patch(`/api/conversations/${conversation}`, { title: canaries.title })).status).toBe(200);
  engine.said.set(engine.of(agentId).spec.name, [`I was told ${canaries.output}`]);
  const own = [
    (await ann.get(`/api/providers/${providerId}`)).text,
    (await ann.get(`/api/agents/${agentId}`)).text,
    (await ann.get(`/api/agents/${agentId}/logs`)).text,
    JSON.stringify(await conversationOf(ann, conversation)),
  ].join("\n");
  const { key, ...shown } = canaries;
  for (const canary of Object.values(shown)) {
    expect(own).toContain(canary);
  }
  expect(own).not.toContain(key);
  return { canaries, ids: [agentId, providerId, conversation, ann.userId ?? ""] };
}

test("nothing that an admin is answered holds what is a member's alone", { timeout: 120_000 }, async () => {
  const admin = await app.admin();
  await world.clear(ann);
  const events = await openEvents(admin);
  const { canaries, ids } = await confide();
  const [agentId = "", providerId = ""] = ids;
  const expectSilence = (what: unknown, text: string): void => {
    const told = Object.values(canaries).filter((canary) => text.includes(canary));
    expect([what, told]).toEqual([what, []]);
  };
  const tell = async (method: string, path: string, body?: unknown): Promise<void> => {
    calls += 1;
    const response = await admin.open(method, path, body);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true && response.status === 200;
    expectSilence([method, path], JSON.stringify([...response.headers]) + (isStream ? "" : await response.text()));
    await (isStream ? response.body?.cancel() : undefined);
  };
  const callable = routes.filter(({ access, handler }) => {
    return access !== "container" && recipes[handler]?.onlyRefusals === undefined && openRecipes[handler] === undefined;
  });
  // What only reads comes first, and what takes the member away is the very last.
  const lastly = ["AdminContainersController.stop", "UserAdminController.update", "UserAdminController.delete"];
  const rank = ({ method, handler }: Route): number => (method === "GET" ? 0 : 1) + (lastly.indexOf(handler) + 1) * 2;
  for (const route of callable.toSorted((left, right) => rank(left) - rank(right))) {
    const recipe = recipeOf(route);
    for (const id of ids) {
      const body = route.method === "GET" ? undefined : recipe.bodyOf === undefined ? recipe.body : recipe.bodyOf(id);
      await tell(route.method, `${route.path.replaceAll(/:\w+/g, id)}${recipe.query ?? ""}`, body);
    }
    if (route.handler === "AuditController.page") {
      await tell("GET", "/api/admin/audit?pageSize=100");
      await tell("GET", "/api/admin/audit/export?format=jsonl");
    }
    if (route.handler === "LlmProvidersController.test") {
      // With what is stored, and at the address that is stored.
      await tell("POST", route.path, { providerId, kind: "openai-compatible" });
      await tell("POST", route.path, { providerId, kind: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" });
      await tell("POST", "/api/agents", { name: "Borrowed", model: { providerId, model: "m" } });
      await tell("PUT", "/api/admin/sharing/defaults", { backend: null, model: { providerId, model: "m" } });
      await tell("POST", "/api/admin/system-agents", { name: "Borrowed", model: { providerId, model: "m" } });
    }
  }
  expect(events.text()).not.toBe("");
  expectSilence("the admin's events", events.text());
  // It was ann's own agent that the admin stopped and took away with her, and not one that never ran.
  expect(() => engine.of(agentId)).toThrow("no container");
  expect(await app.database.query("SELECT 1 FROM users WHERE id = $1", [ann.userId])).toEqual([]);
});

test("the matrix has been walked", () => {
  // oxlint-disable-next-line no-console
  console.log(`matrix: ${routes.length} routes × ${callers.length} callers, ${calls} calls`);
  expect(calls).toBeGreaterThan(1000);
});
