import { Controller, Get } from "@nestjs/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routesOf, type Route } from "./harness/routes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

/** What somebody adds who forgets to say who may call it. */
@Controller("api/planted")
class PlantedController {
  @Get()
  everything(): string {
    return "all secrets";
  }
}

let app: TestApp;
let routes: Route[];

beforeAll(async () => {
  app = await startTestApp();
  routes = routesOf(app.nest);
});

afterAll(async () => {
  await app.close();
});

function undeclared(found: readonly Route[]): string[] {
  return found.filter((route) => route.access === undefined).map((route) => route.handler);
}

function example(path: string): string {
  return path.replaceAll(/[:*]\w+/g, "01890a5d-ac96-774b-bcce-b302099a8057");
}

async function call(base: string, { method, path }: Route, headers: Record<string, string> = {}): Promise<number> {
  const isRead = method === "GET" || method === "ALL";
  const response = await fetch(`${base}${example(path)}`, {
    method: isRead ? "GET" : method,
    headers: { origin: base, "content-type": "application/json", ...headers },
    ...(isRead ? {} : { body: "{}" }),
  });
  await response.body?.cancel();
  return response.status;
}

test("every route says who may call it", () => {
  expect(routes.length).toBeGreaterThan(20);
  expect(undeclared(routes)).toEqual([]);
});

test("a route that says nothing is found by this test, and denied by the guard to everybody", async () => {
  const careless = await startTestApp({ controllers: [PlantedController] });
  expect(undeclared(routesOf(careless.nest))).toEqual(["PlantedController.everything"]);
  const admin = await careless.admin();
  const answer = await admin.get("/api/planted");
  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain("secrets");
  await careless.close();
});

test("without a session, only what is declared open answers", async () => {
  const closed = routes.filter(({ access }) => access === "user" || access === "session" || access === "admin");
  expect(closed.length).toBeGreaterThan(60);
  for (const route of closed) {
    expect([route.handler, await call(app.url, route)]).toEqual([route.handler, 401]);
    expect([route.handler, await call(app.url, route, { cookie: `mosaic_session=${"A".repeat(43)}` })]).toEqual([route.handler, 401]);
  }
});

test("what is for admins is refused to members", async () => {
  const member = await app.member("ann");
  const forAdmins = routes.filter((candidate) => candidate.access === "admin");
  expect(forAdmins.length).toBeGreaterThan(0);
  for (const route of forAdmins) {
    expect([route.handler, await call(app.url, route, { cookie: String(member.cookie) })]).toEqual([route.handler, 403]);
  }
});

test("each port has its own routes, and answers 404 to the other's", async () => {
  for (const route of routes) {
    const isInternal = route.access === "container";
    expect([route.handler, await call(isInternal ? app.url : app.internalUrl, route)]).toEqual([route.handler, 404]);
    if (route.access === "container") {
      expect([route.handler, await call(app.internalUrl, route)]).toEqual([route.handler, 401]);
    }
  }
});

test("a change that comes from another site is refused before anything is looked at", async () => {
  const admin = await app.admin();
  for (const route of routes.filter(({ method, access }) => method !== "GET" && method !== "ALL" && access !== "container")) {
    for (const origin of ["https://evil.example", "null", `${app.url}.evil.example`]) {
      expect([route.handler, await call(app.url, route, { cookie: String(admin.cookie), origin })]).toEqual([route.handler, 403]);
    }
  }
});

test("the API's description lists every route with its method", async () => {
  const document = (await app.visitor().get("/api/openapi.json")).json<{ paths: Record<string, Record<string, unknown>> }>();
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = routes
    // What agents call for a model speaks the providers' protocols, which are described elsewhere.
    .filter((route) => !route.path.includes("/llm/") && !route.path.includes("/demo/"))
    .map((route) => `${route.method} ${route.path.replaceAll(/[:*](\w+)/g, "{$1}")}`);
  expect(described.toSorted()).toEqual(expected.toSorted());
});
