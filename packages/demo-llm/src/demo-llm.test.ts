import { createServer, request as httpRequest } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type DemoLlmOptions, type DemoLlmServer, startDemoLlm } from "./demo-llm.js";
import { listenOn } from "./listening-server.js";

let demo: DemoLlmServer;

afterEach(() => demo.close());

async function start(options: DemoLlmOptions = {}): Promise<void> {
  demo = await startDemoLlm(options);
}

function post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return fetch(`${demo.url}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });
}

function chat(content: string, extra: object = {}, init: RequestInit = {}): Promise<Response> {
  const messages = [{ role: "user", content }];
  return post("/v1/chat/completions", { model: "mosaic-demo", messages, ...extra }, init);
}

/** The JSON of every `data:` line; `[DONE]` stays a string. */
async function events(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => {
    const data = line.slice(6);
    return data === "[DONE]" ? data : JSON.parse(data);
  });
}

interface Chunk {
  choices: { delta: { content?: string; role?: string }; finish_reason: string | null }[];
  usage?: { total_tokens: number } | null;
}

const contentOf = (chunks: unknown[]): string => chunks.map((chunk) => (chunk as Chunk).choices?.[0]?.delta.content ?? "").join("");

describe("the OpenAI protocol", () => {
  test("a stream is a role, pieces, a finish reason, usage when asked for, and [DONE]", async () => {
    await start();
    const response = await chat("hello", { stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const all = await events(response);
    expect(all.at(-1)).toBe("[DONE]");
    const chunks = all.slice(0, -1) as Chunk[];
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(contentOf(chunks)).toContain("> hello");
    expect(contentOf(chunks)).toContain("I was sent 1 message.");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage?.total_tokens).toBeGreaterThan(1);
    const silent = await events(await chat("hello", { stream: true }));
    expect(silent.some((chunk) => (chunk as Chunk).usage)).toBe(false);
  });

  test("works under any prefix, whole as well as streamed", async () => {
    await start();
    const body = { model: "mosaic-demo", messages: [{ role: "user", content: "hi" }] };
    const response = await post("/demo/inner/v1/chat/completions", body);
    expect(await response.json()).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: expect.stringContaining("> hi") }, finish_reason: "stop" }],
    });
    const models = await fetch(`${demo.url}/demo/v1/models`);
    expect(await models.json()).toMatchObject({ object: "list", data: [{ id: "mosaic-demo" }] });
  });

  test("takes a body that a parser in front of it has read", async () => {
    await start();
    const framework = createServer((request, response) => {
      const messages = [{ role: "user", content: "parsed" }];
      demo.handle(Object.assign(request, { body: { model: "mosaic-demo", messages } }), response);
    });
    const running = await listenOn(framework, {});
    const response = await fetch(`${running.url}/v1/chat/completions`, { method: "POST" });
    expect(await response.text()).toContain("> parsed");
    await running.close();
  });

  test("a wrong key is refused, a changed one is accepted", async () => {
    await start({ apiKey: "good" });
    const withKey = (key: string): Promise<Response> => fetch(`${demo.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    const refused = await withKey("bad");
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { code: "invalid_api_key" } });
    expect((await withKey("good")).status).toBe(200);
    demo.setKey("better");
    expect((await withKey("good")).status).toBe(401);
    expect((await withKey("better")).status).toBe(200);
  });

  test.each([
    [400, "{", "a body that is no JSON"],
    [400, "[]", "a body that is no object"],
    [400, '{"model":"mosaic-demo"}', "a body without messages"],
    [404, '{"model":"other","messages":[]}', "an unknown model"],
    [413, "x".repeat(3 * 1024 * 1024), "a body over the limit"],
  ])("answers %i to %3$s", async (status, body) => {
    await start();
    const response = await post("/v1/chat/completions", body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
  });

  test("a body over the limit is refused when its size was not announced", async () => {
    await start({ maxBodyBytes: 1_000 });
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest(`${demo.url}/v1/chat/completions`, { method: "POST" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject);
      sent.write("x".repeat(800));
      sent.end("x".repeat(800));
    });
    expect(status).toBe(413);
  });

  test("more requests at once than allowed are answered 429", async () => {
    await start({ maxConcurrent: 1, record: true });
    const leave = new AbortController();
    const first = chat("[demo:hang]", {}, { signal: leave.signal });
    await demo.waitForRequest(() => true);
    expect((await chat("hello")).status).toBe(429);
    leave.abort();
    await expect(first).rejects.toThrow();
    await expect.poll(() => demo.activeCount).toBe(0);
    expect((await chat("hello")).status).toBe(200);
  });
});

describe("commands in a message", () => {
  test("fail answers the status, and says when to come back", async () => {
    await start();
    const failed = await chat("[demo:fail status=429 message=Too much]", { stream: true });
    expect(failed.status).toBe(429);
    expect(failed.headers.get("retry-after")).toBe("5");
    expect(await failed.json()).toMatchObject({ error: { message: "Too much" } });
    expect((await chat("[demo:fail]")).status).toBe(500);
  });

  test("hang never answers, and ends with the client", async () => {
    await start({ record: true });
    const leave = new AbortController();
    const hanging = chat("[demo:hang]", { stream: true }, { signal: leave.signal });
    await demo.waitForRequest(() => true);
    expect(demo.activeCount).toBe(1);
    leave.abort();
    await expect(hanging).rejects.toThrow();
    await expect.poll(() => demo.abortedCount).toBe(1);
    expect(demo.activeCount).toBe(0);
  });

  test("hang gives up at its limit", async () => {
    await start({ maxHangMs: 20 });
    expect((await chat("[demo:hang]")).status).toBe(504);
  });

  test("reset destroys the connection before the answer", async () => {
    await start();
    await expect(chat("[demo:reset]")).rejects.toThrow();
    expect(demo.abortedCount).toBe(0);
  });

  test("break sends some words and then destroys the connection", async () => {
    await start();
    const response = await chat("[demo:break after=3]", { stream: true });
    let seen = "";
    const reading = (async () => {
      for await (const piece of response.body ?? []) seen += new TextDecoder().decode(piece);
    })();
    await expect(reading).rejects.toThrow();
    expect(seen).toContain("word3");
    expect(seen).not.toContain("word4");
    expect(demo.abortedCount).toBe(0);
    await expect((await chat("[demo:break]")).text()).rejects.toThrow();
  });

  test("slow takes its time between words", async () => {
    await start();
    const startedAt = performance.now();
    const chunks = await events(await chat("[demo:slow ms=20 words=5]", { stream: true }));
    expect(performance.now() - startedAt).toBeGreaterThan(80);
    expect(contentOf(chunks)).toBe("word1 word2 word3 word4 word5");
  });

  test("long and markdown arrive unchanged in pieces", async () => {
    await start();
    const long = contentOf(await events(await chat("[demo:long words=5000]", { stream: true })));
    expect(long.split(" ")).toHaveLength(5_000);
    const markdown = contentOf(await events(await chat("[demo:markdown]", { stream: true })));
    expect(markdown).toMatch(/^# Demo heading\n/);
    expect(markdown).toContain("| one  |     1 |\n");
    expect(markdown).toMatch(/```$/);
  });
});

describe("the Anthropic protocol", () => {
  const headers = { "x-api-key": "good", "anthropic-version": "2023-06-01" };
  const body = {
    model: "mosaic-demo",
    max_tokens: 100,
    system: [{ type: "text", text: "You are Ann." }],
    messages: [{ role: "user", content: [{ type: "text", text: "[demo:system contains=Ann]" }] }],
  };

  test("answers whole and in events", async () => {
    await start({ apiKey: "good" });
    const whole = await post("/v1/messages", body, { headers });
    expect(await whole.json()).toMatchObject({
      type: "message",
      content: [{ type: "text", text: expect.stringContaining("Yes.") }],
      stop_reason: "end_turn",
    });
    const streamed = await events(await post("/v1/messages", { ...body, stream: true }, { headers }));
    const types = [...new Set(streamed.map((event) => (event as { type: string }).type))];
    expect(types).toEqual([
      "message_start",
      "ping",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  test("refuses a wrong key and lists models in its own form", async () => {
    await start({ apiKey: "good" });
    const wrong = { headers: { ...headers, "x-api-key": "bad" } };
    const refused = await post("/v1/messages", body, wrong);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({
      type: "error",
      error: { type: "authentication_error" },
    });
    const models = await fetch(`${demo.url}/v1/models`, { headers });
    expect(await models.json()).toMatchObject({
      data: [{ type: "model", id: "mosaic-demo" }],
      has_more: false,
    });
  });

  test("calls a tool and reports its result", async () => {
    await start();
    const tools = [{ name: "read", input_schema: { type: "object" } }];
    const asking = { role: "user", content: '[demo:tool name=read args={"path":"x"}]' };
    const called = await post("/v1/messages", { ...body, tools, messages: [asking] }, { headers });
    expect(await called.json()).toMatchObject({
      content: [{ type: "tool_use", name: "read", input: { path: "x" } }],
      stop_reason: "tool_use",
    });
    const result = { type: "tool_result", tool_use_id: "t", content: "found it" };
    const messages = [asking, { role: "assistant", content: [] }, { role: "user", content: [result] }];
    const reported = await post("/v1/messages", { ...body, tools, messages }, { headers });
    expect(await reported.text()).toContain("> found it");
  });
});

describe("the Ollama protocol", () => {
  const body = { model: "mosaic-demo", messages: [{ role: "user", content: "hello" }] };

  test("streams lines of JSON unless told not to", async () => {
    await start();
    const streamed = await post("/api/chat", body);
    expect(streamed.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await streamed.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ done: true, done_reason: "stop" });
    expect(lines.map((line) => line.message.content).join("")).toContain("> hello");
    const whole = await post("/api/chat", { ...body, stream: false });
    expect(await whole.json()).toMatchObject({ done: true, message: { role: "assistant" } });
  });

  test("lists its models, shows one, tells its version, and words errors its way", async () => {
    await start({ models: ["llama"] });
    const tags = await fetch(`${demo.url}/api/tags`);
    expect(await tags.json()).toMatchObject({ models: [{ name: "llama" }] });
    const shown = await post("/api/show", { model: "llama" });
    expect(await shown.json()).toMatchObject({ capabilities: ["completion", "tools"] });
    const version = await fetch(`${demo.url}/api/version`);
    expect(await version.json()).toMatchObject({ version: expect.any(String) });
    const missing = await post("/api/chat", { ...body, model: "other" });
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ error: "The model 'other' does not exist." });
  });
});

describe("what tests hold on to", () => {
  test("a behaviour overrules the message until it is taken back", async () => {
    await start();
    demo.setBehaviour(() => ({ kind: "fail", status: 401 }));
    expect((await chat("hello")).status).toBe(401);
    demo.setBehaviour(null);
    expect((await chat("hello")).status).toBe(200);
  });

  test("nothing is kept unless it records", async () => {
    await start();
    await chat("hello");
    expect(demo.requests).toEqual([]);
    await expect(demo.waitForRequest(() => true)).rejects.toThrow("record");
  });

  test("connections are refused and accepted again on the same port", async () => {
    await start();
    await demo.refuseConnections();
    await expect(chat("hello")).rejects.toThrow();
    await demo.acceptConnections();
    expect((await chat("hello")).status).toBe(200);
  });

  test("a reader that stops reading stops the model, and its leaving is noticed", async () => {
    await start();
    const leave = new AbortController();
    await chat("[demo:long words=20000]", { stream: true }, { signal: leave.signal });
    expect(demo.activeCount).toBe(1);
    leave.abort();
    await expect.poll(() => demo.abortedCount).toBe(1);
  });
});
