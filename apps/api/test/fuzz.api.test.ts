import { connect, type Socket } from "node:net";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { setupTokenHeader } from "@mosaic/contracts/onboarding";
import { problem } from "@mosaic/contracts/problem";
import fc from "fast-check";
import { z } from "zod";
import { startDemoLlm, type DemoLlmServer } from "@mosaic/demo-llm/demo-llm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { SettingsService } from "../src/modules/settings/settings.service.js";
import { agentOf, createAgent } from "./harness/chat.js";
import { fingerprints } from "./harness/fingerprints.js";
import { mutationsOf } from "./harness/mutations.js";
import { containerRecipes, openRecipes, recipes, type Recipe } from "./harness/route-recipes.js";
import { RouteWorld } from "./harness/route-world.js";
import { routesOf, type Route } from "./harness/routes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

/** Another one at each run; the one that a failed run printed tries the same things again. */
const seed = Number(process.env["TEST_FUZZ_SEED"] ?? Date.now() % 1_000_000_000);

let app: TestApp;
let llm: DemoLlmServer;
/** An installation whose wizard is not finished. */
let wizard: TestApp;
/** One where a container runs that no change of a backend restarts. */
let inside: TestApp;
let world: RouteWorld;
let ann: TestClient;
let admin: TestClient;
let owner: TestClient;
let setupHeaders: Record<string, string>;
let running: { readonly id: string; readonly providerId: string; readonly token: string };
let routes: Route[];
let runs = 0;

beforeAll(async () => {
  llm = await startDemoLlm();
  app = await startTestApp();
  wizard = await startTestApp({ isOnboarded: false, env: { MOSAIC_RUNTIME: undefined } });
  inside = await startTestApp();
  world = new RouteWorld(app);
  ann = await app.member("ann");
  admin = await app.admin();
  owner = await wizard.admin();
  const instanceId = await wizard.nest.get(SettingsService, { strict: false }).instanceId();
  setupHeaders = { [setupTokenHeader]: wizard.nest.get(CryptoService).setupToken(instanceId) };
  running = await runningAgent();
  await walkWizard();
  expect((await admin.put("/api/admin/sign-up", { mode: "open" })).status).toBe(200);
  routes = routesOf(app.nest);
});

afterAll(async () => {
  // oxlint-disable-next-line no-console
  console.log(`fuzz: ${runs} requests to ${routes.length} routes, TEST_FUZZ_SEED=${seed}`);
  await app.close();
  await wizard.close();
  await inside.close();
  await llm.close();
});

/** A container that uses what another admin shares: the model at the end of the relay is the demo. */
async function runningAgent(): Promise<typeof running> {
  const sharer = await inside.admin();
  expect((await sharer.put("/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] })).status).toBe(200);
  const body = { kind: "openai-compatible", name: "Ours", baseUrl: `${llm.url}/v1`, models: [{ id: "mosaic-demo" }] };
  const providerId = (await sharer.post("/api/providers", body)).json<{ id: string }>().id;
  await sharer.put(`/api/admin/sharing/providers/${providerId}`, { isShared: true });
  const carl = await inside.member("carl");
  const { id } = await createAgent(carl, { model: { providerId, model: "mosaic-demo" } });
  await carl.post(`/api/agents/${id}/start`);
  await vi.waitFor(async () => expect((await agentOf(carl, id)).status).toBe("running"), { timeout: 20_000 });
  return { id, providerId, token: inside.runtime.of(id).token ?? "" };
}

/** Its owner has come to the last step, so that what the wizard asks for is there to be looked at. */
async function walkWizard(): Promise<void> {
  const providerId = await wizardProvider();
  const agents = await owner.post("/api/onboarding/agents", wizardBodies["OnboardingController.agents"]?.(providerId));
  expect([agents.status, agents.text]).toEqual([200, agents.text]);
}

async function wizardProvider(): Promise<string> {
  const provided = await owner.post("/api/onboarding/provider", wizardBodies["OnboardingController.provider"]?.(""));
  expect(provided.status).toBe(200);
  return provided.json<{ id: string }>().id;
}

/** Where a route is tried: in a Mosaic that is set up, in one that is not yet, or from inside a container. */
type Side = "set-up" | "wizard" | "inside";

interface Subject {
  readonly route: Route;
  readonly side: Side;
}

interface Target extends Subject {
  readonly path: string;
  readonly body: unknown;
  readonly client: TestClient;
  readonly headers: Record<string, string>;
  readonly database: TestApp["database"];
}

const model = { id: "m-1", name: "One", contextWindow: 8192, maxTokens: 1024, reasoning: false, images: true };
const provider = { kind: "openai-compatible", name: "Rich", baseUrl: "http://127.0.0.1:1/v1", apiKey: "sk-1", models: [model, model] };
const tools = { files: true, web: false, shell: false, browser: false, sessions: true };
const role = { claim: "realm_access.roles", value: "admins", role: "admin" };
const oidc = {
  isEnabled: false,
  label: "Team",
  issuer: "https://login.example",
  clientId: "mosaic",
  clientSecret: "secret",
  scopes: ["openid", "email"],
  allowedEmailDomains: ["example.org", "example.com"],
  autoCreate: true,
  roleMappings: [role, { ...role, value: "people", role: "member" }],
};

/** Bodies with all that a route takes, where that is more than a recipe gives: only what is there can be spoilt. */
const rich: Readonly<Record<string, (providerId: string, client: TestClient) => unknown>> = {
  "AdminBackendsController.update": () => ({
    image: "mosaic/openclaw:1",
    memoryLimitBytes: 2 ** 30,
    nanoCpus: 1_000_000_000,
    pidsLimit: 256,
    readyTimeoutMs: 60_000,
    defaultIdleTimeoutSeconds: 60,
    defaultTools: tools,
  }),
  "AgentsController.create": (providerId) => agent(providerId),
  "AgentsController.update": (providerId) => agentChange(providerId),
  "SystemAgentsController.create": () => ({ backend: "openclaw", name: "New", emoji: "x", personality: "p", tools, fallbacks: [] }),
  "SystemAgentsController.update": () => ({ name: "New", emoji: "x", personality: "p", tools, fallbacks: [] }),
  "LlmProvidersController.create": () => provider,
  "LlmProvidersController.update": () => ({ name: "Other", models: [model], isActive: true }),
  "LlmProvidersController.test": () => ({ kind: "openai", baseUrl: "http://127.0.0.1:1/v1", apiKey: "k", model: "m" }),
  "ModelDefaultsController.save": (providerId) => ({ backend: "openclaw", model: choice(providerId), fallbacks: [choice(providerId)] }),
  "OidcSettingsController.put": () => oidc,
  "OutboundAccessController.put": () => ({ allowedAddresses: ["ollama.home", "10.0.0.0/8", "127.0.0.1"] }),
  "ProfileController.changePassword": () => ({ currentPassword: "x", newPassword: "a fine long sentence" }),
  "UserAdminController.update": () => ({ role: "member", isDisabled: false }),
  "InvitesController.create": () => ({ role: "member", maxUses: 2, expiresInHours: 5, note: "for Bob" }),
  "SharedLinksController.continue": async (_, client) => ({
    token: await world.link(client),
    agentId: await world.fixture("agent", client),
  }),
  "SharedLinksController.open": async () => ({ token: await world.link(ann), page: 0 }),
  "SharesController.continue": async (_, client) => ({ agentId: await world.fixture("agent", client) }),
  "SharesController.create": async () => {
    expect((await admin.put("/api/admin/share-links", { isOn: true })).status).toBe(200);
    return { kind: "link", hasTools: false, hasFiles: true };
  },
};

/** What reads lines, and tells in its report which of them it could not take. */
const readsLines = new Set(["ImportController.run"]);

const choice = (providerId: string): object => ({ providerId, model: "mosaic-demo" });

function agentChange(providerId: string): object {
  const models = { model: choice(providerId), fallbacks: [choice(providerId), choice(providerId)] };
  return { name: "New", emoji: "x", personality: "You are brief.", tools, idleTimeoutSeconds: 60, ...models };
}

function agent(providerId: string): object {
  return { backend: "openclaw", ...agentChange(providerId) };
}

const wizardBodies: Readonly<Record<string, (providerId: string) => unknown>> = {
  "OnboardingController.agents": (providerId) => ({ runtime: "docker", acceptsNoIsolation: false, agent: agent(providerId) }),
  "OnboardingController.breakglass": () => ({ username: "root", password: "a fine long sentence" }),
  "OnboardingController.oidc": () => ({ ...oidc, skip: false }),
  "OnboardingController.provider": () => ({ ...provider, models: [model, { id: "mosaic-demo" }] }),
  "OnboardingController.testProvider": () => ({ kind: "openai", baseUrl: "http://127.0.0.1:1/v1", apiKey: "k", model: "m" }),
};

const insideBodies: Readonly<Record<string, unknown>> = {
  "AgentEventsController.say": { kind: "assistant", text: "Hi" },
  "LlmRelayController.forward": {
    model: "mosaic-demo",
    messages: [
      { role: "system", content: "You are brief." },
      { role: "user", content: [{ type: "text", text: "hello" }] },
    ],
    tools: [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }],
    stream: false,
  },
  "SupervisorStatusController.report": { phase: "applied", generation: "abc", detail: "fine" },
};

/** Every route that reads a body, wherever it is. */
function subjects(): Subject[] {
  return routes.flatMap((route): Subject[] => {
    if (route.handler in insideBodies) {
      return [{ route, side: "inside" }];
    }
    const recipe = recipes[route.handler];
    const reads = recipe?.body !== undefined || recipe?.bodyOf !== undefined || openRecipes[route.handler]?.bodyOf !== undefined;
    return [
      ...(reads || route.handler in rich ? [{ route, side: "set-up" } as const] : []),
      ...(route.handler in wizardBodies ? [{ route, side: "wizard" } as const] : []),
    ];
  });
}

async function targetOf(subject: Subject): Promise<Target> {
  return { "set-up": ofSetUp, wizard: ofWizard, inside: ofInside }[subject.side](subject);
}

async function ofSetUp(subject: Subject): Promise<Target> {
  const { handler, access, path } = subject.route;
  const recipe: Recipe = recipes[handler] ?? { ok: 200 };
  const isOpen = access === "public" || access === "setup";
  const client = isOpen ? app.visitor() : access === "admin" ? admin : ann;
  const id = recipe.kind === undefined ? "" : await world.fixture(recipe.kind, client);
  const providerId = handler in rich && !isOpen ? await world.fixture("provider", client) : "";
  const body =
    (await rich[handler]?.(providerId, client)) ??
    openRecipes[handler]?.bodyOf?.() ??
    (recipe.bodyOf === undefined ? (recipe.body ?? {}) : recipe.bodyOf(id));
  return { ...subject, path: path.replaceAll(/:\w+/g, id), body, client, headers: {}, database: app.database };
}

async function ofWizard(subject: Subject): Promise<Target> {
  const { handler, access, path } = subject.route;
  const body = wizardBodies[handler]?.(await wizardProvider()) ?? {};
  const isFirst = access === "setup";
  const client = isFirst ? wizard.visitor() : owner;
  return { ...subject, path, body, client, headers: isFirst ? setupHeaders : {}, database: wizard.database };
}

async function ofInside(subject: Subject): Promise<Target> {
  const { id, providerId, token } = running;
  const { handler, path } = subject.route;
  const isModel = handler.startsWith("LlmRelay") || handler.startsWith("DemoRelay");
  const bearer = isModel ? deriveRelayToken(token) : token;
  return Promise.resolve({
    ...subject,
    path: path
      .replace(":id", id)
      .replace(":providerId", providerId)
      .replace("*path", containerRecipes[handler]?.rest ?? ""),
    body: insideBodies[handler] ?? {},
    client: new TestClient(inside.internalUrl, { bearer }),
    headers: {},
    database: inside.database,
  });
}

/** What the model's side says through the relay is its own: not in the words of Mosaic. */
function isRelayed({ route }: Subject): boolean {
  return route.handler.startsWith("LlmRelay") || route.handler.startsWith("DemoRelay");
}

/** There, what nobody looks at is left out, and named in a header. */
function isOpenAi({ route }: Subject): boolean {
  return route.path.startsWith("/v1/");
}

/** As OpenAI's API says what is wrong. */
const openAiError = z.strictObject({
  error: z.strictObject({ message: z.string().min(1), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
});

/** Nothing but an answer of the contract: done, or a problem document that says what is wrong with the request. */
async function expectSane(response: Response, subject: Subject, sent: unknown): Promise<{ status: number; text: string }> {
  runs += 1;
  const what = [subject.side, subject.route.handler, sent, `TEST_FUZZ_SEED=${seed}`];
  const type = response.headers.get("content-type") ?? "";
  const text = type.startsWith("text/event-stream") ? "" : await response.text();
  await (response.bodyUsed ? undefined : response.body?.cancel());
  const { status } = response;
  expect([what, status, text.slice(0, 300), status < 500]).toEqual([what, status, text.slice(0, 300), true]);
  if (status >= 400 && isOpenAi(subject)) {
    expect([what, status, openAiError.safeParse(JSON.parse(text)).success]).toEqual([what, status, true]);
  } else if (status >= 400 && !(isRelayed(subject) && type.startsWith("application/json"))) {
    expect([what, status, type]).toEqual([what, status, expect.stringContaining("application/problem+json")]);
    expect([what, problem.safeParse(JSON.parse(text)).success]).toEqual([what, true]);
  }
  await (subject.side === "wizard" ? wizard : app).database.query("DELETE FROM login_throttles");
  return { status, text };
}

async function send(target: Target, body: unknown): Promise<{ status: number; text: string }> {
  const text = JSON.stringify(body);
  const { client, route, path, headers } = target;
  return expectSane(await client.open(route.method, path, text, { headers }), target, text.slice(0, 500));
}

/** All lists and settings: what a route has kept must not be what another can't answer. */
async function expectReadable(side: Side): Promise<void> {
  const readers = { "set-up": [ann, admin], wizard: [owner, owner], inside: [] }[side];
  const lists = routes.filter(({ method, path }) => method === "GET" && !path.includes(":"));
  for (const route of lists) {
    const client = readers[route.access === "admin" ? 1 : 0];
    if (client !== undefined && recipes[route.handler]?.isStream === undefined) {
      await expectSane(
        await client.open("GET", `${route.path}${recipes[route.handler]?.query ?? ""}`),
        { route, side },
        "to read it again",
      );
    }
  }
}

/** What can't be done with a body that is right: the tests of sign-up, passwords and the wizard do it. */
const rightAndRefused: Readonly<Record<string, number>> = {
  "set-up ProfileController.changePassword": 409,
  "set-up OnboardingController.breakglass": 403,
  "wizard OnboardingController.breakglass": 409,
};

test("whatever JSON a route is sent, it answers by the contract, and what it keeps can be read", { timeout: 240_000 }, async () => {
  const all = subjects();
  expect(all.length).toBeGreaterThanOrEqual(36);
  for (const [index, subject] of all.entries()) {
    const target = await targetOf(subject);
    const name = `${subject.side} ${subject.route.handler}`;
    const isClosed = subject.side === "set-up" && subject.route.handler.startsWith("OnboardingController");
    const right = (await send(target, target.body)).status;
    expect([name, right]).toEqual([name, rightAndRefused[name] ?? (isClosed ? 409 : expect.toSatisfy((status: number) => status < 300))]);
    const bodies = fc.oneof({ weight: 4, arbitrary: mutationsOf(target.body) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) });
    const statuses = new Set<number>();
    for (const body of fc.sample(bodies, { numRuns: 40, seed: seed + index })) {
      statuses.add((await send(target, body)).status);
    }
    // It got as far as the fields.
    expect([name, isClosed || readsLines.has(subject.route.handler) || statuses.has(400)]).toEqual([name, true]);
    await expectReadable(subject.side);
    await (subject.side === "set-up" ? world.clear(target.client) : undefined);
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

test("a field that is not of the contract is refused by name, and changes nothing", { timeout: 120_000 }, async () => {
  const strict = subjects().filter((one) => !isRelayed(one) && !readsLines.has(one.route.handler) && !isOpenAi(one));
  for (const subject of strict) {
    const target = await targetOf(subject);
    const before = await fingerprints(target.database);
    const body = target.body as Record<string, unknown>;
    for (const [field, value] of Object.entries(notYours).filter(([name]) => !(name in body) && !isOf(subject.route, name))) {
      const { status, text } = await send(target, { ...body, [field]: value });
      const name = `${subject.side} ${subject.route.handler}`;
      // A closed wizard and a missing set-up token say no before they look.
      const isClosed = subject.side === "set-up" && subject.route.handler.startsWith("OnboardingController");
      expect([name, field, status, isClosed || text.includes(`There is no such field: ${field}`), text]).toEqual([
        name,
        field,
        isClosed ? expect.any(Number) : 400,
        true,
        text,
      ]);
    }
    expect([subject.route.handler, await fingerprints(target.database)]).toEqual([subject.route.handler, before]);
    await (subject.side === "set-up" ? world.clear(target.client) : undefined);
  }
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

test("whatever bytes a route is sent, it answers by the contract", { timeout: 120_000 }, async () => {
  for (const subject of subjects()) {
    const target = await targetOf(subject);
    const { path, client, route } = target;
    for (const [name, body, type = "application/json"] of raws) {
      const shown = client.bearer === undefined ? { cookie: client.cookie ?? "" } : { authorization: `Bearer ${client.bearer}` };
      const headers = { origin: client.baseUrl, "content-type": type, ...shown, ...target.headers };
      const response = await fetch(`${client.baseUrl}${path}`, { method: route.method, headers, body });
      const { status } = await expectSane(response, subject, name);
      expect([subject.side, route.handler, name, status >= 400]).toEqual([
        subject.side,
        route.handler,
        name,
        mayBeFine.has(name) || readsLines.has(route.handler) ? expect.any(Boolean) : true,
      ]);
    }
    await (subject.side === "set-up" ? world.clear(client) : undefined);
  }
  expect(({} as { role?: string }).role).toBeUndefined();
});

test("what a container sends on to its model may be large and deep, and is passed on or refused", async () => {
  const relay = subjects().find(isRelayed);
  const target = await targetOf(relay ?? expect.fail("There is no relay."));
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  for (const [name, body] of [
    ["NUL", '{"model":"mosaic-demo","messages":[{"role":"user","content":"a\\u0000b"}]}'],
    ["half a character", '{"model":"mosaic-demo","messages":[{"role":"user","content":"\\ud800"}]}'],
    ["2 MB", JSON.stringify({ model: "mosaic-demo", messages: [{ role: "user", content: "x".repeat(2_000_000) }] })],
    ["100,000 brackets", `{"model":"mosaic-demo","messages":${deep}}`],
    ["a name twice", '{"model":"dear","model":"mosaic-demo","messages":[]}'],
    ["a prototype", '{"model":"mosaic-demo","__proto__":{"model":"dear"},"messages":[]}'],
  ] as const) {
    await expectSane(await target.client.open("POST", target.path, body), target, name);
  }
});

test("whatever a query says, the route answers by the contract", { timeout: 240_000 }, async () => {
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
    "after",
    "waitSeconds",
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
  const readable = routes.filter(({ method, handler }) => {
    return method === "GET" && recipes[handler]?.isStream === undefined;
  });
  const asked = readable.flatMap((route): Subject[] => [
    { route, side: route.access === "container" ? "inside" : "set-up" },
    ...(route.handler.startsWith("OnboardingController") ? [{ route, side: "wizard" } as const] : []),
  ]);
  for (const subject of asked) {
    const { path, client } = await targetOf(subject);
    for (const query of [
      ...words.flatMap((word, index) => values.slice(index % 3, (index % 3) + 5).map((value) => `${word}=${value}`)),
      "page=1&page=2",
      "a[b]=1",
      "__proto__=1",
    ]) {
      await expectSane(await client.open("GET", `${path}?${query}`), subject, query);
    }
  }
});

/** The head of a sign-in whose body is still to come. */
function beginSignIn(framing: string): { socket: Socket; answer: Promise<string> } {
  const { hostname, port } = new URL(app.url);
  const head = `POST /api/auth/login HTTP/1.1\r\nhost: ${hostname}:${port}\r\norigin: ${app.url}\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`;
  const socket = connect(Number(port), hostname, () => socket.write(head));
  const answer = new Promise<string>((resolve, reject) => {
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      socket.destroy();
    });
    socket.on("close", () => resolve(text)).on("error", (error) => (text === "" ? reject(error) : resolve(text)));
  });
  return { socket, answer };
}

test("a body that never ends is cut at the limit", { timeout: 60_000 }, async () => {
  const { socket, answer } = beginSignIn("transfer-encoding: chunked");
  const chunk = `10000\r\n${"x".repeat(0x1_0000)}\r\n`;
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk)) {
      // Until the other side takes no more.
    }
  };
  socket.on("drain", more).on("connect", more);
  runs += 1;
  expect(await answer).toMatch(/^HTTP\/1\.1 413/);
  expect((await app.visitor().get("/api/health")).status).toBe(200);
});

test("bodies that never begin hold up nobody else", async () => {
  const waiting = Array.from({ length: 100 }, () => beginSignIn("content-length: 100"));
  await Promise.all(waiting.map(async ({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
  const startedAt = performance.now();
  expect((await ann.get("/api/agents")).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  for (const { socket, answer } of waiting) {
    socket.destroy();
    expect(await answer).toBe("");
  }
  runs += waiting.length;
});
