import { connect } from "node:net";
import { problem } from "@mosaic/contracts/problem";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { recipes, type Recipe } from "./harness/route-recipes.js";
import { RouteWorld } from "./harness/route-world.js";
import { routesOf, type Route } from "./harness/routes.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let engine: InMemoryEngine;
let world: RouteWorld;
let ann: TestClient;
let admin: TestClient;
let routes: Route[];
let runs = 0;

beforeAll(async () => {
  engine = new InMemoryEngine();
  app = await startTestApp({ runtime: engine });
  world = new RouteWorld(app);
  ann = await app.member("ann");
  admin = await app.admin();
  routes = routesOf(app.nest).filter(({ access }) => access !== "container" && access !== "internal");
});

afterAll(async () => {
  // oxlint-disable-next-line no-console
  console.log(`fuzz: ${runs} requests to ${routes.length} routes`);
  await app.close();
  await engine.close();
});

/** Bodies of routes that are open to everybody, as they would work. */
const openBodies: Readonly<Record<string, unknown>> = {
  "AuthController.login": { username: adminName, password: adminPassword },
  "SignUpController.signUp": { username: "somebody", password: "a fine long sentence" },
  "OnboardingController.breakglass": { username: "root", password: "a fine long sentence" },
  "ProfileController.changePassword": { currentPassword: "x", newPassword: "a fine long sentence" },
};

interface Target {
  readonly route: Route;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly client: TestClient;
}

async function targetOf(route: Route): Promise<Target> {
  const recipe: Recipe = recipes[route.handler] ?? { ok: 200 };
  const client = route.access === "admin" ? admin : ann;
  const id = recipe.kind === undefined ? "" : await world.fixture(recipe.kind, client);
  const body = recipe.bodyOf === undefined ? recipe.body : recipe.bodyOf(id);
  return { route, path: route.path.replaceAll(/:\w+/g, id), body: (body ?? openBodies[route.handler] ?? {}) as Target["body"], client };
}

const withBody = (): Route[] => routes.filter(({ handler }) => hasBody(recipes[handler]) || handler in openBodies);

function hasBody(recipe: Recipe | undefined): boolean {
  return recipe?.body !== undefined || recipe?.bodyOf !== undefined;
}

/** Nothing but an answer of the contract: done, or a problem document that says what is wrong with the request. */
async function expectSane(response: Response, what: unknown): Promise<number> {
  runs += 1;
  const text = response.headers.get("content-type")?.startsWith("text/event-stream") === true ? "" : await response.text();
  await (response.bodyUsed ? undefined : response.body?.cancel());
  const { status } = response;
  if (status >= 400) {
    expect([what, status, response.headers.get("content-type")]).toEqual([
      what,
      status,
      expect.stringContaining("application/problem+json"),
    ]);
    expect([what, problem.safeParse(JSON.parse(text)).success]).toEqual([what, true]);
  }
  expect([what, status, status < 500]).toEqual([what, status, true]);
  await app.database.query("DELETE FROM login_throttles");
  return status;
}

async function send({ route, path, client }: Target, body: unknown): Promise<number> {
  const raw = typeof body === "string" ? JSON.stringify(body) : body;
  return expectSane(await client.open(route.method, path, raw), [route.handler, JSON.stringify(body)?.slice(0, 300)]);
}

/** A valid body in which one field is something else. */
function mutated(body: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.keys(body);
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(
      null,
      "",
      "\ud800",
      "a".repeat(5_000),
      -1,
      1e308,
      2 ** 53,
      0.1,
      [],
      {},
      true,
      "' OR 1=1 --",
      "../../etc/passwd",
    ),
  );
  const field =
    keys.length === 0
      ? fc.string({ maxLength: 20 })
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: fc.string({ maxLength: 20 }) });
  return fc.tuple(field, anything).map(([key, value]) => ({ ...body, [key]: value }));
}

test("whatever JSON a route is sent, it answers by the contract", { timeout: 120_000 }, async () => {
  expect(withBody().length).toBeGreaterThanOrEqual(30);
  for (const route of withBody()) {
    const target = await targetOf(route);
    const bodies = fc.oneof(mutated(target.body), fc.jsonValue({ maxDepth: 4 }));
    for (const body of fc.sample(bodies, { numRuns: 25, seed: 20_261_121 })) {
      await send(target, body);
    }
    await world.clear(target.client);
  }
});

const notYours = {
  id: "01890a5d-ac96-774b-bcce-b302099a8057",
  ownerId: "01890a5d-ac96-774b-bcce-b302099a8057",
  userId: "01890a5d-ac96-774b-bcce-b302099a8057",
  role: "admin",
  isBreakglass: true,
  isAdmin: true,
  tokenHash: "00",
  passwordHash: "$2b$04$x",
  apiKeyEncrypted: "enc:",
  disabledAt: null,
  createdAt: "2000-01-01T00:00:00Z",
};

test("a field that is not of the contract is refused by name, and changes nothing", async () => {
  const state = async (): Promise<unknown> =>
    app.database.query("SELECT id, username, role, disabled_at FROM users WHERE username NOT LIKE 'someone-%' ORDER BY id");
  const before = await state();
  for (const route of withBody()) {
    const target = await targetOf(route);
    for (const [field, value] of Object.entries(notYours).filter(([name]) => !(name in target.body) && !isOf(route, name))) {
      const response = await target.client.open(route.method, target.path, { ...target.body, [field]: value });
      // A closed wizard and a missing set-up token say no before they look.
      expect([route.handler, field, await expectSane(response, [route.handler, field])]).toEqual([
        route.handler,
        field,
        route.handler.startsWith("OnboardingController") ? expect.any(Number) : 400,
      ]);
    }
  }
  expect(await state()).toEqual(before);
});

/** Fields of the list that are the business of a route after all. */
function isOf({ handler }: Route, field: string): boolean {
  return field === "role" && (handler === "UserAdminController.update" || handler === "InvitesController.create");
}

const raws: readonly (readonly [name: string, body: string | Uint8Array<ArrayBuffer>, type?: string])[] = [
  ["nothing", ""],
  ["broken", '{"a":'],
  ["two values", "{} {}"],
  ["a bare word", "NaN"],
  ["100,000 brackets", "[".repeat(100_000)],
  ["100,000 objects", '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)],
  ["too many bytes", JSON.stringify({ name: "x".repeat(2_000_000) })],
  ["a hundred thousand fields", JSON.stringify(Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`f${index}`, 1])))],
  ["a prototype", '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}}'],
  ["a name twice", '{"name":"a","name":"b"}'],
  ["NUL", '{"name":"a\\u0000b"}'],
  ["half a character", '{"name":"\\ud800"}'],
  ["bytes that are no text", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["another charset", '{"name":"a"}', "application/json; charset=utf-32"],
  ["a form", "name=a&role=admin", "application/x-www-form-urlencoded"],
  ["XML", "<name>a</name>", "application/xml"],
  ["no type", '{"name":"a"}', "text/plain"],
];

/** What some routes rightly accept: no fields where none is needed, and names that Nest takes out before anybody sees them. */
const mayBeFine = new Set(["nothing", "a name twice", "a prototype"]);

test("whatever bytes a route is sent, it answers by the contract", { timeout: 60_000 }, async () => {
  for (const route of withBody()) {
    const { path, client } = await targetOf(route);
    for (const [name, body, type = "application/json"] of raws) {
      const headers = { origin: app.url, "content-type": type, cookie: client.cookie ?? "" };
      const response = await fetch(`${app.url}${path}`, { method: route.method, headers, body });
      expect([route.handler, name, (await expectSane(response, [route.handler, name])) >= 400]).toEqual([
        route.handler,
        name,
        mayBeFine.has(name) ? expect.any(Boolean) : true,
      ]);
    }
    await world.clear(client);
  }
  expect(({} as { role?: string }).role).toBeUndefined();
});

test("whatever a query says, the route answers by the contract", async () => {
  const words = [
    "page",
    "pageSize",
    "search",
    "role",
    "status",
    "action",
    "from",
    "to",
    "actorId",
    "lines",
    "format",
    "returnTo",
    "state",
    "code",
  ];
  const values = [
    "",
    "-1",
    "1e9",
    "x".repeat(3_000),
    "%00",
    "%ff",
    "[]",
    "{}",
    "admin",
    "1;DROP TABLE users",
    "2026-13-45T99:99:99Z",
    "//evil.example",
  ];
  for (const route of routes.filter(({ method, handler }) => method === "GET" && recipes[handler]?.isStream === undefined)) {
    const { path, client } = await targetOf(route);
    for (const query of [
      ...words.flatMap((word, index) => values.slice(index % 3, (index % 3) + 5).map((value) => `${word}=${value}`)),
      "page=1&page=2",
      "a[b]=1",
      "__proto__=1",
    ]) {
      await expectSane(await client.open("GET", `${path}?${query}`), [route.handler, query]);
    }
  }
});

test("a body that never ends is cut at the limit, and one that never begins is given up", { timeout: 60_000 }, async () => {
  const { hostname, port } = new URL(app.url);
  const head = `POST /api/auth/login HTTP/1.1\r\nhost: ${hostname}:${port}\r\norigin: ${app.url}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(head));
    const chunk = `10000\r\n${"x".repeat(0x1_0000)}\r\n`;
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk)) {
        // Until the other side takes no more.
      }
    };
    let text = "";
    socket.on("drain", more).on("connect", more);
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      socket.destroy();
    });
    socket.on("close", () => resolve(text)).on("error", (error) => (text === "" ? reject(error) : resolve(text)));
  });
  runs += 1;
  expect(answer).toMatch(/^HTTP\/1\.1 413/);
  expect((await app.visitor().get("/api/health")).status).toBe(200);
});
