import { readFileSync } from "node:fs";
import { providerKind, type ProviderKind } from "@mosaic/contracts/provider";
import { describe, expect, test } from "vitest";
import { bodyOf, modelOf, passedFields, relayedPaths, type RelayField } from "./relay-fields.js";

const bounds = { maxTokens: 4_096 };

function fieldsOf(body: object): RelayField[] {
  return Object.entries(body).map(([name, value]: [string, unknown]) => [name, Buffer.from(JSON.stringify(value))]);
}

function passed(kind: ProviderKind, path: string, body: object): unknown {
  return JSON.parse(Buffer.concat(bodyOf(passedFields(kind, path, fieldsOf(body), bounds))).toString());
}

const openAi = (body: object): unknown => passed("openai-compatible", "chat/completions", body);
const anthropic = (body: object): unknown => passed("anthropic", "v1/messages", body);
const ollama = (body: object): unknown => passed("ollama", "api/chat", body);

/** What the real OpenClaw asks a provider of each kind: a test of `agent-backends` holds these files to it. */
const recorded = providerKind.options.map((kind) => {
  const file = new URL(`../../../../../packages/agent-backends/test/fixtures/openclaw-request-${kind}.json.snap`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as { kind: ProviderKind; path: string; body: Record<string, unknown> };
});

/** Of tools only the names of their members are recorded. */
const toolWith = (members: readonly string[]): object =>
  Object.fromEntries(members.map((name) => [name, name === "type" ? "function" : "x"]));

describe("what OpenClaw sends goes on as it is", () => {
  test.each(recorded)("recorded for $kind", ({ kind, path, body }) => {
    const relayed = relayedPaths(kind).find((each) => path.endsWith(`/${each}`)) ?? "";
    const asked = { ...body, model: "m", ...("tools" in body ? { tools: [toolWith(body["tools"] as string[])] } : {}) };
    const unbounded = { maxTokens: 1_000_000 };
    expect(JSON.parse(Buffer.concat(bodyOf(passedFields(kind, relayed, fieldsOf(asked), unbounded))).toString())).toEqual(asked);
  });

  test.each([
    [
      "openai",
      {
        model: "m",
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }],
        stream: true,
        stream_options: { include_usage: true },
        store: false,
        prompt_cache_key: "k",
        temperature: 0.2,
        tools: [{ type: "function", function: { name: "read", parameters: {} } }],
        tool_choice: "auto",
        tool_stream: true,
        max_completion_tokens: 4_096,
        reasoning_effort: "high",
        thinking: { type: "enabled", clear_thinking: false },
        chat_template_kwargs: { enable_thinking: true, preserve_thinking: true },
      },
    ],
    ["openai", { model: "m", messages: [], max_tokens: 1, reasoning: { effort: "low" }, enable_thinking: true, stop: ["x"] }],
  ])("%s", (_kind, body) => {
    expect(openAi(body)).toEqual(body);
  });

  test("anthropic", () => {
    const body = {
      model: "m",
      messages: [],
      system: [{ type: "text", text: "x", cache_control: { type: "ephemeral" } }],
      max_tokens: 4_096,
      stream: true,
      tools: [],
      tool_choice: { type: "auto" },
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "high" },
      stop_sequences: ["x"],
    };
    expect(anthropic(body)).toEqual(body);
  });

  test("ollama", () => {
    const body = {
      model: "m",
      messages: [],
      stream: true,
      tools: [],
      think: false,
      options: { num_ctx: 32_768, num_predict: 100, temperature: 1 },
    };
    expect(ollama(body)).toEqual(body);
  });
});

describe("what no API describes, or what costs its owner more, stays behind", () => {
  test.each([
    "api_base",
    "base_url",
    "api_key",
    "extra_body",
    "extra_headers",
    "fallbacks",
    "models",
    "Model",
    "route",
    "provider",
    "metadata",
    "user",
    "service_tier",
    "web_search_options",
    "litellm_params",
    "mock_response",
    "chat_template",
    "guided_json",
    "best_of",
    "__proto__",
    "constructor",
  ])("%s", (field) => {
    const body = Object.fromEntries([
      ["model", "m"],
      [field, "http://evil.example"],
    ]);
    expect(openAi(body)).toEqual({ model: "m" });
    expect(anthropic(body)).toEqual({ model: "m" });
    expect(ollama(body)).toEqual({ model: "m" });
  });

  test("of what is nested as well", () => {
    expect(anthropic({ model: "m", mcp_servers: [{ url: "http://evil.example" }], container: "x", speed: "fast" })).toEqual({ model: "m" });
    const options = { num_gpu: 0, num_thread: 64, use_mmap: false, num_predict: -1, top_k: 1 };
    expect(ollama({ model: "m", keep_alive: -1, options })).toEqual({ model: "m", options: { num_predict: 4_096, top_k: 1 } });
    expect(openAi({ model: "m", store: true, chat_template_kwargs: { chat_template: "{{ x }}", enable_thinking: false } })).toEqual({
      model: "m",
      chat_template_kwargs: { enable_thinking: false },
    });
  });

  test.each([4_097, 1e308, -1, 0, 1.5, "many", true])("an answer of %j tokens is one of the most that the model may give", (wanted) => {
    expect(openAi({ model: "m", max_tokens: wanted, max_completion_tokens: wanted })).toEqual({
      model: "m",
      max_tokens: 4_096,
      max_completion_tokens: 4_096,
    });
    expect(anthropic({ model: "m", max_tokens: wanted })).toEqual({ model: "m", max_tokens: 4_096 });
  });

  test("tools that a provider runs on the account of whoever has the key", () => {
    const own = { name: "read", input_schema: { type: "object" } };
    const search = { type: "web_search_20250305", name: "web_search", max_uses: 1_000 };
    const code = { type: "code_execution_20250825", name: "code_execution" };
    expect(anthropic({ model: "m", tools: [search, own, code] })).toEqual({ model: "m", tools: [own] });
    const call = { type: "function", function: { name: "read" } };
    const tools = [{ type: "web_search", web_search: { enable: true } }, call, { type: "retrieval", retrieval: {} }];
    expect(openAi({ model: "m", tools, web_search_options: {}, plugins: [{ id: "web" }] })).toEqual({ model: "m", tools: [call] });
    expect(ollama({ model: "m", tools })).toEqual({ model: "m", tools: [call] });
  });

  test("several answers to one call are refused in words", () => {
    expect(openAi({ model: "m", n: 1 })).toEqual({ model: "m", n: 1 });
    expect(() => openAi({ model: "m", n: 128 })).toThrow(expect.objectContaining({ detail: expect.stringContaining('"n" must be 1') }));
  });
});

test.each<[ProviderKind, string, object, string | null]>([
  ["openai", "chat/completions", { model: "m" }, "m"],
  ["openai", "chat/completions", { name: "m" }, null],
  ["openai", "chat/completions", { model: "m", name: "other" }, "m"],
  ["openai", "chat/completions", { model: 1 }, null],
  ["openai", "chat/completions", {}, null],
  ["openai", "models", { model: "m" }, null],
  ["ollama", "api/show", { name: "m" }, "m"],
  ["ollama", "api/show", { model: "m", name: "m" }, "m"],
  ["ollama", "api/show", { model: "m", name: "other" }, null],
  ["ollama", "api/chat", { model: "m", name: "other" }, "m"],
])("of %s's %s, %j asks for the model %j", (kind, path, body, model) => {
  expect(modelOf(kind, path, fieldsOf(body))).toBe(model);
});

test("a call without a field is an empty object", () => {
  expect(Buffer.concat(bodyOf([])).toString()).toBe("{}");
});

test.each([{}, { max_tokens: null }, { max_completion_tokens: null }])("to a call that names no length none is added: %o", (field) => {
  const { max_tokens, max_completion_tokens, ...rest } = openAi({ model: "m", messages: [], ...field }) as Record<string, unknown>;
  expect([max_tokens ?? null, max_completion_tokens ?? null]).toEqual([null, null]);
  expect(rest).toEqual({ model: "m", messages: [] });
});
