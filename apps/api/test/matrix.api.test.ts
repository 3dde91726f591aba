import { randomUUIDv7 } from "node:crypto";
import type { TokenScope } from "@mosaic/contracts/access-token";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newToken } from "../src/modules/crypto/tokens.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { recipes, type Recipe } from "./harness/route-recipes.js";
import { RouteWorld } from "./harness/route-world.js";
import { routesOf, type Route } from "./harness/routes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

interface Caller {
  readonly name: string;
  readonly client: TestClient;
  /** Whose things are this caller's own; `null`: nobody's, since it is nobody. */
  readonly owner: TestClient | null;
  readonly scopes: readonly TokenScope[] | null;
  readonly isAdmin: boolean;
}

let app: TestApp;
let engine: InMemoryEngine;
let world: RouteWorld;
let routes: Route[];
let callers: Caller[];
let ann: TestClient;
let bob: TestClient;
let calls = 0;

beforeAll(async () => {
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
  world = new RouteWorld(app);
  routes = routesOf(app.nest);
  ann = await app.member("ann");
  bob = await app.member("bob");
  callers = await makeCallers();
});

afterAll(async () => {
  await app.close();
  await engine.close();
});

async function makeCallers(): Promise<Caller[]> {
  const admin = await app.admin();
  const disabled = await app.member("disabled");
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = $1", [disabled.userId]);
  const revoked = await app.token(ann, ["chat", "read", "manage"]);
  await app.database.query("DELETE FROM access_tokens WHERE user_id = $1", [ann.userId]);
  const expired = await app.token(ann, ["chat", "read", "manage"]);
  await app.database.query("UPDATE access_tokens SET expires_at = now() - interval '1 second' WHERE user_id = $1", [ann.userId]);
  const program = async (scope: TokenScope): Promise<Caller> => ({
    name: `token:${scope}`,
    client: await app.token(ann, [scope]),
    owner: ann,
    scopes: [scope],
    isAdmin: false,
  });
  const stranger = (name: string, client: TestClient): Caller => ({ name, client, owner: null, scopes: null, isAdmin: false });
  return [
    stranger("nobody", app.visitor()),
    stranger("disabled", disabled),
    stranger("token:revoked", revoked),
    stranger("token:expired", expired),
    stranger("container token", new TestClient(app.url, { bearer: newToken() })),
    { name: "member A", client: ann, owner: ann, scopes: null, isAdmin: false },
    { name: "member B", client: bob, owner: bob, scopes: null, isAdmin: false },
    { name: "admin", client: admin, owner: admin, scopes: null, isAdmin: true },
    await program("chat"),
    await program("read"),
    await program("manage"),
    // An admin's program is no admin.
    {
      name: "token of an admin",
      client: await app.token(admin, ["chat", "read", "manage"]),
      owner: admin,
      scopes: ["chat", "read", "manage"],
      isAdmin: false,
    },
  ];
}

/** What the declared guard makes of a caller: `null` = let in. */
function refusal(route: Route, caller: Caller): 401 | 403 | null {
  if (route.access === "public") {
    return null;
  }
  if (caller.owner === null) {
    return 401;
  }
  if (caller.scopes !== null && (route.access !== "user" || !route.scopes.some((scope) => caller.scopes?.includes(scope) === true))) {
    return 403;
  }
  return route.access === "admin" && !caller.isAdmin ? 403 : null;
}

interface Outcome {
  readonly status: number;
  /** All that a caller can tell from the answer, but for what differs between any two answers. */
  readonly seen: string;
}

async function call(route: Route, recipe: Recipe, id: string, client: TestClient): Promise<Outcome> {
  calls += 1;
  const path = `${route.path.replaceAll(/:\w+/g, id).replace("*path", "x")}${recipe.query ?? ""}`;
  const body = route.method === "GET" ? undefined : recipe.bodyOf === undefined ? recipe.body : recipe.bodyOf(id);
  const response = await client.open(route.method, path, body);
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const text = isStream ? "" : await response.text();
  await (isStream ? response.body?.cancel() : undefined);
  const headers = [...response.headers].filter(([name]) => name !== "date" && name !== "x-request-id");
  return { status: response.status, seen: JSON.stringify([response.status, headers, text.replace(/"requestId":"[^"]*"/, "")]) };
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
      const expected = refusal(route, caller);
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
    for (const caller of callers.filter((candidate) => refusal(route, candidate) === null && recipe.onlyRefusals === undefined)) {
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
    for (const caller of callers.filter((candidate) => refusal(route, candidate) === null)) {
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

test("an id of the wrong kind is as good as none for admins too", async () => {
  const admin = await app.admin();
  for (const route of routes.filter(({ access, handler }) => access === "admin" && recipes[handler]?.kind !== undefined)) {
    const recipe = recipeOf(route);
    for (const id of [random(), await world.fixture("provider", ann), await world.fixture("conversation", ann)]) {
      expect([route.handler, (await call(route, recipe, id, admin)).status]).toEqual([route.handler, 404]);
    }
    if (recipe.kind === "system-agent" || recipe.kind === "own-provider") {
      const members = await world.fixture(recipe.kind === "own-provider" ? "provider" : "agent", ann);
      expect([route.handler, (await call(route, recipe, members, admin)).status]).toEqual([route.handler, 404]);
    }
    await world.clear(ann);
  }
});

test("no route of containers or of the inside answers on the public port, whoever asks", async () => {
  for (const route of routes.filter(({ access }) => access === "container" || access === "internal")) {
    for (const caller of callers) {
      const { status } = await call(
        { ...route, method: route.method === "ALL" ? "GET" : route.method },
        { ok: 404, body: {} },
        random(),
        caller.client,
      );
      expect([route.handler, caller.name, status]).toEqual([route.handler, caller.name, 404]);
    }
  }
});

test("nothing that an admin can read holds what is a member's alone", async () => {
  const canaries = {
    key: "sk-canary-5f3a9c1e7b2d",
    title: "canary-title-81f2",
    personality: "canary-personality-77ab",
    text: "canary-text-902c",
  };
  const body = {
    kind: "openai-compatible",
    name: "Mine",
    baseUrl: "https://canary-host-4412.example/v1",
    apiKey: canaries.key,
    models: [{ id: "m" }],
  };
  const providerId = (await ann.post("/api/providers", body)).json<{ id: string }>().id;
  const agent = { name: "Robin", personality: canaries.personality, model: { providerId, model: "m" } };
  const agentId = (await ann.post("/api/agents", agent)).json<{ id: string }>().id;
  const conversation = (await ann.post("/api/conversations", { agentId })).json<{ id: string }>().id;
  await ann.patch(`/api/conversations/${conversation}`, { title: canaries.title });
  const admin = await app.admin();
  const readable = routes.filter(({ method, access }) => method === "GET" && access !== "container" && access !== "internal");
  for (const route of readable.filter(({ handler }) => recipes[handler]?.isStream === undefined)) {
    for (const id of [agentId, providerId, conversation, ann.userId ?? ""]) {
      const path = `${route.path.replaceAll(/:\w+/g, id)}${recipes[route.handler]?.query ?? ""}`;
      calls += 1;
      const { text } = await admin.get(path);
      for (const canary of [...Object.values(canaries), "canary-host-4412"]) {
        expect([route.handler, text.includes(canary)]).toEqual([route.handler, false]);
      }
    }
  }
});

test("the matrix has been walked", () => {
  // oxlint-disable-next-line no-console
  console.log(`matrix: ${routes.length} routes × ${callers.length} callers, ${calls} calls`);
  expect(calls).toBeGreaterThan(1000);
});
