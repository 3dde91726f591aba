import { createOpenAI } from "@ai-sdk/openai";
import type { Agent } from "@mosaic/contracts/agent";
import type { Message } from "@mosaic/contracts/chat";
import { generateText, isStepCount, jsonSchema, streamText, tool, type ModelMessage } from "ai";
import type { ResponseInput, ResponseStreamEvent } from "openai/resources/responses/responses";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { conversationOf } from "./harness/chat.js";
import { programmer, type Programmer } from "./harness/programs.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

let app: TestApp;
let ann: Programmer;
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

beforeAll(async () => {
  app = await startTestApp();
  ann = await programmer(app);
});

afterAll(async () => {
  await app.close();
});

interface Told {
  readonly id: string;
  readonly text: string;
  readonly conversationId: string;
}

/** A response that is waited for, and where it is. */
async function told(body: object, by = ann): Promise<Told> {
  const { data, response } = await by
    .openai()
    .responses.create({ model: by.model, input: "Hello", ...body, stream: false })
    .withResponse();
  expect(data).toMatchObject({ object: "response", status: "completed", error: null });
  return { id: data.id, text: data.output_text, conversationId: response.headers.get("x-mosaic-conversation") ?? "" };
}

async function pathOf(conversationId: string, by = ann): Promise<Message[]> {
  return (await conversationOf(by.client, conversationId)).messages;
}

const questionsOf = (messages: readonly Message[]): string[] => messages.flatMap(({ role, content }) => (role === "user" ? [content] : []));

test("a streamed response comes as the documented events, from an agent that slept, and the next request goes on from it", async () => {
  const by = await programmer(app);
  const events: ResponseStreamEvent[] = [];
  for await (const event of await by.openai().responses.create({ model: by.model, input: "Hello", stream: true })) {
    events.push(event);
  }
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, at) => at));
  const types = events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
  expect(types).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  const text = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("");
  expect(text).toContain("I was sent 1 message.");
  const last = events.at(-1);
  const response = last?.type === "response.completed" ? last.response : null;
  expect(response).toMatchObject({ status: "completed", usage: { total_tokens: expect.any(Number) as number } });
  expect(response?.output).toMatchObject([{ type: "message", content: [{ type: "output_text", text }] }]);
  expect((await told({ previous_response_id: response?.id, input: "Again" }, by)).text).toContain("I was sent 3 messages.");
});

test("the client's own reader of streams puts the same response together", async () => {
  const stream = ann.openai().responses.stream({ model: ann.model, input: "Put this together", metadata: { of: "a test" } });
  const response = await stream.finalResponse();
  expect(response.output_text).toContain("Put this together");
  expect(response.metadata).toEqual({ of: "a test" });
});

test("a whole response has what clients read of one", async () => {
  const api = ann.openai();
  const { data, response } = await api.responses
    .create({
      model: "openclaw",
      input: [{ role: "user", content: "As a whole" }],
      instructions: "Be brief",
      temperature: 0.2,
      top_p: null,
    })
    .withResponse();
  expect(data).toMatchObject({
    object: "response",
    status: "completed",
    model: "openclaw",
    instructions: "Be brief",
    error: null,
    incomplete_details: null,
    parallel_tool_calls: true,
    previous_response_id: null,
    tool_choice: "auto",
    tools: [],
    temperature: null,
  });
  expect(data.output_text).toContain("As a whole");
  const {
    input_tokens: input,
    output_tokens: output,
    total_tokens: total,
  } = data.usage ?? { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  expect(input > 0 && output > 0 && total === input + output).toBe(true);
  expect(response.headers.get("x-mosaic-ignored")).toBe("temperature");
  expect(data.id).toBe(`resp_${response.headers.get("x-mosaic-turn") ?? ""}`);
});

test("a response goes on from the one before, and the agent remembers", async () => {
  const first = await told({ input: "My cat is called Mia" });
  const second = await told({ input: "And my dog Rex", previous_response_id: first.id });
  const third = await told({ input: "recall", previous_response_id: second.id });
  expect(third.text).toContain("My cat is called Mia");
  expect(third.text).toContain("I was sent 5 messages.");
  expect([second.conversationId, third.conversationId]).toEqual([first.conversationId, first.conversationId]);
  expect(questionsOf(await pathOf(first.conversationId))).toEqual(["My cat is called Mia", "And my dog Rex", "recall"]);
});

test("a response that goes on from an older one is a branch, and the one that it left can still be gone on from", async () => {
  const first = await told({ input: "Trunk" });
  const left = await told({ input: "Left", previous_response_id: first.id });
  const right = await told({ input: "Right", previous_response_id: first.id });
  expect(right.text).toContain("I was sent 3 messages.");
  expect(questionsOf(await pathOf(first.conversationId))).toEqual(["Trunk", "Right"]);
  const further = await told({ input: "Further", previous_response_id: left.id });
  expect(further.text).toContain("I was sent 5 messages.");
  expect(questionsOf(await pathOf(first.conversationId))).toEqual(["Trunk", "Left", "Further"]);
  const twice = await told({ input: "Right", previous_response_id: first.id });
  expect([twice.text.includes("I was sent 3 messages."), twice.id === right.id]).toEqual([true, false]);
});

test("of two answers with the same words, the one that is named is gone on from", async () => {
  const first = await told({ input: "Say the same", conversation: "twins" });
  const [one, other] = [
    await told({ input: "Twin", previous_response_id: first.id }),
    await told({ input: "Twin", previous_response_id: first.id }),
  ];
  expect(other.text).toBe(one.text);
  const next = await told({ input: "On", previous_response_id: one.id });
  expect((await pathOf(next.conversationId)).map(({ id }) => `resp_${id}`)).toContain(one.id);
});

test("a program that says everything again goes on in the conversation that it went on in by a response's id", async () => {
  const first = await told({ input: "Said one" });
  const second = await told({ input: "Said two", previous_response_id: first.id });
  const history = [
    { role: "user", content: "Said one" },
    { role: "assistant", content: first.text },
    { role: "user", content: "Said two" },
    {
      type: "message",
      id: `msg_${second.id.slice(5)}`,
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: second.text, annotations: [] }],
    },
  ];
  const third = await told({ input: [...history, { role: "user", content: "Said three" }] });
  expect([third.conversationId, third.text.includes("I was sent 5 messages.")]).toEqual([first.conversationId, true]);
});

test("a response that waits for another one has its own id all the same, and says nothing before it is known", async () => {
  const create = async (input: string) => {
    const stream = await ann.openai().responses.create({ model: ann.model, input, conversation: "a queue", stream: true });
    const events: ResponseStreamEvent[] = [];
    for await (const event of stream) {
      events.push(event);
    }
    return events;
  };
  const slow = create("[demo:slow words=5 ms=100]");
  await vi.waitFor(async () => expect(await hasBegun("[demo:slow words=5 ms=100]")).toBe(true), { timeout: 10_000 });
  const [first] = await create("Next");
  await slow;
  const id = first?.type === "response.created" ? first.response.id : "";
  const next = await told({ input: "After it", previous_response_id: id });
  expect(questionsOf(await pathOf(next.conversationId))).toEqual(["[demo:slow words=5 ms=100]", "Next", "After it"]);
});

test("a conversation is named as with the header", async () => {
  const first = await told({ input: "One", conversation: "plans" });
  const second = await told({ input: "Two", conversation: { id: "plans" } });
  const byId = await told({ input: "Three", conversation: first.conversationId });
  expect([second.conversationId, byId.conversationId]).toEqual([first.conversationId, first.conversationId]);
  expect(byId.text).toContain("I was sent 5 messages.");
});

test("an image comes along, and reaches a model that takes images", async () => {
  const provider = { kind: "demo", name: "Eyes", models: [{ id: "mosaic-demo", images: true }] };
  const { id: providerId } = (await ann.client.post("/api/providers", provider)).json<{ id: string }>();
  const { id } = (await ann.client.post("/api/agents", { name: "Eve", model: { providerId, model: "mosaic-demo" } })).json<Agent>();
  const content = [
    { type: "input_text", text: "What is this?" },
    { type: "input_image", image_url: `data:image/png;base64,${png}`, detail: "auto" },
  ];
  const { conversationId } = await told({ model: `openclaw/${id}`, input: [{ role: "user", content }] });
  const [question] = await pathOf(conversationId);
  expect(question?.parts.find(({ type }) => type === "file")).toMatchObject({ mediaType: "image/png", isShownToModel: true });
  const { body } = await app.runtime.gatewayOf(id).waitForRequest(({ path }) => path === "chat.send");
  expect(body).toMatchObject({ attachments: [{ type: "image", mimeType: "image/png", content: png }] });
});

test.each([
  ["no input", {}, 400, "input"],
  ["an item that nobody knows", { input: [{ type: "computer_call_output" }] }, 400, "input.0.type"],
  ["a response that is none", { input: "Hi", previous_response_id: "resp_0" }, 400, "previous_response_id"],
  [
    "a response that is gone",
    { input: "Hi", previous_response_id: "resp_0190f0f0-0000-7000-8000-000000000000" },
    400,
    "previous_response_id",
  ],
  ["a model that is none", { input: "Hi", model: "gpt-9" }, 404, "model"],
])("wrong: %s", async (_, body, status, param) => {
  const refused = await ann.post("responses", { model: ann.model, ...body });
  const { error } = (await refused.json()) as { error: { type: string; param: string; message: string } };
  expect([refused.status, error.param, refused.headers.get("x-should-retry")]).toEqual([status, param, "false"]);
});

test("another person's response, and one of another agent, are as missing ones", async () => {
  const bob = await programmer(app);
  const agent = { name: "Eve", model: (await ann.client.get(`/api/agents/${ann.agentId}`)).json<Agent>().model };
  const { id: otherId } = (await ann.client.post("/api/agents", agent)).json<Agent>();
  const { id } = await told({ input: "Mine" });
  const missing = "resp_0190f0f0-0000-7000-8000-000000000000";
  const refusedTo = async (by: Programmer, model: string, previous: string): Promise<string> =>
    (await by.post("responses", { model, input: "Hi", previous_response_id: previous })).text();
  const answers = [
    await refusedTo(ann, ann.model, missing),
    await refusedTo(bob, bob.model, id),
    await refusedTo(ann, `openclaw/${otherId}`, id),
  ];
  expect(answers[0]).toContain("This model has given no such response");
  expect(new Set(answers).size).toBe(1);
});

test("a token for models alone, and a chat program's own questions, are sent to chat completions", async () => {
  const plain = await programmer(app, { usesPlainModel: true });
  for (const refused of [
    await plain.post("responses", { model: plain.model, input: "Hi" }),
    await ann.post("responses", { model: ann.model, input: "Hi" }, { "x-openwebui-task": "title_generation" }),
  ]) {
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("/v1/chat/completions") as string]);
  }
});

test("a fault of the provider's is told in its words, streamed and whole", async () => {
  const input = '[demo:fail status=401 message="No such key"]';
  const whole = await ann.post("responses", { model: ann.model, input });
  expect([whole.status >= 400, whole.headers.get("x-should-retry")]).toEqual([true, "false"]);
  const { error } = (await whole.json()) as { error: { code: string; message: string } };
  const streamed = await (await ann.post("responses", { model: ann.model, input, stream: true })).text();
  const last = streamed.split("\n\n").at(-2) ?? "";
  expect(last.split("\n")[0]).toBe("event: response.failed");
  const { response } = JSON.parse(last.split("\ndata: ")[1] ?? "{}") as { response: { status: string; error: object } };
  expect(response).toMatchObject({ status: "failed", error: { code: error.code, message: error.message } });
  expect(streamed).not.toContain("[DONE]");
});

test.each([
  [false, "stopped"],
  [true, "complete"],
])("a program that leaves: in the background %s, its turn is %s", async (background, status) => {
  const leaving = new AbortController();
  const body = { model: ann.model, input: `[demo:slow words=40 ms=100] ${status}`, stream: true, background };
  const response = await ann.post("responses", body, {}, leaving.signal);
  const reader = response.body?.getReader();
  let seen = "";
  while (!seen.includes("response.output_text.delta")) {
    seen += new TextDecoder().decode((await reader?.read())?.value);
  }
  const answerId = /"id":"resp_([0-9a-f-]+)"/.exec(seen)?.[1] ?? "";
  leaving.abort();
  await expect.poll(async () => statusOf(answerId), { timeout: 15_000 }).toBe(status);
});

/** Of an answer in one of the newest conversations. */
async function statusOf(answerId: string): Promise<string | undefined> {
  return (await newest()).find(({ id }) => id === answerId)?.status;
}

async function hasBegun(question: string): Promise<boolean> {
  return (await newest()).some(({ content }) => content === question);
}

/** The messages of the conversations that somebody wrote in last. */
async function newest(): Promise<Message[]> {
  const { conversations } = (await ann.client.get("/api/conversations")).json<{ conversations: { id: string }[] }>();
  return (await Promise.all(conversations.slice(0, 3).map(async ({ id }) => pathOf(id)))).flat();
}

const askedForWeather = '[demo:tool name=get_weather args={"city":"Bern"}]';
const weather = { type: "object", properties: { city: { type: "string" } } } as const;

test("the program's own tools: a call ends the response, and its output goes on from it", async () => {
  const api = ann.openai();
  const tools = [{ type: "function" as const, name: "get_weather", parameters: weather, strict: false }];
  const first = await api.responses.create({ model: ann.model, tools, input: askedForWeather });
  const call = first.output.find((one) => one.type === "function_call");
  expect([call?.name, call?.arguments, first.tools.length]).toEqual(["get_weather", '{"city":"Bern"}', 1]);
  const output = { type: "function_call_output" as const, call_id: call?.call_id ?? "", output: "Sunny, 21 degrees" };
  const { data: second, response } = await api.responses
    .create({ model: ann.model, tools, previous_response_id: first.id, input: [output] })
    .withResponse();
  expect(second.output_text).toContain("Sunny, 21 degrees");
  const conversationId = response.headers.get("x-mosaic-conversation") ?? "";
  expect(questionsOf(await pathOf(conversationId))).toEqual([askedForWeather, "Result of get_weather:\nSunny, 21 degrees"]);
  // Said again as a whole, it is the same conversation.
  const whole = [{ role: "user" as const, content: askedForWeather }, ...first.output, output];
  const again = await api.responses.create({ model: ann.model, tools, input: whole as ResponseInput }).withResponse();
  expect(again.response.headers.get("x-mosaic-conversation")).toBe(conversationId);
});

test("the AI SDK runs its tools, and names the calls instead of saying them again", async () => {
  const model = createOpenAI({ baseURL: `${app.url}/v1`, apiKey: ann.token }).responses(ann.model);
  const execute = vi.fn<(asked: { city: string }) => Promise<string>>(async ({ city }) => Promise.resolve(`Rain in ${city}`));
  const get_weather = tool({ inputSchema: jsonSchema<{ city: string }>(weather), execute });
  const prompt = `For the SDK ${askedForWeather}`;
  const result = streamText({ model, prompt, tools: { get_weather }, stopWhen: isStepCount(3), maxRetries: 0 });
  expect(await result.text).toContain("Rain in Bern");
  expect([execute.mock.calls.length, (await result.steps).length]).toEqual([1, 2]);
});

test("the AI SDK streams, goes on by naming the answers, and goes on from a response's id", async () => {
  const bodies: string[] = [];
  const fetchKept: typeof fetch = async (url, init) => {
    bodies.push(typeof init?.body === "string" ? init.body : "");
    return fetch(url, init);
  };
  const openai = createOpenAI({ baseURL: `${app.url}/v1`, apiKey: ann.token, fetch: fetchKept });
  const model = openai.responses(ann.model);
  const onError = vi.fn<(event: { error: unknown }) => void>();
  const messages: ModelMessage[] = [{ role: "user", content: "Hello from the SDK" }];
  const first = streamText({ model, messages, onError, maxRetries: 0 });
  const text = await first.text;
  expect([onError.mock.calls, text.includes("I was sent 1 message."), await first.finishReason]).toEqual([[], true, "stop"]);
  expect((await first.usage).outputTokens).toBeGreaterThan(0);
  messages.push(...(await first.response).messages, { role: "user", content: "And again" });
  const second = await generateText({ model, messages, maxRetries: 0 });
  expect(bodies.at(-1)).toContain("item_reference");
  expect(second.text).toContain("I was sent 3 messages.");
  const previousResponseId = `resp_${second.response.headers?.["x-mosaic-turn"] ?? ""}`;
  expect(second.providerMetadata?.["openai"]?.["responseId"]).toBe(previousResponseId);
  const third = await generateText({ model, prompt: "Once more", providerOptions: { openai: { previousResponseId } }, maxRetries: 0 });
  expect(third.text).toContain("I was sent 5 messages.");
});
