import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { startDemoLlm, type DemoLlmServer } from "@mosaic/demo-llm/demo-llm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { OutboundService } from "../src/modules/outbound-access/outbound.service.js";
import { NameLookUps } from "../src/modules/outbound-access/name-look-ups.js";
import { TEST_DEADLINE } from "../src/modules/llm-providers/connection-test.service.js";
import { Logger } from "../src/platform/logging/logger.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let llm: DemoLlmServer;
const servers: { close(): unknown }[] = [];

const key = "sk-canary-provider-key-1234567890";

beforeAll(async () => {
  app = await startTestApp({ env: { MOSAIC_RUNTIME: "process" } });
  ann = await app.member("ann");
  await (await app.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1", "localhost"] });
  llm = await startDemoLlm({ apiKey: key, models: ["demo-1", "demo-2"], record: true });
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

afterAll(async () => {
  await llm.close();
  await app.close();
});

interface Result {
  outcome: string;
  message: string;
  caution: string | null;
  allow: string | null;
  agentAddress: string | null;
  models: { id: string; name?: string; reasoning?: boolean; images?: boolean }[];
  durationMs: number;
}

async function tested(body: object): Promise<Result> {
  const answer = await ann.post("/api/providers/test", body);
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain(key);
  return answer.json<Result>();
}

/** A server that answers every request in one way. */
async function serve(handle: RequestListener): Promise<string> {
  const server: Server = createServer(handle);
  servers.push({ close: () => server.close().closeAllConnections() });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answering(status: number, body: string | object, headers: Record<string, string> = {}): RequestListener {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { "content-type": typeof body === "string" ? "text/html" : "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

async function outcomeOf(handle: RequestListener, extra: object = {}): Promise<Result> {
  return tested({ kind: "openai-compatible", baseUrl: await serve(handle), apiKey: key, ...extra });
}

test.each([
  ["openai-compatible", "/v1"],
  ["zai", "/v1"],
  ["openai", "/v1/"],
  ["anthropic", ""],
  ["anthropic", "/v1"],
  ["ollama", ""],
])("%s at …%s: lists the models and gets a token of one", async (kind, path) => {
  const listing = await tested({ kind, baseUrl: `${llm.url}${path}`, apiKey: key });
  expect(listing).toMatchObject({ outcome: "ok" });
  expect(listing.models.map((model) => model.id)).toEqual(["demo-1", "demo-2"]);
  const answering = await tested({ kind, baseUrl: `${llm.url}${path}`, apiKey: key, model: "demo-2" });
  expect(answering).toMatchObject({ outcome: "ok", message: "The provider works, and demo-2 answers." });
});

test.each(["openai-compatible", "anthropic", "ollama"])("%s: a wrong key and a missing model are told apart", async (kind) => {
  const base = { kind, baseUrl: `${llm.url}${kind === "openai-compatible" ? "/v1" : ""}` };
  expect(await tested({ ...base, apiKey: "sk-wrong", model: "demo-1" })).toMatchObject({ outcome: "bad_key", models: [] });
  expect(await tested(base)).toMatchObject({
    outcome: "bad_key",
    message: "The provider wants a key. Enter one. The provider said: “Incorrect API key provided.”",
  });
  expect(await tested({ ...base, apiKey: key, model: "gpt-99" })).toMatchObject({
    outcome: "model_missing",
    models: [{ id: "demo-1" }, { id: "demo-2" }],
  });
});

test("the demo model is tested over the same way as agents use", async () => {
  expect(await tested({ kind: "demo", model: "mosaic-demo" })).toMatchObject({ outcome: "ok", models: [{ id: "mosaic-demo" }] });
  expect(await tested({ kind: "demo", model: "other" })).toMatchObject({ outcome: "model_missing" });
});

test("a stored provider is tested with its stored key", async () => {
  const { id } = (
    await ann.post("/api/providers", {
      kind: "openai-compatible",
      name: "Mine",
      baseUrl: `${llm.url}/v1`,
      apiKey: key,
      models: [{ id: "demo-1" }],
    })
  ).json<{ id: string }>();
  expect(await tested({ providerId: id, kind: "openai-compatible", model: "demo-1" })).toMatchObject({ outcome: "ok" });
  expect(await tested({ providerId: id, kind: "openai-compatible", apiKey: "sk-wrong" })).toMatchObject({ outcome: "bad_key" });
});

test.each([
  ["a web page", 200, "<!doctype html><html></html>", "not_llm"],
  ["a page not found", 404, "<html>nothing here</html>", "not_llm"],
  ["other JSON", 200, { hello: "world" }, "not_llm"],
  ["no JSON", 200, "hello", "not_llm"],
  ["a rate limit", 429, { error: { message: "slow down" } }, "rate_limited"],
  ["a used-up quota", 429, { error: { message: "You exceeded your current quota" } }, "rate_limited"],
  ["no credit", 402, {}, "rate_limited"],
  ["a fault", 500, { error: "boom" }, "server_error"],
  ["a proxy's fault", 502, "<html>Bad gateway</html>", "server_error"],
  ["a refusal", 403, {}, "bad_key"],
  ["a strange request", 418, {}, "not_llm"],
])("%s (%i) is told in words", async (_name, status, body, outcome) => {
  const result = await outcomeOf(answering(status, body));
  expect(result).toMatchObject({ outcome, models: [] });
  expect(result.message).toMatch(/[.”]$/);
});

test("a redirect is not followed, and its target never sees the key", async () => {
  let visits = 0;
  const target = await serve((_request, response) => {
    visits += 1;
    response.end("{}");
  });
  const result = await outcomeOf(answering(302, {}, { location: `${target}/v1/models` }), { model: "m" });
  expect(result.outcome).toBe("not_llm");
  expect(result.message).toContain("redirects");
  expect(result.message).not.toContain(target);
  expect(visits).toBe(0);
});

test("nothing of an answer is echoed but ids of models in their shape, and the words of an error without keys", async () => {
  const secret = "canary-in-an-answer";
  const result = await outcomeOf(
    answering(200, {
      data: [
        { id: "fine", name: "Fine" },
        { id: "two words" },
        { id: `two\nlines ${secret}` },
        { id: "x".repeat(201) },
        { id: `a\u0000${secret}` },
        { id: 7 },
        null,
        { id: "fine" },
      ],
      note: secret,
    }),
  );
  expect(result.models).toEqual([{ id: "fine", name: "Fine" }, { id: "two words" }]);
  const failing = await outcomeOf(answering(500, { error: { message: `The pool is empty, ${key}` }, note: secret }), { model: "m" });
  expect(failing.message).toContain("The provider said: “The pool is empty, [hidden]”");
  const page = await outcomeOf(answering(500, `<html>${secret}</html>`), { model: "m" });
  expect(JSON.stringify([result, failing, page])).not.toContain(secret);
});

test("at most 500 models are listed", async () => {
  const data = Array.from({ length: 700 }, (_, index) => ({ id: `m-${index}` }));
  expect((await outcomeOf(answering(200, { data }))).models).toHaveLength(500);
});

test("an endless answer is cut off", async () => {
  const result = await outcomeOf((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const write = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536))) {
        // As fast as the other side reads.
      }
    };
    response.on("drain", write);
    write();
  });
  expect(result.outcome).toBe("not_llm");
  expect(result.message).toContain("too long");
});

test("an unknown host, a closed port, a foreign protocol and a broken connection each have their words", async () => {
  const closed = await serve(answering(200, {}));
  servers.splice(0).forEach((server) => server.close());
  const greeter = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("SSH-2.0-OpenSSH_9.2\r\n");
  });
  servers.push(greeter);
  await new Promise<void>((resolve) => greeter.listen(0, "127.0.0.1", resolve));
  const plain = await serve(answering(200, { data: [] }));
  const at = async (baseUrl: string): Promise<string> => (await tested({ kind: "openai-compatible", baseUrl, apiKey: key })).outcome;
  expect(await at("http://no-such-host.invalid/v1")).toBe("unknown_host");
  expect(await at(closed)).toBe("refused");
  expect(await at(`http://127.0.0.1:${(greeter.address() as AddressInfo).port}`)).toBe("not_llm");
  expect(await at(plain.replace("http:", "https:"))).toBe("tls");
  expect((await outcomeOf((request) => request.socket.destroy())).outcome).toBe("server_error");
});

test("a server that says nothing, or drips, is given up after ten seconds in all", async () => {
  const silent = outcomeOf(() => undefined);
  const dripping = outcomeOf((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 200);
    response.on("close", () => clearInterval(timer));
  });
  for (const result of await Promise.all([silent, dripping])) {
    expect(result.outcome).toBe("timeout");
    expect(result.durationMs).toBeLessThan(12_000);
  }
});

test("this machine's own address is no plain success where agents live in containers", async () => {
  const docker = await startTestApp();
  const member = await docker.member("ann");
  await (await docker.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
  const { outcome, caution } = (
    await member.post("/api/providers/test", { kind: "openai-compatible", baseUrl: `${llm.url}/v1`, apiKey: key })
  ).json<Result>();
  expect([outcome, caution]).toEqual(["ok", expect.stringContaining("containers")]);
  await docker.close();
});

/** An address of this machine that is not its loopback, as the gateway of a bridge is. */
const bridge = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry?.family === "IPv4" && !entry.internal)?.address;

test.skipIf(bridge === undefined).each([
  ["0.0.0.0", "127.0.0.1"],
  ["0.0.0.0", "localhost"],
  ["0.0.0.0", "2130706433"],
  ["127.0.0.1", "127.0.0.1"],
])("a server at %s that is tested at %s: the address for agents in containers is found and tested", async (listensOn, written) => {
  const host = bridge ?? "";
  const docker = await startTestApp();
  docker.runtime.machineHost = host;
  const seenKeys: string[] = [];
  const server = createServer((request, response) => {
    seenKeys.push(String(request.headers.authorization));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data: [{ id: "local" }] }));
  });
  servers.push({ close: () => server.close().closeAllConnections() });
  await new Promise<void>((resolve) => server.listen(0, listensOn, resolve));
  const { port } = server.address() as AddressInfo;
  await (await docker.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1", "localhost"] });
  const member = await docker.member("ann");
  const body = { kind: "openai-compatible", baseUrl: `http://${written}:${port}`, apiKey: "canary-key" };
  const result = (await member.post("/api/providers/test", body)).json<Result>();
  const address = `http://${host}:${port}`;
  expect(result).toMatchObject({ outcome: "ok", caution: expect.stringContaining(address) as string });
  expect(result.agentAddress).toBe(listensOn === "0.0.0.0" ? address : null);
  // The second call goes to whatever listens there: no key goes along.
  expect(seenKeys.filter((sent) => sent.includes("canary"))).toHaveLength(1);
  expect((await member.get("/api/providers")).json()).toMatchObject({ machineHost: host });
  await docker.close();
});

test.skipIf(bridge === undefined)("a server on this machine that containers can't reach: the kind says what to do", async () => {
  const docker = await startTestApp();
  docker.runtime.machineHost = bridge ?? "";
  const local = await serve((_request, response) => response.end("{}"));
  const { port } = new URL(local);
  await (await docker.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: [`${bridge}:${port}`] });
  const member = await docker.member("ann");
  const result = (await member.post("/api/providers/test", { kind: "ollama", baseUrl: `http://${bridge}:${port}` })).json<Result>();
  expect(result).toMatchObject({
    outcome: "refused",
    message: expect.stringContaining("OLLAMA_HOST=0.0.0.0") as string,
    agentAddress: null,
  });
  await docker.close();
});

test("what a model is seen to do is told: from its list, and from the thoughts of its answer", async () => {
  const lists = {
    data: [{ id: "m", architecture: { input_modalities: ["text", "image"] } }, { id: "n", capabilities: ["completion"] }, { id: "o" }],
  };
  const baseUrl = await serve((request, response) => {
    if (request.method === "GET") {
      answering(200, lists)(request, response);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (delta: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
    response.end(`${chunk({ reasoning_content: "hm" })}${chunk({ content: "Hello" })}data: [DONE]\n\n`);
  });
  expect((await tested({ kind: "openai-compatible", baseUrl, apiKey: key })).models).toEqual([
    { id: "m", images: true },
    { id: "n", images: false, reasoning: false },
    { id: "o" },
  ]);
  expect((await tested({ kind: "openai-compatible", baseUrl, apiKey: key, model: "o" })).models[2]).toEqual({ id: "o", reasoning: true });
  expect((await tested({ kind: "openai-compatible", baseUrl, apiKey: key, model: "m" })).models[0]).toEqual({
    id: "m",
    images: true,
    reasoning: true,
  });
});

test("an address inside is not called until an admin has allowed it, and the answer says how", async () => {
  let calls = 0;
  const baseUrl = await serve((_request, response) => {
    calls += 1;
    response.end("{}");
  });
  const admin = await app.admin();
  const allowed = (await admin.get("/api/admin/outbound")).json<{ allowedAddresses: string[] }>();
  await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: [] });
  const refused = await tested({ kind: "openai-compatible", baseUrl, apiKey: key });
  expect(refused).toMatchObject({ outcome: "address_refused", allow: new URL(baseUrl).host });
  expect(refused.message).toContain("An admin can allow this host");
  expect(calls).toBe(0);
  for (const disguise of [
    "http://2130706433/v1",
    "http://[::ffff:127.0.0.1]/v1",
    "http://[64:ff9b::7f00:1]/v1",
    "http://169.254.169.254/v1",
  ]) {
    expect([disguise, (await tested({ kind: "openai-compatible", baseUrl: disguise })).outcome]).toEqual([disguise, "address_refused"]);
  }
  await admin.request("PUT", "/api/admin/outbound", allowed);
  await tested({ kind: "openai-compatible", baseUrl, apiKey: key });
  expect(calls).toBe(1);
});

test("tests of one person go two at a time and wait in bounds, and another person's goes past them", async () => {
  const held: ServerResponse[] = [];
  const baseUrl = await serve((_request, response) => void held.push(response));
  const bob = await app.member("bob-tests");
  const rogue = Array.from({ length: 20 }, async () =>
    ann.post("/api/providers/test", { kind: "openai-compatible", baseUrl, apiKey: key }),
  );
  const refusals: Awaited<(typeof rogue)[number]>[] = [];
  for (const each of rogue) {
    void each.then((answer) => answer.status === 503 && refusals.push(answer));
  }
  // Nobody is let go before all have come: who comes later finds the places free.
  await expect.poll(() => refusals.length, { timeout: 8_000 }).toBe(8);
  const [refused] = refusals;
  expect([refused?.headers.get("retry-after"), refused?.text]).toEqual([
    "5",
    expect.stringContaining("You have started many connection tests at once"),
  ]);
  const working = { kind: "openai-compatible", baseUrl: `${llm.url}/v1`, apiKey: key };
  expect((await bob.post("/api/providers/test", working)).json<Result>()).toMatchObject({ outcome: "ok" });
  await expect.poll(() => held.length).toBe(2);
  // Whoever waits comes next.
  const answered = setInterval(() => held.splice(0).forEach((response) => response.writeHead(404).end()), 5);
  const statuses = (await Promise.all(rogue)).map(({ status }) => status);
  clearInterval(answered);
  expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 503).length]).toEqual([12, 8]);
});

test.each([
  ["a provider", "/api/providers/test", (url: string) => ({ kind: "openai-compatible", baseUrl: url, apiKey: key })],
  ["the sign-in server", "/api/admin/oidc/test", (url: string) => ({ issuer: url })],
])("whoever leaves does not wait any more for a test of %s, and nothing is tested for them", async (_what, path, bodyOf) => {
  const held: ServerResponse[] = [];
  const url = await serve((_request, response) => void held.push(response));
  const admin = await app.admin();
  const tests = vi.spyOn(app.nest.get(OutboundService, { strict: false }), "test");
  const running = [admin.post(path, bodyOf(url)), admin.post(path, bodyOf(url))];
  await expect.poll(() => held.length).toBe(2);
  const leaving = new AbortController();
  const waiting = Promise.allSettled(Array.from({ length: 5 }, async () => admin.post(path, bodyOf(url), { signal: leaving.signal })));
  await expect.poll(() => tests.mock.calls.length, { timeout: 8_000 }).toBe(7);
  leaving.abort();
  await waiting;
  const given = (): number => tests.mock.settledResults.filter(({ type }) => type === "rejected").length;
  await expect.poll(given, { timeout: 5_000 }).toBe(5);
  held.forEach((response) => response.writeHead(404).end());
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
  expect(held).toHaveLength(2);
  tests.mockRestore();
});

test("all that a test asks has one end, and a name that is not looked up in time holds up nobody and is logged", async () => {
  const deadlines: AbortController[] = [];
  const deadline = (): AbortSignal => {
    const next = new AbortController();
    deadlines.push(next);
    return next.signal;
  };
  const later: ((answer: Promise<string[]>) => void)[] = [];
  /** For the call, then for the question whether it leads to this machine. */
  let isCall = false;
  const resolve = async (): Promise<string[]> => {
    isCall = !isCall;
    return isCall ? ["127.0.0.1"] : new Promise((answer) => later.push(answer));
  };
  const docker = await startTestApp({
    replace: [
      { token: NameLookUps, value: new NameLookUps(4, resolve) },
      { token: TEST_DEADLINE, value: deadline },
    ],
  });
  const logged = vi.spyOn(docker.nest.get(Logger, { strict: false }), "error").mockImplementation(() => undefined);
  const member = await docker.member("ann");
  await (await docker.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
  const baseUrl = `${llm.url.replace("127.0.0.1", "models.test")}/v1`;
  const started = async (): Promise<Result> =>
    (await member.post("/api/providers/test", { kind: "openai-compatible", baseUrl, apiKey: key })).json<Result>();

  const failing = started();
  await expect.poll(() => later.length).toBe(1);
  later[0]?.(Promise.reject(Object.assign(new Error("away"), { code: "EAI_AGAIN" })));
  expect(await failing).toMatchObject({ outcome: "ok", caution: null });

  const hanging = started();
  await expect.poll(() => later.length).toBe(2);
  deadlines.at(-1)?.abort(new DOMException("over", "TimeoutError"));
  expect(await hanging).toMatchObject({ outcome: "ok", caution: null });

  expect(deadlines).toHaveLength(2);
  expect(logged.mock.calls).toHaveLength(2);
  expect(logged.mock.calls[0]).toEqual([
    expect.stringContaining("was not looked up"),
    expect.objectContaining({ code: "EAI_AGAIN" }),
    { host: "models.test" },
  ]);
  later[1]?.(Promise.resolve(["127.0.0.1"]));
  await docker.close();
});
