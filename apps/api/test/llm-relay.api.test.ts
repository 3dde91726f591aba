import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { randomUUIDv7 } from "node:crypto";
import { deriveGatewayToken, deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { containerTokenContext } from "../src/modules/agent-config/agent-config.types.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { hashToken, newToken } from "../src/modules/crypto/tokens.js";
import { Logger } from "../src/platform/logging/logger.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const key = "sk-shared-canary-key-0123456789abcdef";

let app: TestApp;
let admin: TestClient;
let ann: TestClient;
let llm: Server;
let calls: { url: string; headers: IncomingMessage["headers"]; body: string }[];
let answer: RequestListener;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.admin();
  ann = await app.member("ann");
  llm = createServer((request, response) => {
    void text(request).then((body) => {
      calls.push({ url: request.url ?? "", headers: request.headers, body });
      answer(request, response);
    });
  }).listen(0, "127.0.0.1");
  await vi.waitFor(() => expect(llm.listening).toBe(true));
  expect((await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] })).status).toBe(200);
});

afterAll(async () => {
  llm.closeAllConnections();
  llm.close();
  await app.close();
});

beforeEach(() => {
  calls = [];
  answer = (_request, response) =>
    response.writeHead(200, { "content-type": "application/json", "openai-organization": "acme" }).end('{"ok":true}');
});

interface Relayed {
  readonly agentId: string;
  readonly providerId: string;
  readonly token: string;
}

function baseUrl(): string {
  return `http://127.0.0.1:${(llm.address() as AddressInfo).port}/v1`;
}

async function runningContainer(agentId: string, ownerId: string | null, status = "running"): Promise<string> {
  const token = newToken();
  const sealed = app.nest.get(CryptoService, { strict: false }).seal(token, containerTokenContext(ownerId, agentId));
  await app.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, endpoint_host, endpoint_port) VALUES ($1, $2, $3, $4, $5, '127.0.0.1', 1)",
    [agentId, `mosaic-${randomUUIDv7()}`, status, sealed, Buffer.from(hashToken(token))],
  );
  return token;
}

/** A member's agent that uses what the admin shares. */
async function shared(kind = "openai-compatible", models: readonly object[] = [{ id: "m-1" }, { id: "dear" }]): Promise<Relayed> {
  const created = await admin.post("/api/providers", { kind, name: "Ours", baseUrl: baseUrl(), apiKey: key, models });
  const providerId = created.json<{ id: string }>().id;
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [providerId]);
  const member = await app.member(uniqueName("member"));
  const agentId = (await member.post("/api/agents", { name: "Robin" })).json<{ id: string }>().id;
  await app.database.query("INSERT INTO model_assignments (id, agent_id, provider_id, model) VALUES ($1, $2, $3, 'm-1')", [
    randomUUIDv7(),
    agentId,
    providerId,
  ]);
  return { agentId, providerId, token: await runningContainer(agentId, member.userId) };
}

async function call(
  { agentId, providerId, token }: Relayed,
  changes: {
    path?: string;
    body?: unknown;
    headers?: Record<string, string>;
    base?: string;
    signal?: AbortSignal;
    method?: "GET" | "POST";
  } = {},
): Promise<Response> {
  return fetch(
    `${changes.base ?? app.internalUrl}/api/internal/agent-config/${agentId}/llm/${providerId}/${changes.path ?? "chat/completions"}`,
    {
      method: changes.method ?? "POST",
      headers: { authorization: `Bearer ${deriveRelayToken(token)}`, "content-type": "application/json", ...changes.headers },
      ...(changes.method === "GET" ? {} : { body: JSON.stringify(changes.body ?? { model: "m-1", messages: [] }) }),
      ...(changes.signal === undefined ? {} : { signal: changes.signal }),
    },
  );
}

async function sendRaw(
  { agentId, providerId, token }: Relayed,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/llm/${providerId}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${deriveRelayToken(token)}`, "content-type": "application/json", ...headers },
    body,
  });
}

test("an agent calls a shared provider with a token of its own, and the key is added on the way", async () => {
  const relayed = await shared();
  const response = await call(relayed, {
    body: { model: "m-1", messages: [{ role: "user", content: "a\u0000b" }] },
    headers: { "x-forwarded-for": "1.2.3.4" },
  });
  expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  expect(response.headers.get("openai-organization")).toBeNull();
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({ url: "/v1/chat/completions", headers: { authorization: `Bearer ${key}` } });
  expect(calls[0]?.headers["x-forwarded-for"]).toBeUndefined();
  expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ model: "m-1", messages: [{ role: "user", content: "a\u0000b" }] });
});

test("the container's files hold neither the shared key nor its address", async () => {
  const { agentId, providerId, token } = await shared();
  const response = await fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/bundle`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const bundle = await response.text();
  expect(response.status).toBe(200);
  expect(bundle).not.toContain(key);
  expect(bundle).not.toContain(baseUrl());
  expect(bundle).toContain(`/api/internal/agent-config/${agentId}/llm/${providerId}`);
  expect(bundle).toContain(deriveRelayToken(token));
});

test("Anthropic's header works in both directions", async () => {
  const relayed = await shared("anthropic");
  const response = await call(relayed, {
    path: "v1/messages",
    headers: { authorization: "", "x-api-key": deriveRelayToken(relayed.token), "anthropic-version": "2023-06-01" },
  });
  expect(response.status).toBe(200);
  expect(calls[0]).toMatchObject({ url: "/v1/messages", headers: { "x-api-key": key, "anthropic-version": "2023-06-01" } });
});

test("a stream is passed on while it arrives, and ends at the provider when the agent leaves", async () => {
  const relayed = await shared();
  let isClosed = false;
  answer = (request, response) => {
    request.socket.once("close", () => (isClosed = true));
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
  };
  const leaving = new AbortController();
  const response = await call(relayed, { signal: leaving.signal });
  const reader = response.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 1\n\n");
  expect(isClosed).toBe(false);
  leaving.abort();
  await vi.waitFor(() => expect(isClosed).toBe(true));
});

test("a provider that breaks off breaks off for the agent too", async () => {
  const relayed = await shared();
  answer = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    setImmediate(() => response.destroy());
  };
  await expect(call(relayed).then(async (response) => response.text())).rejects.toThrow();
});

test("a provider's error is passed on with its status, and without the key that it quotes", async () => {
  const relayed = await shared();
  answer = (_request, response) =>
    response
      .writeHead(401, { "content-type": "application/json", "retry-after": "7" })
      .end(`{"error":{"message":"Incorrect API key provided: ${key}"}}`);
  const response = await call(relayed);
  expect([response.status, response.headers.get("retry-after")]).toEqual([401, "7"]);
  expect(await response.text()).toMatch(/^\{"error":\{"message":"Incorrect API key provided: (?!sk-)/);
});

test("a provider that is away is told as a problem", async () => {
  const relayed = await shared();
  await app.database.query("UPDATE llm_providers SET base_url = 'http://127.0.0.1:1/v1' WHERE id = $1", [relayed.providerId]);
  expect((await call(relayed)).status).toBe(502);
});

test("an address that is not allowed is not called, whoever shares it", async () => {
  const relayed = await shared();
  await app.database.query("UPDATE llm_providers SET base_url = 'http://169.254.169.254/v1' WHERE id = $1", [relayed.providerId]);
  const logged = vi.spyOn(app.nest.get(Logger, { strict: false }), "error");
  const response = await call(relayed);
  expect(response.status).toBe(502);
  const words = await response.text();
  expect(words).toContain(`Mosaic can't reach the shared provider \\"Ours\\"`);
  expect(words).not.toMatch(/169\.254|link-local|Allowed addresses/);
  // An admin reads there what the member must not know.
  expect(JSON.stringify(logged.mock.calls.map(([, , fields]) => fields))).toContain("Mosaic does not call 169.254.169.254");
  logged.mockRestore();
});

test("a fault that quotes the provider's address and account is told without them, and whole in the log", async () => {
  const relayed = await shared();
  const logged = vi.spyOn(app.nest.get(Logger, { strict: false }), "warn");
  const words = `upstream ${baseUrl()} of org-0123456789ab failed: connect ECONNREFUSED 10.1.2.3:80`;
  answer = (_request, response) =>
    response.writeHead(503, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: words } }));
  const response = await call(relayed);
  const told = await response.text();
  expect([response.status, told]).toEqual([
    503,
    '{"error":{"message":"upstream [hidden] of [hidden] failed: connect ECONNREFUSED [hidden]"}}',
  ]);
  expect(JSON.stringify(logged.mock.calls)).toContain(baseUrl());
  answer = (_request, response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).end(`data: {"choices":[]}\n\ndata: {"error":"${words}"}\n\n`);
  const streamed = await (await call(relayed)).text();
  expect(streamed).toBe(
    'data: {"choices":[]}\n\ndata: {"error":"upstream [hidden] of [hidden] failed: connect ECONNREFUSED [hidden]"}\n\n',
  );
  logged.mockRestore();
});

test.each<[string, Parameters<typeof call>[1]]>([
  ["another model of the provider", { body: { model: "dear", messages: [] } }],
  ["no model", { body: { messages: [] } }],
  ["a model by another field", { body: { name: "m-1", messages: [] } }],
  ["another path of the API", { path: "models" }],
  ["a path that climbs", { path: "chat/completions/..%2f..%2fkeys" }],
])("%s is closed", async (_what, changes) => {
  const relayed = await shared();
  expect((await call(relayed, changes)).status).toBe(404);
  expect(calls).toEqual([]);
});

test("a model named twice is refused, and so is what is no JSON", async () => {
  const relayed = await shared();
  for (const body of ['{"model":"dear","model":"m-1"}', '{"model":"m-1"', "{}}", "[]", '{"model":"m-1"} /* */']) {
    expect([body, (await sendRaw(relayed, body)).status]).toEqual([body, 400]);
  }
  expect((await sendRaw(relayed, "{}", { "content-encoding": "gzip" })).status).toBe(415);
  expect(calls).toEqual([]);
});

test("only known fields reach the provider, and an answer no longer than its model may give", async () => {
  const relayed = await shared("openai-compatible", [{ id: "m-1", maxTokens: 1_000 }]);
  const unknown = { api_base: "http://evil.example", base_url: "http://evil.example", extra_body: {}, fallbacks: ["dear"], Model: "dear" };
  expect((await call(relayed, { body: { model: "m-1", messages: [], max_tokens: 1e9, n: 1, ...unknown } })).status).toBe(200);
  expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ model: "m-1", messages: [], max_tokens: 1_000, n: 1 });
  const many = await call(relayed, { body: { model: "m-1", messages: [], n: 100 } });
  expect([many.status, await many.text()]).toEqual([400, expect.stringContaining("must be 1")]);
  expect(calls).toHaveLength(1);
});

test("whoever shows no token, another agent's or the gateway's is refused alike", async () => {
  const mine = await shared();
  const other = await shared();
  const tokens = [
    "",
    "Bearer x",
    `Bearer ${deriveRelayToken(other.token)}`,
    `Bearer ${deriveGatewayToken(mine.token)}`,
    `Bearer ${Buffer.from(hashToken(mine.token)).toString("base64url")}`,
  ];
  for (const authorization of tokens) {
    expect([authorization, (await call(mine, { headers: { authorization } })).status]).toEqual([authorization, 401]);
  }
  await app.database.query("UPDATE agent_containers SET status = 'stopped' WHERE agent_id = $1", [mine.agentId]);
  expect((await call(mine)).status).toBe(401);
  expect(calls).toEqual([]);
});

test("what is no longer shared, switched off, or not the agent's choice any more is closed at once", async () => {
  for (const change of ["is_shared = false", "is_active = false"]) {
    const relayed = await shared();
    expect((await call(relayed)).status).toBe(200);
    await app.database.query(`UPDATE llm_providers SET ${change} WHERE id = $1`, [relayed.providerId]);
    expect([change, (await call(relayed)).status]).toEqual([change, 404]);
  }
});

test("a body of many megabytes goes through, and is not even read from a stranger", async () => {
  const relayed = await shared();
  const large = { model: "m-1", messages: [{ role: "user", content: "x".repeat(5 * 1024 * 1024) }] };
  expect((await call(relayed, { body: large })).status).toBe(200);
  expect((await call(relayed, { body: large, headers: { authorization: "Bearer x" } })).status).toBe(401);
});

test("what the agent does not use is refused before a byte of it is read", async () => {
  const relayed = await shared();
  const neverEnds = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
  const url = `${app.internalUrl}/api/internal/agent-config/${relayed.agentId}/llm/${randomUUIDv7()}/chat/completions`;
  const headers = { authorization: `Bearer ${deriveRelayToken(relayed.token)}`, "content-type": "application/json" };
  const leaving = new AbortController();
  const init = { method: "POST", headers, body: neverEnds, duplex: "half", signal: leaving.signal } as RequestInit;
  expect((await fetch(url, init)).status).toBe(404);
  leaving.abort();
});

test("the agent of somebody who was disabled calls no more, though its container still runs", async () => {
  const relayed = await shared();
  expect((await call(relayed)).status).toBe(200);
  await app.database.query("UPDATE users SET disabled_at = now() WHERE id = (SELECT owner_id FROM agents WHERE id = $1)", [
    relayed.agentId,
  ]);
  expect((await call(relayed)).status).toBe(401);
});

test("one agent has eight calls at once, and the next when one has ended", async () => {
  const relayed = await shared();
  const waiting = Array.from({ length: 8 }, () => Promise.withResolvers<void>());
  const begun: unknown[] = [];
  answer = (_request, response) => {
    const own = waiting[begun.push(response) - 1];
    void own?.promise.then(() => response.end("{}"));
    if (own === undefined) {
      response.end("{}");
    }
  };
  const calls = waiting.map(() => call(relayed));
  await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(8);
  expect((await call(relayed)).status).toBe(429);
  waiting.forEach(({ resolve }) => resolve());
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 200));
  expect((await call(relayed)).status).toBe(200);
});

test("an agent's own provider is not relayed: it has the key itself", async () => {
  const providerId = (
    await ann.post("/api/providers", { kind: "openai-compatible", name: "Mine", baseUrl: baseUrl(), apiKey: key, models: [{ id: "m-1" }] })
  ).json<{ id: string }>().id;
  const agentId = (await ann.post("/api/agents", { name: "Own", model: { providerId, model: "m-1" } })).json<{ id: string }>().id;
  const token = await runningContainer(agentId, ann.userId);
  expect((await call({ agentId, providerId, token })).status).toBe(404);
});

/** A member's agent of a kind that reaches every model through the relay, with a provider of their own. */
async function own(kind: string, over: object = {}): Promise<Relayed> {
  const member = await app.member(uniqueName("member"));
  const body = { kind, name: "Mine", baseUrl: baseUrl(), apiKey: key, models: [{ id: "m-1", maxTokens: 2048 }], ...over };
  const providerId = (await member.post("/api/providers", body)).json<{ id: string }>().id;
  const made = await member.post("/api/agents", { name: "Robin", backend: "nanobot", model: { providerId, model: "m-1" } });
  const agentId = made.json<{ id: string }>().id;
  return { agentId, providerId, token: await runningContainer(agentId, member.userId) };
}

const chat = { model: "m-1", messages: [{ role: "user", content: "hi" }], max_tokens: 100_000, stream: true, secret_field: 1 };

test.each([
  ["openai-compatible", "/v1/chat/completions", "max_tokens"],
  ["openai", "/v1/chat/completions", "max_completion_tokens"],
  ["zai", "/v1/chat/completions", "max_tokens"],
  ["anthropic", "/v1/chat/completions", "max_tokens"],
  ["ollama", "/v1/chat/completions", "max_tokens"],
])(
  "a kind that reaches models through the relay alone speaks OpenAI's chat API to its owner's provider of kind %s",
  async (kind, url, limit) => {
    const agent = await own(kind);
    expect((await call(agent, { path: "v1/chat/completions", body: chat })).status).toBe(200);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ url, headers: { authorization: `Bearer ${key}` } });
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ model: "m-1", messages: chat.messages, [limit]: 2048, stream: true });
  },
);

test("such an agent is told the models that it may call, and neither key nor address is in what its container gets", async () => {
  const agent = await own("openai-compatible");
  const listed = await call(agent, { path: "v1/models", method: "GET" });
  expect(await listed.json()).toEqual({ object: "list", data: [expect.objectContaining({ id: "m-1", object: "model" })] });
  const bundle = await fetch(`${app.internalUrl}/api/internal/agent-config/${agent.agentId}/bundle`, {
    headers: { authorization: `Bearer ${agent.token}` },
  });
  const text = await bundle.text();
  expect(bundle.status).toBe(200);
  expect(text).not.toContain(key);
  expect(text).not.toContain(baseUrl());
  expect(text).toContain(`/llm/${agent.providerId}/v1`);
});

test("the owner's own provider that can't be reached is told with its own words, since it is theirs", async () => {
  const agent = await own("openai-compatible", { baseUrl: "http://127.0.0.1:9/v1" });
  const answer = await call(agent, { path: "v1/chat/completions", body: chat });
  expect(answer.status).toBe(502);
  expect(((await answer.json()) as { detail: string }).detail).toBe(
    'Mosaic can\'t reach the provider "Mine", which this kind of agent uses through Mosaic. Nothing listens there: 127.0.0.1 refused the connection.',
  );
});

test("the public port knows nothing of it", async () => {
  expect((await call(await shared(), { base: app.url })).status).toBe(404);
});
