import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startDemoLlm, type DemoLlmServer } from "@mosaic/demo-llm/demo-llm";
import type { Agent } from "@mosaic/contracts/agent";
import type { SessionUser } from "@mosaic/contracts/identity";
import type { Problem } from "@mosaic/contracts/problem";
import type { Provider, ProviderKind } from "@mosaic/contracts/provider";
import { receiveBody } from "@mosaic/incoming/bounded-body";
import { Body, Controller, HttpCode, Post, Res } from "@nestjs/common";
import type { Response } from "express";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CurrentUser } from "../src/modules/auth/current-user.decorator.js";
import { PlainModelsService } from "../src/modules/plain-models/plain-models.service.js";
import { SignedIn } from "../src/platform/http/access.decorator.js";
import { goneSignal } from "../src/platform/http/gone-signal.js";
import { PathId } from "../src/platform/http/path-id.decorator.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { Answer, TestClient } from "./harness/test-client.js";

const apiKey = "sk-only-for-mosaic-0123456789";
const shownModel = "openclaw/ada";

@Controller("api/planted")
@SignedIn("chat")
class PlantedController {
  @Post("agents/:id")
  @HttpCode(200)
  async chat(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body() body: Record<string, unknown>,
    @Res() response: Response,
  ): Promise<void> {
    await service().chat(user, id, body, shownModel, response, goneSignal(response));
  }

  @Post("embeddings")
  @HttpCode(200)
  async embeddings(@CurrentUser() user: SessionUser, @Body() body: Record<string, unknown>, @Res() response: Response): Promise<void> {
    await service().embeddings(user, body, response, goneSignal(response));
  }
}

type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;
interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

let app: TestApp;
let llm: DemoLlmServer;
let hostile: Server;
let hostileUrl: string;
let behave: Behaviour = () => undefined;
let open = 0;
const asked: Asked[] = [];

const service = (): PlainModelsService => app.nest.get(PlainModelsService, { strict: false });

beforeAll(async () => {
  app = await startTestApp({ controllers: [PlantedController] });
  llm = await startDemoLlm({ apiKey, models: ["chat-one", "chat-two"], record: true });
  hostile = createServer((request, response) => {
    open += 1;
    response.once("close", () => (open -= 1));
    void receiveBody(request, { maxBytes: 1_000_000, arrivalMs: 5_000 }, (fault) => new Error(fault)).then((bytes) => {
      asked.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(bytes.toString()) as Record<string, unknown> });
      behave(response, request);
    });
  });
  await new Promise<void>((resolve) => hostile.listen(0, "127.0.0.1", resolve));
  hostileUrl = `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`;
  await (await app.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
});

afterEach(() => {
  hostile.closeAllConnections();
  asked.length = 0;
});

afterAll(async () => {
  await app?.close();
  await llm?.close();
  hostile?.close().closeAllConnections();
});

async function provider(client: TestClient, over: object = {}): Promise<Provider> {
  const body = { kind: "openai-compatible", name: "Ours", baseUrl: `${llm.url}/v1`, apiKey, models: [{ id: "chat-one" }], ...over };
  const made = await client.post("/api/providers", body);
  expect(made.status).toBe(201);
  return made.json<Provider>();
}

async function agentOn(client: TestClient, providerId: string, fallbacks: readonly object[] = []): Promise<string> {
  const made = await client.post("/api/agents", { name: "Ada", model: { providerId, model: "chat-one" }, fallbacks });
  expect(made.status).toBe(201);
  return made.json<Agent>().id;
}

async function person(over: object = {}): Promise<{ client: TestClient; agentId: string; providerId: string }> {
  const client = await app.member(uniqueName("ann"));
  const { id: providerId } = await provider(client, over);
  return { client, providerId, agentId: await agentOn(client, providerId) };
}

const atHostile = { baseUrl: "", models: [{ id: "chat-one", maxTokens: 1000 }] };
const hostilePerson = async (over: object = {}): ReturnType<typeof person> =>
  person({ ...atHostile, baseUrl: `${hostileUrl}/v1`, ...over });

const question = { model: "ignored", messages: [{ role: "user", content: "Name this chat." }] };
const chat = async (client: TestClient, agentId: string, body: object = {}): Promise<Answer> =>
  client.post(`/api/planted/agents/${agentId}`, { ...question, ...body });
const problemOf = (answer: Answer): Problem => answer.json<Problem>();

function framesOf(text: string): Record<string, unknown>[] {
  expect(text).not.toMatch(/^(?!data: \S|$)/m);
  return text
    .split("\n\n")
    .filter((one) => one !== "" && one !== "data: [DONE]")
    .map((one) => JSON.parse(one.slice("data: ".length)) as Record<string, unknown>);
}

const chunk = (content: string, reason: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: reason }] })}\n\n`;
const streams =
  (...pieces: readonly string[]): Behaviour =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    pieces.forEach((piece) => response.write(piece));
    response.end();
  };
const answers =
  (status: number, body: unknown, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  };

describe.each<[ProviderKind, string]>([
  ["openai-compatible", "/v1"],
  ["openai", "/v1"],
  ["zai", "/v1"],
  ["ollama", ""],
  ["anthropic", ""],
])("a model of %s", (kind, path) => {
  test("answers without the agent, whole and streamed, and is called what the client calls it", async () => {
    const { client, agentId } = await person({ kind, baseUrl: `${llm.url}${path}` });
    const whole = await chat(client, agentId);
    expect(whole.status).toBe(200);
    expect(whole.json()).toMatchObject({
      object: "chat.completion",
      model: shownModel,
      choices: [{ index: 0, message: { role: "assistant", content: expect.stringContaining("> Name this chat.") }, finish_reason: "stop" }],
      usage: { prompt_tokens: expect.any(Number) },
    });
    const streamed = await chat(client, agentId, { stream: true, stream_options: { include_usage: true } });
    expect(streamed.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(streamed.text).toMatch(/data: \[DONE\]\n\n$/);
    const frames = framesOf(streamed.text);
    expect(frames.every(({ object, model }) => object === "chat.completion.chunk" && model === shownModel)).toBe(true);
    expect(frames[0]).toMatchObject({ choices: [{ delta: { role: "assistant", content: "" } }] });
    expect(frames.at(-2)).toMatchObject({ choices: [{ finish_reason: "stop" }] });
    expect(frames.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    const said = frames.map(({ choices }) => (choices as { delta: { content?: string } }[])[0]?.delta.content ?? "").join("");
    expect(said).toContain("> Name this chat.");
    expect(await app.database.query("SELECT 1 FROM messages UNION ALL SELECT 1 FROM conversations")).toEqual([]);
    expect(whole.text + streamed.text).not.toContain("chat-one");
  });
});

test("the demo model answers too, and says so when an admin switched it off", async () => {
  const client = await app.member(uniqueName("ann"));
  const demo = await provider(client, { kind: "demo", baseUrl: null, apiKey: null, models: [{ id: "mosaic-demo" }] });
  const made = await client.post("/api/agents", { name: "Ada", model: { providerId: demo.id, model: "mosaic-demo" } });
  const { id } = made.json<Agent>();
  expect((await chat(client, id)).text).toContain("Mosaic demo model");
  expect(problemOf(await client.post("/api/planted/embeddings", { model: "mosaic-demo", input: "a" }))).toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("has no embeddings"),
  });
  await (await app.admin()).put("/api/admin/demo-model", { isOn: false });
  expect(problemOf(await chat(client, id)).code).toBe("demo_model_off");
  await (await app.admin()).put("/api/admin/demo-model", { isOn: true });
});

test("nobody asks through another's agent, an admin neither, and without a model there is no answer", async () => {
  const { agentId } = await person();
  const missing = await chat(await app.member(uniqueName("bob")), "0198c1b2-7a60-7c3e-8f00-0123456789ab");
  expect(missing.status).toBe(404);
  for (const other of [await app.member(uniqueName("bob")), await app.admin()]) {
    expect((await chat(other, agentId)).text).toBe(missing.text);
  }
  const bob = await app.member(uniqueName("bob"));
  const bare = (await bob.post("/api/agents", { name: "Bare" })).json<Agent>();
  expect(problemOf(await chat(bob, bare.id)).code).toBe("model_not_assigned");
  expect((await chat(await app.member(uniqueName("eve")), bare.id)).text).toBe(missing.text);
});

test("a system agent's model answers admins, and to others there is no such agent", async () => {
  const admin = await app.admin();
  const { id: providerId } = await provider(admin);
  const made = await admin.post("/api/admin/system-agents", { name: "Concierge", model: { providerId, model: "chat-one" } });
  const { id } = made.json<Agent>();
  expect((await chat(admin, id)).status).toBe(200);
  expect(problemOf(await chat(await app.member(uniqueName("bob")), id)).code).toBe("not_found");
});

test("only what describes an answer goes on, with the provider's own key", async () => {
  const { client, agentId } = await hostilePerson();
  behave = answers(200, { choices: [{ message: { content: "Title" } }] });
  const more = {
    temperature: 0.2,
    max_tokens: 50_000,
    n: 2,
    seed: null,
    user: "ann",
    metadata: { a: 1 },
    store: true,
    service_tier: "priority",
  };
  expect((await chat(client, agentId, { ...more, web_search_options: {}, tools: [{ type: "web_search" }] })).status).toBe(200);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
  expect(asked[0]?.body).toEqual({
    model: "chat-one",
    messages: question.messages,
    temperature: 0.2,
    tools: [],
    n: 2,
    stream: false,
    max_tokens: 1000,
  });
});

test.each([[{ messages: [] }], [{ messages: "hello" }], [{ n: 99 }], [{ n: "2" }]])("%j is refused, and nobody is asked", async (body) => {
  const { client, agentId } = await hostilePerson();
  expect(problemOf(await chat(client, agentId, body)).code).toBe("invalid_input");
  expect(asked).toEqual([]);
});

test.each([
  [401, "provider_key_refused"],
  [403, "provider_key_refused"],
  [404, "provider_model_missing"],
  [429, "provider_rate_limited"],
  [500, "provider_failed"],
  [400, "invalid_input"],
])("a provider's refusal (%d) is told in its own words, streamed or not", async (status, code) => {
  const { client, agentId } = await hostilePerson();
  behave = answers(status, { error: { message: `the mouth is closed for ${apiKey}` } }, { "retry-after": "7" });
  for (const stream of [false, true]) {
    const answer = await chat(client, agentId, { stream });
    expect(problemOf(answer)).toMatchObject({ code, detail: expect.stringContaining("the mouth is closed") });
    expect(answer.text).not.toContain(apiKey);
    expect(answer.headers.get("retry-after")).toBe("7");
  }
});

test("of a provider that an admin shares, members are told neither its words nor its address", async () => {
  const admin = await app.admin();
  const { id } = await provider(admin, { ...atHostile, baseUrl: `${hostileUrl}/v1` });
  await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [id]);
  const client = await app.member(uniqueName("ann"));
  const agentId = await agentOn(client, id);
  const faults: Behaviour[] = [
    answers(401, { error: { message: "the boss must pay" } }),
    answers(200, { error: { message: "the boss must pay" } }),
    streams('data: {"error":{"message":"the boss must pay"}}\n\n'),
    streams(chunk("a"), 'data: {"error":{"message":"the boss must pay"}}\n\n'),
    (response) => response.destroy(),
  ];
  for (const fault of faults) {
    behave = fault;
    const { text } = await chat(client, agentId, { stream: true });
    expect(text).toContain("provider_");
    expect(text).not.toMatch(/boss|127\.0\.0\.1|sk-only/);
  }
  expect(problemOf(await chat(client, agentId, { n: 2 })).code).toBe("invalid_input");
  behave = answers(200, { data: [{ embedding: [1] }] });
  expect((await client.post("/api/planted/embeddings", { model: "chat-one", input: "a" })).status).toBe(200);
  expect(problemOf(await client.post("/api/planted/embeddings", { model: "dear-one", input: "a" })).code).toBe("not_found");
});

test("where the model in use fails a fallback answers, and where all fail the first one's fault is told", async () => {
  const { client, providerId } = await hostilePerson();
  const second = await provider(client, { models: [{ id: "chat-two" }] });
  const agentId = await agentOn(client, providerId, [{ providerId: second.id, model: "chat-two" }]);
  behave = answers(500, "{}");
  expect((await chat(client, agentId, { stream: true })).text).toContain("[DONE]");
  llm.setKey("another");
  expect(problemOf(await chat(client, agentId)).code).toBe("provider_failed");
  llm.setKey(apiKey);
});

describe("a hostile provider", () => {
  test.each<[string, Behaviour]>([
    ["a page", answers(200, "<!doctype html><html></html>", { "content-type": "text/html" })],
    ["a page called JSON", answers(200, "<html>")],
    ["JSON that is no answer", answers(200, { object: "list" })],
    ["nothing", streams()],
    ["comments only", streams(": hello\n\n", ": hello\n\n")],
    ["an end without a beginning", streams("data: [DONE]\n\n")],
    ["a line without an end", streams("data: ", "x".repeat(3 * 1024 * 1024))],
    ["binary", answers(200, "\u0000\u0001\u0002".repeat(1000), { "content-type": "application/octet-stream" })],
    ["a broken connection", (response) => response.destroy()],
  ])("that sends %s is told as a fault, streamed or not", async (_what, behaviour) => {
    const { client, agentId } = await hostilePerson();
    behave = behaviour;
    for (const stream of [true, false]) {
      expect(problemOf(await chat(client, agentId, { stream })).code).toBe("provider_failed");
    }
  });

  test("that answers whole where a stream was asked for is streamed all the same", async () => {
    const { client, agentId } = await hostilePerson();
    behave = answers(200, { choices: [{ message: { content: "Title" }, finish_reason: "stop" }] });
    const { text } = await chat(client, agentId, { stream: true });
    expect(framesOf(text)).toMatchObject([{}, { choices: [{ delta: { content: "Title" } }] }, { choices: [{ finish_reason: "stop" }] }]);
  });

  test.each<[string, Behaviour, string]>([
    ["breaks off", streams(chunk("a")), "broke off"],
    ["fails in the middle", streams(chunk("a"), 'data: {"error":"out of memory"}\n\n', chunk("b")), "out of memory"],
    [
      "cuts the connection",
      (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write(chunk("a"), () => response.destroy());
      },
      "closed the connection",
    ],
  ])("that %s tells so within the stream, as OpenAI does, and never says that it is done", async (_what, behaviour, words) => {
    const { client, agentId } = await hostilePerson();
    behave = behaviour;
    const { status, text } = await chat(client, agentId, { stream: true });
    expect(status).toBe(200);
    expect(framesOf(text).at(-1)).toMatchObject({ error: { message: expect.stringContaining(words), code: "provider_failed" } });
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"b"');
  });

  test("that sends frames without end is cut off, and its connection is closed", async () => {
    const { client, agentId } = await hostilePerson();
    behave = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const more = (): void => {
        while (!response.destroyed && response.write(chunk("x".repeat(60_000)))) {
          // Until the socket is full.
        }
        response.once("drain", more);
      };
      more();
    };
    const { text } = await chat(client, agentId, { stream: true });
    expect(text.length).toBeLessThan(20 * 1024 * 1024);
    expect(text).toContain("The provider's answer is too long.");
    await expect.poll(() => open).toBe(0);
  });
});

test("a client that leaves ends the call", async () => {
  const { client, agentId } = await hostilePerson();
  behave = (response) => void response.writeHead(200, { "content-type": "text/event-stream" }).write(chunk("a"));
  const leaving = new AbortController();
  const path = `/api/planted/agents/${agentId}`;
  const streamed = await client.open("POST", path, { ...question, stream: true }, { signal: leaving.signal });
  expect(streamed.status).toBe(200);
  expect(open).toBe(1);
  leaving.abort();
  await expect.poll(() => open, { timeout: 5_000 }).toBe(0);
});

test("four at once of one person are asked, a few more wait, and others are not kept waiting by them", async () => {
  const ann = await hostilePerson();
  const bob = await person();
  behave = () => undefined;
  const leaving = new AbortController();
  const codes: string[] = [];
  const all = Array.from({ length: 18 }, async () => {
    const path = `/api/planted/agents/${ann.agentId}`;
    const answer = await ann.client.post(path, question, { signal: leaving.signal }).catch(() => null);
    codes.push(answer === null ? "left" : problemOf(answer).code);
  });
  await expect.poll(() => codes, { timeout: 10_000 }).toEqual(["overloaded", "overloaded"]);
  expect(open).toBe(4);
  expect((await chat(bob.client, bob.agentId)).status).toBe(200);
  leaving.abort();
  await Promise.all(all);
  expect(codes.filter((code) => code === "left")).toHaveLength(16);
  await expect.poll(() => open, { timeout: 5_000 }).toBe(0);
});

describe("embeddings", () => {
  const embed = async (client: TestClient, body: object = {}): Promise<Answer> =>
    client.post("/api/planted/embeddings", { model: "embed-one", input: ["a", "b"], ...body });
  const good = {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [0.1, -2e-3] }],
    model: "real-name",
    usage: { prompt_tokens: 2, total_tokens: 2 },
  };

  test("come from the provider that lists the model, else from the default one, as they are", async () => {
    const { client, providerId } = await hostilePerson();
    expect(problemOf(await embed(client)).code).toBe("not_found");
    await client.put("/api/model-defaults", { backend: null, model: { providerId, model: "chat-one" } });
    behave = answers(200, { ...good, more: "x" });
    const more = { encoding_format: "float", dimensions: 2, user: "ann" };
    expect((await embed(client, more)).json()).toEqual({ ...good, model: "embed-one" });
    expect(asked.at(-1)).toMatchObject({ path: "/v1/embeddings", headers: { authorization: `Bearer ${apiKey}` } });
    expect(asked.at(-1)?.body).toEqual({ model: "embed-one", input: ["a", "b"], encoding_format: "float", dimensions: 2 });
    await provider(client, { kind: "ollama", baseUrl: `${hostileUrl}/ours`, models: [{ id: "embed-one" }] });
    expect((await embed(client)).status).toBe(200);
    expect(asked.at(-1)?.path).toBe("/ours/v1/embeddings");
  });

  test.each<[string, Behaviour, string]>([
    ["a page", answers(200, "<html>"), "provider_failed"],
    ["a fault", answers(200, { error: { message: "no" } }), "provider_failed"],
    ["no list", answers(200, { data: {} }), "provider_failed"],
    ["half of it", answers(200, '{"data":[{"embedding":[1,'), "provider_failed"],
    ["too much", answers(200, JSON.stringify({ data: ["x".repeat(17 * 1024 * 1024)] })), "provider_failed"],
    ["a refusal", answers(400, { error: "dimensions" }), "invalid_input"],
    ["a limit", answers(429, {}), "provider_rate_limited"],
  ])("that are %s are a fault", async (_what, behaviour, code) => {
    const { client } = await hostilePerson({ models: [{ id: "embed-one" }, { id: "chat-one" }] });
    behave = behaviour;
    expect(problemOf(await embed(client)).code).toBe(code);
  });

  test.each([[{ model: 3 }], [{ model: "" }], [{ input: null }], [{ input: 3 }]])("for %j nobody is asked", async (body) => {
    const { client } = await hostilePerson({ models: [{ id: "embed-one" }, { id: "chat-one" }] });
    expect(problemOf(await embed(client, body)).code).toBe("invalid_input");
    expect(asked).toEqual([]);
  });
});
