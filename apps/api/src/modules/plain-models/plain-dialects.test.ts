import type { ProviderKind } from "@mosaic/contracts/provider";
import type { ModelDialect } from "@mosaic/contracts/provider-dialect";
import { expect, test } from "vitest";
import { plainDialectOf, plainHeaders, plainUrl } from "./plain-dialects.js";

const messages = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Name this chat." },
];

function bodyFor(kind: ProviderKind, body: Record<string, unknown>, found: ModelDialect = {}, baseUrl = "https://llm.example/v1"): unknown {
  const provider = { kind, baseUrl, apiKey: "k", models: [], dialect: { models: { m: found } } };
  const { stream = false, stream_options: options, ...others } = body;
  const fields = Object.entries(others).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))] as const);
  const request = { provider, model: "m", fields, isStream: stream === true, wantsUsage: options !== undefined };
  return JSON.parse(Buffer.concat(plainDialectOf(kind).body(request)).toString()) as unknown;
}

test.each([
  ["openai", "https://llm.example/v1/", "https://llm.example/v1/chat/completions"],
  ["zai", "https://api.z.ai/api/paas/v4", "https://api.z.ai/api/paas/v4/chat/completions"],
  ["ollama", "http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/chat/completions"],
  ["ollama", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"],
  ["anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"],
] as const)("%s at %s is asked at %s", (kind, baseUrl, url) => {
  expect(plainUrl({ kind, baseUrl, apiKey: null, models: [], dialect: { models: {} } }, plainDialectOf(kind).chatPath)).toBe(url);
});

test("a key goes where this very provider wants it", () => {
  const anthropic = { kind: "anthropic", baseUrl: "", apiKey: "k", models: [] } as const;
  expect(plainHeaders({ ...anthropic, dialect: { models: {} } })).toMatchObject({ "x-api-key": "k", "anthropic-version": "2023-06-01" });
  const asBearer = plainHeaders({ ...anthropic, dialect: { models: {}, keyHeader: "authorization" } });
  expect(asBearer).toMatchObject({ authorization: "Bearer k" });
  expect(asBearer).not.toHaveProperty("x-api-key");
});

test("the limit of an answer has the name that the model takes, and what it refuses is left out", () => {
  const asked = { messages, max_tokens: 20, tools: [{ type: "function" }], tool_choice: "auto", stream: true, stream_options: {} };
  expect(bodyFor("openai", asked)).toEqual({
    model: "m",
    messages,
    tools: [{ type: "function" }],
    tool_choice: "auto",
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 20,
  });
  const found = { limitField: "max_tokens", omits: ["stream_options", "tools"] } as const;
  expect(bodyFor("openai", { ...asked, max_completion_tokens: 30 }, { ...found, omits: [...found.omits] })).toEqual({
    model: "m",
    messages,
    stream: true,
    max_tokens: 30,
  });
});

test("OpenAI itself is told to keep nothing", () => {
  expect(bodyFor("openai", { messages }, {}, "https://api.openai.com/v1")).toMatchObject({ store: false });
});

test("for Anthropic the instructions stand apart, roles take turns, and only text goes along", () => {
  const asked = {
    messages: [
      { role: "assistant", content: "Hi, I am Ada." },
      { role: "system", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Look:" },
          { type: "image_url", image_url: { url: "data:…" } },
        ],
      },
      { role: "user", content: "Name this chat." },
      { role: "assistant", content: null, tool_calls: [{ id: "c" }] },
      { role: "tool", tool_call_id: "c", content: "42" },
      { role: "developer", content: "In German." },
      { role: "assistant", content: "Titel: " },
    ],
    temperature: 1.7,
    top_p: 0.5,
    stop: ["\n", "END"],
    tools: [{ type: "function" }],
    response_format: { type: "json_object" },
  };
  expect(bodyFor("anthropic", asked)).toEqual({
    model: "m",
    max_tokens: 8192,
    system: "Be brief.\n\nIn German.",
    messages: [
      { role: "user", content: "…" },
      { role: "assistant", content: "Hi, I am Ada." },
      { role: "user", content: "Look:\n\nName this chat." },
      { role: "assistant", content: "Titel:" },
    ],
    stream: false,
    stop_sequences: ["END"],
    temperature: 1,
  });
});

test("a request to Anthropic that is instructions alone is a question, and one without words is refused", () => {
  expect(bodyFor("anthropic", { messages: messages.slice(0, 1), max_completion_tokens: 9 })).toMatchObject({
    max_tokens: 9,
    messages: [{ role: "user", content: "Be brief." }],
  });
  expect(() => bodyFor("anthropic", { messages: [{ role: "user", content: " " }, null, 3] })).toThrow(
    expect.objectContaining({ code: "invalid_input" }),
  );
  expect(() => bodyFor("anthropic", { messages, n: 2 })).toThrow(expect.objectContaining({ code: "invalid_input" }));
});
