import OpenAI from "openai";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DemoLlmServer, startDemoLlm } from "./demo-llm.js";

let demo: DemoLlmServer;
let client: OpenAI;

beforeEach(async () => {
  demo = await startDemoLlm({ apiKey: "sk-test" });
  client = new OpenAI({ apiKey: "sk-test", baseURL: `${demo.url}/v1`, maxRetries: 0 });
});

afterEach(() => demo.close());

const said = (content: string): OpenAI.ChatCompletionMessageParam[] => [{ role: "user", content }];

test("the official SDK reads a whole answer and the list of models", async () => {
  const whole = await client.chat.completions.create({
    model: "mosaic-demo",
    messages: said("hello"),
  });
  expect(whole.choices[0]?.message.content).toContain("> hello");
  const models = await client.models.list();
  expect(models.data.map((model) => model.id)).toEqual(["mosaic-demo"]);
});

test("the official SDK reads a stream to its end", async () => {
  const stream = client.chat.completions.stream({
    model: "mosaic-demo",
    messages: said("hello"),
    stream_options: { include_usage: true },
  });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]?.message.content).toContain("> hello");
  expect(final.usage?.completion_tokens).toBeGreaterThan(1);
});

test("the official SDK reads a streamed tool call", async () => {
  const stream = client.chat.completions.stream({
    model: "mosaic-demo",
    messages: said('[demo:tool name=read args={"path":"SOUL.md"}]'),
    tools: [{ type: "function", function: { name: "read", parameters: { type: "object" } } }],
  });
  const final = await stream.finalChatCompletion();
  expect(final.choices[0]?.finish_reason).toBe("tool_calls");
  expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
    function: { name: "read", arguments: '{"path":"SOUL.md"}' },
  });
});

test("the official SDK recognises the errors", async () => {
  demo.setKey("another");
  const refused = client.models.list();
  await expect(refused).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  demo.setKey(undefined);
  const throttled = client.chat.completions.create({
    model: "mosaic-demo",
    messages: said("[demo:fail status=429]"),
  });
  await expect(throttled).rejects.toBeInstanceOf(OpenAI.RateLimitError);
});
