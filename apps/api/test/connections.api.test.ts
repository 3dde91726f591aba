import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EDGE_LIMITS, edgeLimits } from "../src/platform/http/edge-limits.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;

const strangersPerAddress = 20;
const connectionsInAll = 60;
const requestsPerCaller = 30;

beforeAll(async () => {
  const limits = { ...edgeLimits, strangersPerAddress, connectionsInAll, requestsPerCaller };
  app = await startTestApp({ replace: [{ token: EDGE_LIMITS, value: limits }], env: { MOSAIC_TRUSTED_PROXIES: "127.0.0.50" } });
  ann = await app.member("ann");
});

afterAll(async () => app.close());

interface Opened {
  readonly socket: Socket;
  readonly heard: () => string;
  readonly closed: Promise<void>;
}

/** A connection from an address of its own that says `text` and then nothing. */
async function open(text: string, from = "127.0.0.1"): Promise<Opened> {
  const { hostname, port } = new URL(app.url);
  const socket = connect({ port: Number(port), host: hostname, localAddress: from });
  let heard = "";
  socket.setEncoding("utf8").on("data", (part: string) => (heard += part));
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write(text);
  return { socket, heard: () => heard, closed };
}

async function openMany(count: number, text: string, from?: string): Promise<Opened[]> {
  const all: Opened[] = [];
  for (let index = 0; index < count; index += 1) {
    all.push(await open(text, from));
  }
  return all;
}

async function end(all: readonly Opened[]): Promise<void> {
  for (const { socket } of all) {
    socket.destroy();
  }
  await Promise.all(all.map(async ({ closed }) => closed));
}

/** A request on a connection of its own. */
async function status(
  path: string,
  options: { from?: string; cookie?: string; headers?: Record<string, string>; agent?: Agent } = {},
): Promise<number> {
  const { from = "127.0.0.1", cookie, headers = {}, agent } = options;
  return new Promise((resolve, reject) => {
    const target = {
      localAddress: from,
      agent: agent ?? (false as const),
      headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) },
    };
    get(`${app.url}${path}`, target, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
  });
}

const halfOpen = "GET /api/auth/me HTTP/1.1\r\nhost: x\r\n";
const slowBody = (): string =>
  `POST /api/auth/login HTTP/1.1\r\nhost: ${new URL(app.url).host}\r\norigin: ${app.url}\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{`;
const words = (opened: Opened): [string, string] => [opened.heard().slice(0, 12), opened.heard().split("\r\n\r\n")[1] ?? ""];

test.each([
  ["heads that never end", () => halfOpen],
  ["bodies that never end", slowBody],
  ["connections that say nothing", () => ""],
])("%s give way to new ones from the same address, oldest first and in words", async (_name, text) => {
  const all = await openMany(strangersPerAddress * 2, text());
  await Promise.all(all.slice(0, strangersPerAddress).map(async ({ closed }) => closed));
  expect(all.map(({ socket }) => socket.destroyed || socket.readableEnded)).toEqual(all.map((_, index) => index < strangersPerAddress));
  expect(words(all[0] ?? expect.fail())).toEqual([
    "HTTP/1.1 429",
    expect.stringContaining("Too many connections from this address are open."),
  ]);
  // A person at that address, and one at another.
  expect(await status("/api/auth/me", { cookie: ann.cookie ?? "" })).toBe(200);
  expect(await status("/api/health", { from: "127.0.0.2" })).toBe(200);
  await end(all);
});

test("who has shown a session is not counted among the strangers of an address", async () => {
  const agents = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 12 }));
  const options = { cookie: ann.cookie ?? "", from: "127.0.0.3" };
  for (const agent of agents) {
    const answers = await Promise.all(Array.from({ length: 12 }, async () => status("/api/auth/me", { ...options, agent })));
    expect(new Set(answers)).toEqual(new Set([200]));
  }
  const strangers = await openMany(strangersPerAddress, halfOpen, "127.0.0.3");
  expect(strangers.some(({ socket }) => socket.destroyed)).toBe(false);
  expect(await status("/api/auth/me", options)).toBe(200);
  await end(strangers);
  agents.forEach((agent) => agent.destroy());
});

test("a proxy that is named holds as many as the port has", async () => {
  const all = await openMany(strangersPerAddress + 10, halfOpen, "127.0.0.50");
  expect(await status("/api/health", { from: "127.0.0.50" })).toBe(200);
  expect(all.filter(({ socket }) => socket.destroyed)).toHaveLength(0);
  await end(all);
});

test("at the bound of the port the oldest gives way, and answers under way are kept", async () => {
  const stream = await fetch(`${app.url}/api/events`, { headers: { cookie: ann.cookie ?? "" } });
  const reader = stream.body?.getReader();
  await reader?.read();
  const crowds = await Promise.all(
    Array.from({ length: 5 }, async (_, index) => openMany(strangersPerAddress - 1, halfOpen, `127.0.1.${index + 1}`)),
  );
  expect(await status("/api/auth/me", { cookie: ann.cookie ?? "", from: "127.0.1.99" })).toBe(200);
  const open = crowds.flat().filter(({ socket }) => !socket.destroyed && !socket.readableEnded);
  expect(open.length).toBeLessThanOrEqual(connectionsInAll);
  const cut = await Promise.race([reader?.read().then(({ done }) => done), new Promise((resolve) => setImmediate(() => resolve(false)))]);
  expect(cut).toBe(false);
  await reader?.cancel();
  await end(crowds.flat());
});

test("one person's event streams are few, the refusal says so, and closing makes room", async () => {
  const bob = await app.member("bob");
  const tries: { readonly controller: AbortController; readonly response: Response }[] = [];
  // One after the other: as long as nobody is known on them, more than twenty connections of one address give way.
  while (tries.length < 28) {
    const controller = new AbortController();
    tries.push({ controller, response: await bob.open("GET", "/api/events", undefined, { signal: controller.signal }) });
  }
  const refused = tries.filter(({ response }) => response.status !== 200);
  expect([refused.length, new Set(refused.map(({ response }) => response.status))]).toEqual([8, new Set([429])]);
  expect(JSON.parse((await refused[0]?.response.text()) ?? "{}")).toHaveProperty(
    "detail",
    "Too many pages of Mosaic are open. Close some of them.",
  );
  expect((await bob.get("/api/auth/me")).status).toBe(200);
  expect((await ann.get("/api/auth/me")).status).toBe(200);
  for (const { controller } of tries) {
    controller.abort();
  }
  await expect
    .poll(async () => {
      const controller = new AbortController();
      const { status: answered } = await bob.open("GET", "/api/events", undefined, { signal: controller.signal });
      controller.abort();
      return answered;
    })
    .toBe(200);
});

test("one caller's requests at once are bounded, whatever they are, and who guesses has no more looked up", async () => {
  const carol = await app.member("carol");
  const streams: Response[] = [];
  while (streams.length < 20) {
    streams.push(await carol.open("GET", "/api/events"));
  }
  expect(new Set(streams.map((stream) => stream.status))).toEqual(new Set([200]));
  const body = `POST /api/agents HTTP/1.1\r\nhost: ${new URL(app.url).host}\r\norigin: ${app.url}\r\ncookie: ${carol.cookie}\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{`;
  // Two more than there is room for: what is asked below may have had a place when one of them came.
  const slow = await openMany(requestsPerCaller - 20 + 2, body, "127.0.0.7");
  await expect.poll(async () => (await carol.get("/api/auth/me")).status, { timeout: 10_000 }).toBe(429);
  const refused = await carol.get("/api/auth/me");
  expect([refused.json<{ detail: string }>().detail, refused.headers.get("retry-after")]).toEqual([
    `You have ${requestsPerCaller} requests open at once. Wait for some of them to end, or close some pages of Mosaic.`,
    "5",
  ]);
  expect((await (await app.session(carol)).get("/api/auth/me")).status).toBe(429);
  expect((await ann.get("/api/auth/me")).status).toBe(200);
  await end(slow);
  await Promise.all(streams.map(async (stream) => stream.body?.cancel()));
  await expect.poll(async () => (await carol.get("/api/auth/me")).status).toBe(200);
});

test("headers that are too large are refused in words", async () => {
  const opened = await open(`GET /api/health HTTP/1.1\r\nhost: x\r\ncookie: ${"c".repeat(20_000)}\r\n\r\n`, "127.0.0.4");
  await opened.closed;
  expect(words(opened)).toEqual(["HTTP/1.1 431", expect.stringContaining("Delete this site's cookies in your browser")]);
  expect(await status("/api/health", { from: "127.0.0.4", headers: { "x-long": "y".repeat(12_000) } })).toBe(200);
});

test("what is no HTTP is refused in words", async () => {
  const opened = await open("\x16\x03\x01 hello\r\n\r\n", "127.0.0.4");
  await opened.closed;
  expect(words(opened)).toEqual(["HTTP/1.1 400", expect.stringContaining("not HTTP that Mosaic understands")]);
});
