import { afterAll, beforeAll, expect, test } from "vitest";
import { conversationOf } from "./harness/chat.js";
import { programmer } from "./harness/programs.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

test("OpenAI's own client lists the agents, streams an answer and gets one whole, from an agent that slept", async () => {
  const { client, model, agentId, openai } = await programmer(app);
  const api = openai();
  const listed = (await api.models.list()).data;
  expect(listed.map(({ id }) => id)).toEqual([model, "openclaw"]);
  expect(listed[0]).toMatchObject({ object: "model", owned_by: "mosaic", name: "Robin", mosaic: { awake: false } });
  const stream = await api.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Hello" }],
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  expect(text).toContain("I was sent 1 message");
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) as number } });
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
  const whole = await api.chat.completions
    .create({
      model: "openclaw",
      messages: [
        { role: "user", content: "Hello" },
        { role: "assistant", content: text },
        { role: "user", content: "And again" },
      ],
    })
    .withResponse();
  expect(whole.data.choices[0]?.message.content).toContain("I was sent 3 messages");
  const conversation = await conversationOf(client, whole.response.headers.get("x-mosaic-conversation") ?? "");
  expect(conversation.messages.map(({ content }) => content)).toEqual(["Hello", text, "And again", whole.data.choices[0]?.message.content]);
  expect((await api.models.retrieve(model)).id).toBe(model);
  expect(app.runtime.of(agentId).startCount).toBe(1);
});

test("the program's own tools: the model calls one, the program runs it, and the agent goes on in its session", async () => {
  const { client, model, openai, agentId } = await programmer(app);
  const api = openai();
  const parameters = { type: "object", properties: { city: { type: "string" } } };
  const tools = [{ type: "function" as const, function: { name: "get_weather", parameters } }];
  const asked = { role: "user" as const, content: `[demo:tool name=get_weather args={"city":"Bern"}]` };
  const first = await api.chat.completions.create({ model, tools, messages: [asked] });
  const choice = first.choices[0];
  expect(choice?.finish_reason).toBe("tool_calls");
  const calls = choice?.message.tool_calls ?? [];
  expect(calls).toMatchObject([{ type: "function", function: { name: "get_weather", arguments: `{"city":"Bern"}` } }]);
  const result = { role: "tool" as const, tool_call_id: calls[0]?.id ?? "", content: "Sunny, 21 degrees" };
  const answered = { role: "assistant" as const, content: choice?.message.content ?? null, tool_calls: calls };
  const { data: second, response } = await api.chat.completions
    .create({ model, tools, messages: [asked, answered, result] })
    .withResponse();
  expect(second.choices[0]?.finish_reason).toBe("stop");
  expect(second.choices[0]?.message.content).toContain("Sunny, 21 degrees");
  const { messages } = await conversationOf(client, response.headers.get("x-mosaic-conversation") ?? "");
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(messages[2]?.content).toBe("Result of get_weather:\nSunny, 21 degrees");
  // Streamed, a call comes with all its parts.
  const chunks = [];
  for await (const chunk of await api.chat.completions.create({ model, tools, messages: [asked], user: "conv:other", stream: true })) {
    chunks.push(chunk);
  }
  const streamed = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
  expect(streamed).toMatchObject([{ index: 0, type: "function", function: { name: "get_weather", arguments: `{"city":"Bern"}` } }]);
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
  expect(app.runtime.of(agentId).startCount).toBe(1);
});

test("what is not looked at is named, and with X-Mosaic-Events a program sees what tools do, in chunks without a choice", async () => {
  const { model, post } = await programmer(app);
  const messages = [{ role: "user", content: `[demo:tool name=read args={"path":"notes.md"}]` }];
  const body = { model, messages, stream: true, temperature: 0.2, seed: 7, n: null };
  const response = await post("chat/completions", body, { "x-mosaic-events": "1" });
  expect(response.headers.get("x-mosaic-ignored")).toBe("temperature, seed");
  const text = await response.text();
  const chunks = text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as { choices: unknown[]; mosaic?: { type: string; name?: string; state?: string } });
  const told = chunks.filter(({ mosaic }) => mosaic !== undefined);
  const calls = told.filter(({ mosaic }) => mosaic?.type === "tool_call");
  expect(calls.map(({ mosaic }) => [mosaic?.type, mosaic?.name, mosaic?.state])).toEqual([
    ["tool_call", "read", "running"],
    ["tool_call", "read", "completed"],
  ]);
  expect(told.every(({ choices }) => choices.length === 0)).toBe(true);
  expect(text).not.toMatch(/^(?:event|id):/m);
  const quiet = await (await post("chat/completions", body)).text();
  expect(quiet).not.toContain("mosaic");
});

test("a chat program's question for a title goes to the model alone: no agent wakes, and no conversation begins", async () => {
  const { client, model, agentId, post } = await programmer(app);
  const asked = { model, messages: [{ role: "user", content: "Give this chat a title" }] };
  const byHeader = await post("chat/completions", asked, { "x-openwebui-task": "title_generation" });
  const words = "Provide a concise, 5-word-or-less title for the conversation, using title case conventions.";
  const byWords = await post("chat/completions", { model, messages: [{ role: "system", content: words }] });
  const plain = { ...(await programmer(app, { usesPlainModel: true })) };
  const byToken = await plain.post("chat/completions", { model: plain.model, messages: asked.messages, stream: true });
  for (const response of [byHeader, byWords, byToken]) {
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.stringContaining(" model")]);
    expect(response.headers.get("x-mosaic-conversation")).toBeNull();
  }
  expect((await client.get("/api/conversations")).json<{ conversations: unknown[] }>().conversations).toEqual([]);
  expect((await client.get(`/api/agents/${agentId}`)).json<{ status: string }>().status).toBe("stopped");
});
