import { randomUUIDv7 } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { deriveGatewayToken, deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import type { AuditEvent, AuditPage } from "@mosaic/contracts/audit";
import { auditActionLabels, isAuditAction, type AuditAction } from "@mosaic/contracts/audit-actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAgent, createConversation, say } from "./harness/chat.js";
import { fingerprints } from "./harness/fingerprints.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { recipes, targetTypes, type Recipe } from "./harness/route-recipes.js";
import { RouteWorld } from "./harness/route-world.js";
import { routesOf, type Route } from "./harness/routes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient, type Answer } from "./harness/test-client.js";

let app: TestApp;
let engine: InMemoryEngine;
let world: RouteWorld;
let mutating: Route[];
/** What the audit must not hold, as it comes up. */
const secrets: string[] = [];

beforeAll(begin);
afterAll(end);

async function begin(): Promise<void> {
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
  world = new RouteWorld(app);
  mutating = routesOf(app.nest).filter(
    ({ method, access, handler }) =>
      method !== "GET" && ["user", "session", "admin"].includes(access ?? "") && recipes[handler]?.onlyRefusals === undefined,
  );
}

async function end(): Promise<void> {
  await app.close();
  await engine.close();
}

interface Acted {
  readonly status: number;
  /** What the answer names as made. */
  readonly madeId: string | null;
}

async function act(route: Route, recipe: Recipe, id: string, client: TestClient): Promise<Acted> {
  const body = recipe.bodyOf === undefined ? recipe.body : recipe.bodyOf(id);
  const response = await client.open(route.method, `${route.path.replaceAll(/:\w+/g, id)}${recipe.query ?? ""}`, body);
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const made = isJson ? ((await response.json()) as Record<string, unknown>) : {};
  await (isJson ? undefined : response.body?.cancel());
  // The code of a problem is no secret.
  secrets.push(...["token", "code"].flatMap((name) => (response.ok && typeof made[name] === "string" ? [made[name]] : [])));
  return { status: response.status, madeId: typeof made["id"] === "string" ? made["id"] : null };
}

/** What the row of a change is about. */
function targetOf(recipe: Recipe, id: string, client: TestClient, { madeId }: Acted): { target_type: string; target_id: string | null } {
  if (recipe.target === undefined) {
    return { target_type: targetTypes[recipe.kind ?? "agent"], target_id: id };
  }
  const { type, id: which } = recipe.target;
  const named = typeof which === "object" ? (which?.named ?? null) : which === "made" ? madeId : client.userId;
  return { target_type: type, target_id: named };
}

async function prepared(route: Route): Promise<{ recipe: Recipe; client: TestClient; id: string }> {
  const recipe = recipes[route.handler];
  if (recipe === undefined) {
    throw new Error(`${route.handler} is in no recipe.`);
  }
  const client = route.access === "admin" ? await app.admin() : await app.member(`member-${randomUUIDv7().slice(-12)}`);
  if (recipe.kind === undefined) {
    // Something to end, for what ends all others.
    await app.session(client);
  }
  secrets.push(client.cookie?.replace("mosaic_session=", "") ?? "");
  return { recipe, client, id: recipe.kind === undefined ? "" : await world.fixture(recipe.kind, client) };
}

test("every change writes the audit's row of who did it, and only changes do", { timeout: 60_000 }, async () => {
  expect(mutating.length).toBeGreaterThan(40);
  for (const route of mutating) {
    const { recipe, client, id } = await prepared(route);
    const [last] = await app.database.query<{ id: string }>("SELECT id FROM audit_events ORDER BY id DESC LIMIT 1");
    const acted = await act(route, recipe, id, client);
    expect([route.handler, acted.status]).toEqual([route.handler, recipe.ok]);
    const rows = await app.database.query<{
      action: string;
      actor_id: string;
      address: string;
      outcome: string;
      request_id: string | null;
      target_type: string | null;
      target_id: string | null;
    }>(
      "SELECT action, target_type, target_id, actor_id, address, outcome, request_id FROM audit_events WHERE ($1::uuid IS NULL OR id > $1) AND actor_id = $2 ORDER BY id",
      [last?.id ?? null, client.userId],
    );
    const known = rows.filter(({ action }) => !action.startsWith("container.") || (recipe.audit ?? []).some((named) => named === action));
    // Two rows of one moment have no order.
    const actions = known.map(({ action }) => action).toSorted();
    expect([route.handler, actions]).toEqual([route.handler, (recipe.audit ?? []).toSorted()]);
    const target = targetOf(recipe, id, client, acted);
    for (const row of known) {
      expect([route.handler, row]).toMatchObject([
        route.handler,
        { address: "127.0.0.1", outcome: "done", request_id: expect.any(String), ...target },
      ]);
    }
    expect([route.handler, (recipe.audit ?? []).length > 0 || recipe.unaudited !== undefined]).toEqual([route.handler, true]);
  }
});

/** What no single call of a route writes, and the test that finds its row. */
const foundElsewhere: Partial<Record<AuditAction, string>> = {
  "access.refuse": "sessions.api.test.ts",
  "auth.sign_in": "accounts.api.test.ts",
  "auth.sign_in_refused": "accounts.api.test.ts",
  "auth.sign_out": "sessions.api.test.ts",
  "auth.sign_up_refused": "sign-up.api.test.ts",
  "auth.throttled": "sign-in-throttling.api.test.ts",
  "backup.restore": "cli.api.test.ts",
  "container.fail": "hung-agents.api.test.ts",
  "conversation.continue": "shares.api.test.ts",
  "conversation.list": "unlisted-conversations.api.test.ts",
  "conversation.move": "folders.api.test.ts",
  "conversation.tell": "openai-conversations.api.test.ts",
  "conversation.import": "conversation-import.api.test.ts",
  "file.upload": "files.api.test.ts",
  "key.rotate": "cli.api.test.ts",
  "onboarding.complete": "onboarding.api.test.ts",
  "onboarding.skip": "onboarding.api.test.ts",
  "password.change": "accounts.api.test.ts",
  "password.reset": "cli.api.test.ts",
  "runtime.choose": "onboarding.api.test.ts",
  "user.create": "sign-up.api.test.ts",
  "user.enable": "user-admin.api.test.ts",
  "user.role_not_told": "oidc-oddities.api.test.ts",
  "user.update": "user-admin.api.test.ts",
};

test("every action of the union is written by a call or found by the test that is named for it", () => {
  const byCalls = Object.values(recipes).flatMap(({ audit = [], onlyRefusals }) => (onlyRefusals === undefined ? audit : []));
  const shown = new Set([...byCalls, ...Object.keys(foundElsewhere)]);
  expect([...shown].toSorted()).toEqual(Object.keys(auditActionLabels).toSorted());
  for (const [action, file] of Object.entries(foundElsewhere)) {
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    expect([action, file, text.includes(`"${action}"`) || text.includes(`'${action}'`)]).toEqual([action, file, true]);
  }
});

test("only the one recorder, which the union types, writes rows, and no row has another action", async () => {
  const sources = globSync("src/**/*.ts", { cwd: new URL("..", import.meta.url), exclude: ["src/generated/**"] });
  const writers = sources.filter((file) =>
    /auditEvent\.(?:create|upsert)|INSERT INTO "?audit_events/i.test(readFileSync(new URL(`../${file}`, import.meta.url), "utf8")),
  );
  expect(writers.map((file) => basename(file)).toSorted()).toEqual(["audit-trail.ts"]);
  const rows = await app.database.query<{ action: string }>("SELECT DISTINCT action FROM audit_events");
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter(({ action }) => !isAuditAction(action))).toEqual([]);
});

test("the filter takes known actions and groups, refuses others in words, and old rows with an unknown action still show", async () => {
  const admin = await app.admin();
  const member = await app.member("curious");
  expect((await member.get("/api/admin/users")).status).toBe(403);
  const refused = (await admin.get("/api/admin/audit?action=access")).json<AuditPage>();
  expect(refused.events[0]).toMatchObject({ action: "access.refuse", outcome: "refused", actor: { name: "curious" } });
  for (const route of ["audit?", "audit/export?format=csv&"]) {
    for (const unknown of ["agents", "agent.", "agent.fly", "system_agent.start", "constructor", "__proto__"]) {
      const answer = await admin.get(`/api/admin/${route}action=${unknown}`);
      expect([unknown, answer.status, answer.text]).toEqual([unknown, 400, expect.stringContaining("has no such action")]);
    }
  }
  await app.database.query(
    "INSERT INTO audit_events (id, actor_kind, action, outcome, details) VALUES ($1, 'system', 'moon_base.launch', 'done', '{}')",
    [randomUUIDv7()],
  );
  const all = (await admin.get("/api/admin/audit?pageSize=5")).json<AuditPage>();
  expect(all.events.map(({ action }) => action)).toContain("moon_base.launch");
  expect((await admin.get("/api/admin/audit/export?format=csv")).text).toContain(",Moon base launch\r\n");
});

test("an admin filters, pages and takes the audit along as CSV and as JSON Lines", async () => {
  const admin = await app.admin();
  interface Page {
    events: { action: string; actor: { name: string }; outcome: string }[];
    total: number;
  }
  const all = (await admin.get("/api/admin/audit?pageSize=10")).json<Page>();
  expect([all.events.length, all.total > 40]).toEqual([10, true]);
  const second = (await admin.get("/api/admin/audit?pageSize=10&page=2")).json<Page>();
  expect(second.events).not.toEqual(all.events);
  const agents = (await admin.get("/api/admin/audit?action=agent&pageSize=100")).json<Page>();
  expect(new Set(agents.events.map(({ action }) => action.split(".")[0]))).toEqual(new Set(["agent"]));
  const searched = (await admin.get("/api/admin/audit?search=ROOT-ADMIN&pageSize=100&outcome=done")).json<Page>();
  expect(searched.events.length).toBeGreaterThan(0);
  expect((await admin.get("/api/admin/audit?from=2999-01-01T00:00:00Z")).json<Page>().total).toBe(0);
  expect((await admin.get("/api/admin/audit?action='; DROP TABLE users")).status).toBe(400);
  const csv = await admin.get("/api/admin/audit/export?format=csv&action=agent");
  expect(csv.headers.get("content-disposition")).toBe('attachment; filename="mosaic-audit.csv"');
  expect(csv.text.trimEnd().split("\r\n")).toHaveLength(agents.total + 1);
  const lines = (await admin.get("/api/admin/audit/export?format=jsonl&action=agent")).text.trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toHaveLength(agents.total);
});

/** Every row that a filter finds, through all pages and as the export has them. */
async function found(filter: string): Promise<AuditEvent[]> {
  const admin = await app.admin();
  const events: AuditEvent[] = [];
  for (let page = 1; ; page += 1) {
    const next = (await admin.get(`/api/admin/audit?${filter}&pageSize=40&page=${page}`)).json<AuditPage>();
    events.push(...next.events);
    if (next.events.length === 0 || events.length >= next.total) {
      expect([filter, events.length]).toEqual([filter, next.total]);
      break;
    }
  }
  const exported = (await admin.get(`/api/admin/audit/export?format=jsonl&${filter}`)).text.split("\n").filter((line) => line !== "");
  expect([filter, exported.map((line) => JSON.parse(line) as AuditEvent)]).toEqual([filter, events]);
  return events;
}

test("a filter finds every row that fits and no other, in pages and in the export alike", async () => {
  const admin = await app.admin();
  // Names that mean something else to a database: nobody looks for them and finds others.
  for (const note of ["half_done", "halfXdone", "100% sure", "1000 sure", String.raw`back\slash`, "Ünï Cödé"]) {
    expect((await admin.post("/api/admin/invites", { note })).status).toBe(201);
  }
  const curie = await app.member("marie_curie");
  await app.member("marieXcurie");
  await curie.post("/api/auth/logout");
  expect((await curie.patch("/api/profile", { displayName: "x" })).status).toBe(401);
  // What happens from now on is left out, so that the two looks see the same.
  const [newest] = (await admin.get("/api/admin/audit?pageSize=1")).json<AuditPage>().events;
  const until = `to=${newest?.at ?? ""}`;
  const all = await found(until);
  expect(all.length).toBeGreaterThan(40);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const middle = all[Math.floor(all.length / 2)]?.at ?? "";
  const contains = (text: string) => (event: AuditEvent) =>
    [event.actor.name, event.target?.name ?? ""].some((name) => name.toLowerCase().includes(text.toLowerCase()));
  const filters: readonly (readonly [filter: Record<string, string>, fits: (event: AuditEvent) => boolean])[] = [
    [{ search: "half_done" }, contains("half_done")],
    [{ search: "HALF" }, contains("half")],
    [{ search: "%" }, contains("%")],
    [{ search: "_" }, contains("_")],
    [{ search: "\\" }, contains("\\")],
    [{ search: "ünï" }, contains("ünï")],
    [{ search: "marie_curie" }, contains("marie_curie")],
    [{ search: "nobody is called so" }, () => false],
    [{ actorId: admin.userId ?? "" }, ({ actor }) => actor.id === admin.userId],
    [{ actorId: curie.userId ?? "" }, ({ actor }) => actor.id === curie.userId],
    [{ action: "agent" }, ({ action }) => action.startsWith("agent.")],
    [{ action: "invite.create" }, ({ action }) => action === "invite.create"],
    [{ outcome: "done" }, ({ outcome }) => outcome === "done"],
    [{ outcome: "refused" }, ({ outcome }) => outcome === "refused"],
    [{ from: middle }, ({ at }) => at >= middle],
    [{ to: middle }, ({ at }) => at <= middle],
    [{ from: middle, to: middle }, ({ at }) => at === middle],
    [
      { from: middle, action: "invite", search: "half", actorId: admin.userId ?? "", outcome: "done" },
      (event) => event.at >= middle && event.action.startsWith("invite.") && contains("half")(event) && event.actor.id === admin.userId,
    ],
  ];
  for (const [filter, fits] of filters) {
    const query = new URLSearchParams(filter).toString();
    const events = await found("to" in filter ? query : `${query}&${until}`);
    const names = (list: readonly AuditEvent[]): string[] =>
      list.map(({ id, actor, action, target }) => `${id} ${actor.name} ${action} ${target?.name ?? ""}`);
    expect([filter, names(events)]).toEqual([filter, names(all.filter(fits))]);
  }
  expect(all.filter(contains("half_done"))).toHaveLength(1);
});

test("neither a secret nor what somebody has said or been told is in any row", async () => {
  const admin = await app.admin();
  const canary = (name: string): string => {
    secrets.push(`canary-${name}-5d1f7b`);
    return `canary-${name}-5d1f7b`;
  };
  const expectStatus = (answer: Answer, status: number): Answer => {
    expect([status, answer.text]).toEqual([answer.status, answer.text]);
    return answer;
  };
  // Signing up and in, with what is right and what is not.
  expectStatus(await admin.put("/api/admin/sign-up", { mode: "invite" }), 200);
  const { code } = expectStatus(await admin.post("/api/admin/invites", { note: "for Zoe" }), 201).json<{ code: string }>();
  const zoe = app.visitor();
  const password = canary("password");
  expectStatus(await app.visitor().post("/api/auth/sign-up", { username: "zoe", password, inviteCode: canary("invite") }), 400);
  expectStatus(await zoe.post("/api/auth/sign-up", { username: "zoe", password, inviteCode: code }), 201);
  expectStatus(await app.visitor().post("/api/auth/login", { username: canary("typed-as-name"), password: "x" }), 401);
  expectStatus(await app.visitor().post("/api/auth/login", { username: "zoe", password: canary("wrong-password") }), 401);
  const change = { currentPassword: canary("wrong-current"), newPassword: canary("refused-password") };
  expect((await zoe.post("/api/profile/password", change)).status).toBeGreaterThanOrEqual(400);
  const newPassword = canary("new-password");
  expectStatus(await zoe.post("/api/profile/password", { currentPassword: password, newPassword }), 204);
  expectStatus(await app.visitor().post("/api/auth/login", { username: "zoe", password: newPassword }), 200);
  // A program that does what it may, and what it may not.
  const { token } = expectStatus(await zoe.post("/api/tokens", { name: "t", scopes: ["read"], expiresInDays: 1 }), 201).json<{
    token: string;
  }>();
  const program = new TestClient(app.url, { bearer: token });
  expectStatus(await program.get("/api/agents"), 200);
  expectStatus(await program.post("/api/agents", { name: "New" }), 403);
  expectStatus(await new TestClient(app.url, { bearer: `mosaic_${canary("made-up-token")}` }).get("/api/agents"), 401);
  // Keys and the secret of a sign-in server, with what is refused too.
  const provider = {
    kind: "openai-compatible",
    name: "Own",
    baseUrl: "http://127.0.0.1:1/v1",
    apiKey: canary("key"),
    models: [{ id: "m" }],
  };
  const providerId = expectStatus(await zoe.post("/api/providers", provider), 201).json<{ id: string }>().id;
  expectStatus(await zoe.patch(`/api/providers/${providerId}`, { apiKey: canary("second-key") }), 200);
  expectStatus(
    await zoe.post("/api/providers/test", { ...provider, name: undefined, models: undefined, apiKey: canary("tried-key") }),
    200,
  );
  const oidc = recipes["OidcSettingsController.put"]?.body as object;
  expectStatus(await admin.put("/api/admin/oidc", { ...oidc, clientSecret: canary("client-secret") }), 200);
  expectStatus(await admin.put("/api/admin/oidc", { ...oidc, clientSecret: canary("second-secret"), clientId: "other" }), 200);
  // An agent, what it is told and what it says.
  const { id } = await createAgent(zoe, { personality: canary("personality"), model: { providerId, model: "m" } });
  expectStatus(await zoe.patch(`/api/agents/${id}`, { personality: canary("second-personality") }), 200);
  const conversation = await createConversation(zoe, id);
  const answer = await say(zoe, conversation, canary("message"));
  expect(answer.message.content).toContain(secrets.at(-1));
  expectStatus(await zoe.patch(`/api/conversations/${conversation}`, { title: canary("title") }), 200);
  const containerToken = engine.of(id).token ?? "";
  secrets.push(code, token, containerToken, deriveRelayToken(containerToken), deriveGatewayToken(containerToken));
  expectStatus(await zoe.post(`/api/agents/${id}/stop`), 202);
  expectStatus(await zoe.delete(`/api/agents/${id}`), 204);
  secrets.push(zoe.cookie?.replace("mosaic_session=", "") ?? "");

  const rows = await app.database.query<{ text: string }>("SELECT row_to_json(a)::text AS text FROM audit_events a");
  expect(rows.length).toBeGreaterThan(70);
  expect(rows.filter(({ text }) => text.includes('"zoe"')).length).toBeGreaterThan(8);
  expect(secrets.length).toBeGreaterThan(60);
  for (const secret of new Set(secrets)) {
    expect(secret.length).toBeGreaterThan(10);
    expect([secret, rows.filter(({ text }) => text.includes(secret))]).toEqual([secret, []]);
  }
});

test("no row is changed or taken away, whoever can write to the database", async () => {
  for (const change of ["UPDATE audit_events SET actor_name = 'nobody'", "DELETE FROM audit_events"]) {
    await expect(app.database.query(change)).rejects.toThrow("append-only");
  }
});

test("what can't be audited does not happen", { timeout: 60_000 }, async () => {
  // Nothing runs in the background of a new one.
  await end();
  await begin();
  await app.database.query(`
    CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no audit today'; END $$;
    CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_audit();
    ALTER TABLE audit_events DISABLE TRIGGER refuse_audit`);
  for (const route of mutating.filter(({ handler }) => (recipes[handler]?.audit ?? []).length > 0)) {
    const { recipe, client, id } = await prepared(route);
    await app.database.query("ALTER TABLE audit_events ENABLE TRIGGER refuse_audit");
    const before = await fingerprints(app.database);
    const { status } = await act(route, recipe, id, client);
    const after = await fingerprints(app.database);
    await app.database.query("ALTER TABLE audit_events DISABLE TRIGGER refuse_audit");
    expect([route.handler, status]).toEqual([route.handler, 500]);
    expect([route.handler, after]).toEqual([route.handler, before]);
  }
});
