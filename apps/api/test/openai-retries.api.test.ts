import { randomUUID } from "node:crypto";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText } from "ai";
import OpenAI, { APIError, BadRequestError } from "openai";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { conversationOf } from "./harness/chat.js";
import { startCuttingProxy, type Cut, type CuttingProxy } from "./harness/cutting-proxy.js";
import { programmer, type Programmer } from "./harness/programs.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

let app: TestApp;
/** Another process on the same database and engine. */
let other: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ database: app.database, runtime: app.runtime });
});

afterAll(async () => {
  await other.close();
  await app.close();
});

/** Somebody with an agent that is awake, and OpenAI's client behind the bad network. */
async function behindProxy({ onTestFinished }: TestContext): Promise<Programmer & { readonly api: OpenAI; readonly proxy: CuttingProxy }> {
  const proxy = await startCuttingProxy(app.url);
  onTestFinished(proxy.close);
  const person = await awake();
  const api = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: person.token, maxRetries: 3, timeout: 30_000 });
  return { ...person, api, proxy };
}

const asked = (content: string): { role: "user"; content: string }[] => [{ role: "user", content }];
/** But for the first. */
const sentCount = (agentId: string): number =>
  app.runtime.gatewayOf(agentId).requests.filter(({ path }) => path === "chat.send").length - 1;
async function awake(): Promise<Programmer> {
  const person = await programmer(app);
  await person.openai().chat.completions.create({ model: person.model, messages: asked("Hello") });
  return person;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `word${at + 1}`);
const words = (text: string | null | undefined): string[] => text?.match(/word\d+/g) ?? [];

async function streamed(
  api: OpenAI,
  model: string,
  content: string,
  headers: Record<string, string> = {},
): Promise<{ text: string; ids: Set<string> }> {
  const stream = await api.chat.completions.create({ model, messages: asked(content), stream: true }, { headers });
  let text = "";
  const ids = new Set<string>();
  for await (const { id, choices } of stream) {
    ids.add(id);
    text += choices[0]?.delta.content ?? "";
  }
  return { text, ids };
}

// Each of them waits most of its time, as a client does before it asks again.
test.concurrent.for<{ cut: Cut; count: number }>([
  { cut: "before_answer", count: 3 },
  { cut: "in_head", count: 2 },
])("a whole answer that is cut $count times ($cut) is asked for again and made once", async ({ cut, count }, context) => {
  const { api, model, agentId, client, proxy } = await behindProxy(context);
  proxy.cutNext(count, cut);
  const { data, response } = await api.chat.completions.create({ model, messages: asked("[demo:slow ms=20 words=10]") }).withResponse();
  expect(words(data.choices[0]?.message.content)).toEqual(numbered(10));
  expect([proxy.cutCount, sentCount(agentId)]).toEqual([count, 1]);
  const { messages } = await conversationOf(client, response.headers.get("x-mosaic-conversation") ?? "");
  expect(messages.map(({ role, versions }) => [role, versions])).toEqual([
    ["user", undefined],
    ["assistant", undefined],
  ]);
});

test.concurrent.for<{ cut: Cut; count: number }>([
  { cut: "before_answer", count: 2 },
  { cut: "in_head", count: 2 },
])(
  "a stream that is cut $count times ($cut) while the agent answers is the same one, from its beginning",
  async ({ cut, count }, context) => {
    const { api, model, agentId, proxy } = await behindProxy(context);
    proxy.cutNext(count, cut);
    const { text, ids } = await streamed(api, model, "[demo:slow ms=40 words=60]");
    expect([words(text), ids.size]).toEqual([numbered(60), 1]);
    expect([proxy.cutCount, sentCount(agentId)]).toEqual([count, 1]);
  },
);

test.concurrent("a connection that breaks while the agent works on a whole answer begins no other turn", async (context) => {
  const { api, model, agentId, proxy } = await behindProxy(context);
  const answer = api.chat.completions.create({ model, messages: asked("[demo:slow ms=50 words=40]") });
  for (let count = 1; count <= 2; count += 1) {
    await context.expect.poll(() => [sentCount(agentId), proxy.openCount], { timeout: 15_000 }).toEqual([1, 1]);
    proxy.cutAll();
  }
  expect(words((await answer).choices[0]?.message.content)).toEqual(numbered(40));
  expect(sentCount(agentId)).toBe(1);
});

test.concurrent("the same words asked again by a person are another turn", async (context) => {
  const { api, model, agentId } = await behindProxy(context);
  await api.chat.completions.create({ model, messages: asked("Once") });
  await api.chat.completions.create({ model, messages: asked("Once") });
  expect(sentCount(agentId)).toBe(2);
});

test.concurrent("two requests of one Idempotency-Key at once are one turn, and so is one that comes later", async (context) => {
  const { api, model, agentId } = await behindProxy(context);
  const headers = { "idempotency-key": randomUUID() };
  const content = "[demo:slow ms=30 words=10]";
  const ask = async () => api.chat.completions.create({ model, messages: asked(content) }, { headers });
  const [one, second, stream] = await Promise.all([ask(), ask(), streamed(api, model, content, headers)]);
  const later = await ask();
  expect([second.id, later.id, ...stream.ids]).toEqual([one.id, one.id, expect.any(String)]);
  for (const text of [
    one.choices[0]?.message.content,
    second.choices[0]?.message.content,
    stream.text,
    later.choices[0]?.message.content,
  ]) {
    expect(words(text)).toEqual(numbered(10));
  }
  expect(sentCount(agentId)).toBe(1);
  const refused = api.chat.completions.create({ model, messages: asked("Something else") }, { headers });
  await expect(refused).rejects.toThrow(BadRequestError);
  await expect(refused).rejects.toMatchObject({ status: 400, param: "Idempotency-Key" });
  expect(sentCount(agentId)).toBe(1);
});

test.concurrent("one Idempotency-Key at two processes at once is one turn", async (context) => {
  const { token, model, agentId } = await behindProxy(context);
  const headers = { "idempotency-key": randomUUID() };
  const answers = await Promise.all(
    [app, other, app, other].map(async ({ url }) =>
      new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 }).chat.completions.create(
        { model, messages: asked("[demo:slow ms=30 words=10]") },
        { headers },
      ),
    ),
  );
  for (const { choices } of answers) {
    expect(words(choices[0]?.message.content)).toEqual(numbered(10));
  }
  expect(sentCount(agentId)).toBe(1);
});

test.concurrent("an answer that failed after the agent had begun is asked for once", async (context) => {
  const { api, model, agentId } = await behindProxy(context);
  let attempts = 0;
  const counting = api.withOptions({
    fetch: async (url, init) => {
      attempts += 1;
      return fetch(url, init);
    },
  });
  const failed = await counting.chat.completions
    .create({ model, messages: asked("[demo:fail status=503 message=Overloaded]") })
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(APIError);
  expect((failed as APIError).status).toBeGreaterThanOrEqual(500);
  expect((failed as APIError).headers?.get("x-should-retry")).toBe("false");
  expect([attempts, sentCount(agentId)]).toEqual([1, 1]);
  await expect(streamed(counting, model, "[demo:fail status=503 message=Overloaded again]")).rejects.toThrow(APIError);
  expect([attempts, sentCount(agentId)]).toEqual([2, 2]);
});

test.concurrent("where too many wait in a conversation, the next is told when to come again, and gets through by itself", async (context) => {
  const { api, post, model, agentId } = await behindProxy(context);
  const headers = { "x-mosaic-conversation": "queue" };
  const ask = async (content: string): Promise<Response> => post("chat/completions", { model, messages: asked(content) }, headers);
  const first = ask("[demo:slow ms=50 words=60]");
  await context.expect.poll(() => sentCount(agentId), { timeout: 15_000 }).toBe(1);
  // One is about to begin, five wait.
  const next = Array.from({ length: 8 }, async (_, at) => ask(`Next ${at}`));
  const refused = await Promise.race(next);
  const patient = await api.chat.completions.create({ model, messages: asked("Patient") }, { headers });
  expect(patient.choices[0]?.finish_reason).toBe("stop");
  const answers = await Promise.all([first, ...next]);
  expect(answers.filter(({ status }) => status === 503)).toHaveLength(2);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
  expect([refused.status, refused.headers.get("retry-after-ms"), refused.headers.get("x-should-retry")]).toEqual([503, "5000", "true"]);
  expect(await refused.json()).toMatchObject({ error: { code: "overloaded", type: "server_error" } });
  expect(sentCount(agentId)).toBe(8);
});

test.concurrent("messages that wait in one conversation keep nobody from another one", async (context) => {
  const { api, model, agentId } = await behindProxy(context);
  const ask = async (name: string, content: string) =>
    api.chat.completions.create({ model, messages: asked(content) }, { headers: { "x-mosaic-conversation": name }, maxRetries: 0 });
  const first = ask("busy", "[demo:slow ms=50 words=60]");
  await context.expect.poll(() => sentCount(agentId), { timeout: 15_000 }).toBe(1);
  const waiting = Array.from({ length: 6 }, async (_, at) => ask("busy", `Next ${at}`));
  let isBusy = true;
  void first.then(() => (isBusy = false));
  expect((await ask("free", "Hello there")).choices[0]?.finish_reason).toBe("stop");
  expect(isBusy).toBe(true);
  await Promise.all([first, ...waiting]);
});

test.concurrent("a retry at another process reads the turn that runs at the first one, to its end", async (context) => {
  const { api, model, agentId, proxy } = await behindProxy(context);
  const answer = streamed(api, model, "[demo:slow ms=50 words=110]");
  proxy.cutNext(1, "before_answer");
  await context.expect.poll(() => proxy.cutCount, { timeout: 15_000 }).toBe(1);
  proxy.leadTo(other.url);
  expect(words((await answer).text)).toEqual(numbered(110));
  expect(sentCount(agentId)).toBe(1);
});

test.concurrent("a program that leaves the other process, too, ends its turn", async (context) => {
  const { api, model, agentId, proxy } = await behindProxy(context);
  proxy.cutNext(1, "before_answer");
  const opening = api.chat.completions.create({ model, messages: asked("[demo:slow ms=50 words=400]"), stream: true });
  await context.expect.poll(() => proxy.cutCount, { timeout: 15_000 }).toBe(1);
  proxy.leadTo(other.url);
  const stream = await opening;
  for await (const { choices } of stream) {
    if ((choices[0]?.delta.content ?? "") !== "") break;
  }
  await context.expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount, { timeout: 15_000 }).toBe(1);
  expect(sentCount(agentId)).toBe(1);
});

test("a client that heeds no header and asks three times after an answer broke off has the agent act once", async () => {
  const ann = await awake();
  const model = createOpenAICompatible({ name: "mosaic", baseURL: `${app.url}/v1`, apiKey: ann.token }).chatModel(ann.model);
  await expect(generateText({ model, prompt: "[demo:break after=5]", maxRetries: 2 })).rejects.toThrow(/3 attempts/);
  expect(sentCount(ann.agentId)).toBe(1);
});

test("a client that loses its connection and asks again without a count finds its turn", async () => {
  const ann = await awake();
  const body = { model: ann.model, messages: [{ role: "user", content: "[demo:slow ms=40 words=40]" }] };
  const leaving = new AbortController();
  const first = ann.post("chat/completions", body, {}, leaving.signal);
  await expect.poll(() => sentCount(ann.agentId), { timeout: 15_000 }).toBe(1);
  leaving.abort();
  await expect(first).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const again = await ann.post("chat/completions", body);
  expect([again.status, await again.text()]).toEqual([200, expect.stringContaining("word40")]);
  expect(sentCount(ann.agentId)).toBe(1);
});

test("a process that stops says so to a program that waits for a whole answer, and its next try gets that at another process", async () => {
  const ann = await awake();
  const stopping = await startTestApp({ database: app.database, runtime: app.runtime });
  const headers = { authorization: `Bearer ${ann.token}`, "content-type": "application/json", "idempotency-key": randomUUID() };
  const body = JSON.stringify({ model: ann.model, messages: asked("[demo:slow ms=60 words=50]") });
  const first = fetch(`${stopping.url}/v1/chat/completions`, { method: "POST", headers, body });
  await expect.poll(() => sentCount(ann.agentId), { timeout: 15_000 }).toBe(1);
  await stopping.close();
  const told = await first;
  expect([told.status, told.headers.get("x-should-retry"), await told.json()]).toMatchObject([
    503,
    "false",
    { error: { code: "stopping" } },
  ]);
  const second = await fetch(`${app.url}/v1/chat/completions`, { method: "POST", headers, body });
  expect([second.status, await second.text()]).toEqual([200, expect.stringContaining("word50")]);
  expect(sentCount(ann.agentId)).toBe(1);
});
