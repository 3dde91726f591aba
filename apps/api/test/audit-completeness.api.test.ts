import { randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fingerprints } from "./harness/fingerprints.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { recipes, type Recipe } from "./harness/route-recipes.js";
import { RouteWorld } from "./harness/route-world.js";
import { routesOf, type Route } from "./harness/routes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let engine: InMemoryEngine;
let world: RouteWorld;
let mutating: Route[];

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

async function act(route: Route, recipe: Recipe, id: string, client: TestClient): Promise<number> {
  const body = recipe.bodyOf === undefined ? recipe.body : recipe.bodyOf(id);
  const response = await client.open(route.method, route.path.replaceAll(/:\w+/g, id), body);
  await response.body?.cancel();
  return response.status;
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
  return { recipe, client, id: recipe.kind === undefined ? "" : await world.fixture(recipe.kind, client) };
}

test("every change writes the audit's row of who did it, and only changes do", { timeout: 60_000 }, async () => {
  expect(mutating.length).toBeGreaterThan(40);
  for (const route of mutating) {
    const { recipe, client, id } = await prepared(route);
    const [last] = await app.database.query<{ id: string }>("SELECT id FROM audit_events ORDER BY id DESC LIMIT 1");
    const status = await act(route, recipe, id, client);
    expect([route.handler, status]).toEqual([route.handler, recipe.ok]);
    const rows = await app.database.query<{
      action: string;
      actor_id: string;
      address: string;
      outcome: string;
      request_id: string | null;
    }>(
      "SELECT action, actor_id, address, outcome, request_id FROM audit_events WHERE ($1::uuid IS NULL OR id > $1) AND actor_id = $2 ORDER BY id",
      [last?.id ?? null, client.userId],
    );
    const known = rows.filter(({ action }) => !action.startsWith("container.") || (recipe.audit ?? []).includes(action));
    expect([route.handler, known.map(({ action }) => action)]).toEqual([route.handler, recipe.audit ?? []]);
    for (const row of known) {
      expect([route.handler, row]).toMatchObject([
        route.handler,
        { address: "127.0.0.1", outcome: "done", request_id: expect.any(String) },
      ]);
    }
    expect([route.handler, (recipe.audit ?? []).length > 0 || recipe.unaudited !== undefined]).toEqual([route.handler, true]);
  }
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
    const status = await act(route, recipe, id, client);
    const after = await fingerprints(app.database);
    await app.database.query("ALTER TABLE audit_events DISABLE TRIGGER refuse_audit");
    expect([route.handler, status]).toEqual([route.handler, 500]);
    expect([route.handler, after]).toEqual([route.handler, before]);
  }
});
