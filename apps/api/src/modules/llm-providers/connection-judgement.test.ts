import { expect, test } from "vitest";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import { allowableEntry, judgeFailure, judgeList, judgeRefusal, versionHint } from "./connection-judgement.js";

const context = { kind: "openai-compatible", baseUrl: "https://llm.example", hasKey: true } as const;
const chat = { ...context, isListKnown: true };

test.each([
  [200, '{"data":[]}', null],
  [200, "<!DOCTYPE html>", "not_llm"],
  [200, "plain", "not_llm"],
  [301, "", "not_llm"],
  [401, "{}", "bad_key"],
  [403, "{}", "bad_key"],
  [402, "{}", "rate_limited"],
  [404, "{}", "not_llm"],
  [429, "{}", "rate_limited"],
  [503, "", "server_error"],
])("a list with status %i and %s is judged %s", (status, body, outcome) => {
  expect(judgeList({ status, body }, context)?.outcome ?? null).toBe(outcome);
});

test.each([
  ["OpenAI", 404, { error: { message: "The model `gpt-9` does not exist or you do not have access to it.", code: "model_not_found" } }],
  ["OpenAI without access", 403, { error: { message: "Project does not have access to model gpt-9", code: "model_not_found" } }],
  ["Anthropic", 404, { type: "error", error: { type: "not_found_error", message: "model: claude-9" } }],
  ["Ollama", 404, { error: "model 'llama9' not found" }],
  ["Z.ai", 400, { error: { code: "1211", message: "Unknown Model, please check the model code." } }],
  ["OpenRouter", 400, { error: { message: "nope/nope is not a valid model ID", code: 400 } }],
  ["vLLM", 404, { object: "error", message: "The model `x` does not exist.", code: 404 }],
])("%s says that a model is missing, and is understood", (_name, status, body) => {
  expect(judgeRefusal({ status, body: JSON.stringify(body) }, "x", chat)).toMatchObject({ outcome: "model_missing" });
});

test("a field that is not supported with a model is no missing model", () => {
  const body = JSON.stringify({ error: { message: "Unsupported parameter: 'max_tokens' is not supported with this model." } });
  expect(judgeRefusal({ status: 400, body }, "x", chat)).toMatchObject({
    outcome: "not_llm",
    message: expect.stringContaining("max_tokens"),
  });
});

test("a 404 without words is a missing model only where the server has shown its list", () => {
  expect(judgeRefusal({ status: 404, body: "" }, "x", chat)).toMatchObject({ outcome: "model_missing" });
  expect(judgeRefusal({ status: 404, body: "" }, "x", { ...chat, isListKnown: false })).toMatchObject({ outcome: "not_llm" });
});

test("a wrong key that speaks of models is still a wrong key", () => {
  const body = JSON.stringify({ error: { message: "invalid model key: unknown" } });
  expect(judgeRefusal({ status: 401, body }, "x", chat)).toMatchObject({ outcome: "bad_key" });
});

test.each([400, 401, 402, 403, 404, 409, 422, 429, 500, 503])(
  "with status %i the provider's own words are quoted, its keys are not",
  (status) => {
    const body = JSON.stringify({ error: { message: "The blue pool is empty, sk-canary-1234567890abcdef" } });
    const { message } = judgeRefusal({ status, body }, "x", chat);
    expect(message).toContain("The provider said: “The blue pool is empty, [hidden]”");
  },
);

test.each([
  ["openai-compatible", "https://llm.example", true],
  ["openai-compatible", "https://llm.example/api", true],
  ["openai-compatible", "https://llm.example/v1", false],
  ["openai-compatible", "https://llm.example/api/paas/v4", false],
  ["openai-compatible", "https://llm.example/v1beta/openai", false],
  ["zai", "https://llm.example", false],
  ["anthropic", "https://llm.example", false],
  ["ollama", "https://llm.example", false],
] as const)("for %s at %s, advice about /v1 is given: %s", (kind, baseUrl, isGiven) => {
  expect(versionHint({ kind, baseUrl }) !== "").toBe(isGiven);
});

test.each([
  "unknown_host",
  "refused",
  "redirected",
  "timeout",
  "tls",
  "reset",
  "bad_answer",
  "too_large",
  "bad_url",
  "bad_request",
] as const)("%s has words that say what to do", (code) => {
  expect(judgeFailure(new OutboundError(code, "", { host: "llm.example" })).message).toMatch(/[A-Z].*\.$/);
});

test.each([
  ["http://192.168.1.20:11434/api/tags", "private", "192.168.1.20:11434"],
  ["https://llm.home/v1/models", "private", "llm.home:443"],
  ["http://[fd00::1]/v1/models", "private", "[fd00::1]:80"],
  ["http://169.254.169.254/v1/models", "metadata", null],
])("for %s, which is %s, an admin is offered %s", (url, reason, entry) => {
  const error = new OutboundError("address_refused", "An admin can allow this host.", { host: "h", reason });
  expect(judgeFailure(error)).toEqual({ outcome: "address_refused", message: "An admin can allow this host." });
  expect(allowableEntry(url, error)).toBe(entry);
});
