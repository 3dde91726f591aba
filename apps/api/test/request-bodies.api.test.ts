import { request } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EDGE_LIMITS, edgeLimits } from "../src/platform/http/edge-limits.js";
import { bodyRoutesOf } from "./harness/body-bounds.js";
import { createAgent, createConversation } from "./harness/chat.js";
import { postFrom } from "./harness/from-address.js";
import { adminName, adminPassword, startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;

beforeAll(async () => {
  const limits = { ...edgeLimits, bodyTimeoutMs: 300, refusalPoints: 100, forgottenPointsPerSecond: 0.5 };
  app = await startTestApp({ replace: [{ token: EDGE_LIMITS, value: limits }] });
  await app.admin();
  ann = await app.member("ann");
});

afterAll(async () => app.close());

const manyObjects = `[${"{},".repeat(333_000)}{}]`;
const login = "/api/auth/login";

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly from?: string;
  readonly headers?: Record<string, string>;
  /** Nothing of it is sent if it is not given, whatever the head announces. */
  readonly body?: string | Buffer;
}

/** What is answered to a request of which only the head needs to be sent. Each test has an address of its own. */
async function answerTo({
  method = "POST",
  path,
  from = "127.0.0.1",
  headers = {},
  body,
}: Sent): Promise<{ status: number; text: string; retryAfter: string | undefined }> {
  return new Promise((resolve, reject) => {
    const length: Record<string, string> = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const sent = request(`${app.url}${path}`, {
      method,
      localAddress: from,
      agent: false,
      headers: { origin: app.url, "content-type": "application/json", ...length, ...headers },
    });
    sent.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => {
        sent.destroy();
        resolve({ status: response.statusCode ?? 0, text, retryAfter: response.headers["retry-after"] });
      });
    });
    sent.on("error", reject);
    if (body === undefined) {
      sent.flushHeaders();
    } else {
      sent.end(body);
    }
  });
}

const announced = { "content-length": "1000000" };

test("every route takes what its schema allows and little more", () => {
  const routes = bodyRoutesOf(app.nest);
  expect(routes.length).toBeGreaterThanOrEqual(31);
  for (const { handler, limitBytes, isDeclared, bounds } of routes) {
    expect([handler, bounds.bytes <= limitBytes, bounds.values <= 4_000, bounds.depth <= 32]).toEqual([handler, true, true, true]);
    // A declared limit is for a schema that needs it.
    expect([handler, isDeclared && (bounds.bytes < 20 * 1024 || limitBytes > bounds.bytes * 1.1)]).toEqual([handler, false]);
  }
});

test("the largest of what the schemas allow is taken, in characters of six bytes each", async () => {
  const { id: agentId } = await createAgent(ann);
  const personality = "\u00e4".repeat(20_000);
  const escaped = (value: unknown): string => JSON.stringify(value).replaceAll("\u00e4", "\\u00e4");
  const saved = await ann.open("PATCH", `/api/agents/${agentId}`, escaped({ personality }));
  expect([saved.status, ((await saved.json()) as { personality: string }).personality === personality]).toEqual([200, true]);
  const conversationId = await createConversation(ann, agentId);
  const said = await ann.open("POST", `/api/conversations/${conversationId}/messages`, escaped({ content: "\u00e4".repeat(65_536) }));
  await said.body?.cancel();
  expect(said.status).toBe(200);
});

test.each([
  ["a stranger, of a route for users", "/api/agents", {}, 401],
  ["a stranger, of a route for admins", "/api/admin/system-agents", {}, 401],
  ["a stranger, of a route that does not exist", "/api/nothing", {}, 404],
  ["a stranger, of setting up without the link", "/api/onboarding/breakglass", {}, 403],
  ["a stranger, of signing in", login, {}, 413],
  ["another site's page", "/api/agents", { origin: "https://evil.example" }, 403],
  ["a token that is none", "/api/agents", { authorization: `Bearer mosaic_${"x".repeat(43)}` }, 401],
] as const)("%s hears the answer before a body is sent", async (_name, path, headers, status) => {
  expect((await answerTo({ path, headers: { ...announced, ...headers } })).status).toBe(status);
});

test("a member's role is looked at before a body is sent", async () => {
  const headers = { ...announced, cookie: ann.cookie ?? "" };
  expect((await answerTo({ path: "/api/admin/system-agents", headers })).status).toBe(403);
  expect((await answerTo({ path: "/api/agents", headers })).status).toBe(413);
});

test("who asks before they send is told to go on only when the body is wanted", async () => {
  const heard = async (path: string, headers: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port, host } = new URL(app.url);
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: ${host}\r\norigin: ${app.url}\r\ncontent-type: application/json\r\ncontent-length: 20\r\nexpect: 100-continue\r\n${headers}\r\n`,
        ),
      );
      socket.once("data", (data) => {
        socket.destroy();
        resolve(String(data).slice(0, 12));
      });
      socket.on("error", reject);
    });
  expect(await heard("/api/agents", "")).toBe("HTTP/1.1 401");
  expect(await heard("/api/agents", `cookie: ${ann.cookie}\r\n`)).toBe("HTTP/1.1 100");
});

test.each([
  ["a megabyte of objects", { body: manyObjects }, 413, "at most 8 kB"],
  ["deep JSON", { body: "[".repeat(8_000) }, 400, "32 levels"],
  ["many values", { body: `[${"1,".repeat(4_050)}1]`, path: "/api/agents", isAnn: true }, 400, "4,000 values"],
  ["a bare word", { body: "NaN" }, 400, "not JSON"],
  ["a number", { body: "1" }, 400, "a JSON object"],
  ["bytes that are no text", { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }, 400, "not UTF-8"],
  ["NUL", { body: '{"username":"a\\u0000"}' }, 400, "can't be stored"],
  ["a compressed body", { body: gzipSync("{}"), headers: { "content-encoding": "gzip" } }, 415, "without compression"],
  ["another charset", { body: "{}", headers: { "content-type": "application/json; charset=utf-16" } }, 415, "in UTF-8"],
  ["no JSON", { body: "{}", headers: { "content-type": "text/plain" } }, 415, "application/json"],
  ["a body that does not come", { headers: { "content-length": "20" } }, 408, "did not arrive within"],
] as const)("%s is refused in words", async (_name, sent: Partial<Sent> & { isAnn?: true }, status, words) => {
  const headers = { ...sent.headers, ...(sent.isAnn === true ? { cookie: ann.cookie ?? "" } : {}) };
  const { text, ...answer } = await answerTo({ path: login, from: "127.0.0.2", ...sent, headers });
  expect([answer.status, (JSON.parse(text) as { detail: string }).detail]).toEqual([status, expect.stringContaining(words)]);
});

test("an address that sends rubbish is refused before anything is read, and those who are known there go on", async () => {
  const known = await app.session(ann);
  const browser = await postFrom("127.0.0.9", `${app.url}${login}`, { username: adminName, password: adminPassword });
  const browserCookie = browser.cookies.find((cookie) => cookie.startsWith("mosaic_browser=")) ?? "";
  const sentFrom = async (sent: Partial<Sent>): Promise<number> => (await answerTo({ path: login, from: "127.0.0.3", ...sent })).status;
  expect(await sentFrom({ method: "GET", path: "/api/auth/me", headers: { cookie: known.cookie ?? "" } })).toBe(200);
  const statuses = new Set<number>();
  for (let index = 0; index < 40; index += 1) {
    statuses.add(await sentFrom({ headers: announced }));
  }
  expect(statuses).toEqual(new Set([413, 429]));
  const refused = await answerTo({ path: login, from: "127.0.0.3", body: "{}" });
  expect([refused.status, Number(refused.retryAfter) > 0, refused.text]).toEqual([429, true, expect.stringContaining("Try again in")]);
  // A stranger from elsewhere, and whoever has shown a proof to this process.
  expect(await sentFrom({ from: "127.0.0.4", body: "{}" })).toBe(400);
  expect(await sentFrom({ method: "GET", path: "/api/auth/me", headers: { cookie: known.cookie ?? "" } })).toBe(200);
  const right = JSON.stringify({ username: adminName, password: adminPassword });
  expect(await sentFrom({ body: right, headers: { cookie: browserCookie } })).toBe(200);
  expect(await sentFrom({ body: right, headers: { cookie: "mosaic_browser=guessed" } })).toBe(429);
  expect(await sentFrom({ method: "GET", path: "/api/auth/me", headers: { cookie: `mosaic_session=${"x".repeat(43)}` } })).toBe(429);
});

test("a member who sends rubbish is refused for themselves", async () => {
  const bob = await app.member("bob");
  const carol = await app.member("carol");
  const statuses = new Set<number>();
  for (let index = 0; index < 40; index += 1) {
    statuses.add((await bob.open("POST", "/api/agents", "{")).status);
  }
  expect(statuses).toEqual(new Set([400, 429]));
  expect((await bob.get("/api/agents")).status).toBe(200);
  expect((await carol.open("POST", "/api/agents", "{}")).status).toBe(400);
});

test("guesses of a session are looked up no more once there were many", async () => {
  const guess = async (index: number): Promise<number> => {
    const headers = { cookie: `mosaic_session=${String(index).padStart(43, "x")}` };
    return (await answerTo({ method: "GET", path: "/api/auth/me", from: "127.0.0.5", headers })).status;
  };
  const statuses: number[] = [];
  for (let batch = 0; batch < 15; batch += 1) {
    statuses.push(...(await Promise.all(Array.from({ length: 10 }, async (_, index) => guess(batch * 10 + index)))));
  }
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(130);
  expect(statuses.at(-1)).toBe(429);
});
