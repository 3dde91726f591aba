import { expect, test } from "vitest";
import { keyHeaders, passedHeaders, relayUrl, returnedHeaders, shownToken } from "./relay-rules.js";

test.each([
  ["openai", "https://llm.example/v1", "chat/completions", "https://llm.example/v1/chat/completions"],
  ["zai", "https://api.z.ai/api/paas/v4/", "chat/completions", "https://api.z.ai/api/paas/v4/chat/completions"],
  ["anthropic", "https://api.anthropic.com", "v1/messages", "https://api.anthropic.com/v1/messages"],
  ["anthropic", "https://api.anthropic.com/v1", "v1/messages", "https://api.anthropic.com/v1/messages"],
  ["ollama", "http://ollama.home:11434/v1/", "api/chat", "http://ollama.home:11434/api/chat"],
] as const)("%s at %s answers to %s at %s", (kind, baseUrl, path, url) => {
  expect(relayUrl(kind, baseUrl, path)).toBe(url);
});

test.each([
  ["openai", "models"],
  ["openai", "files"],
  ["openai", "../admin/keys"],
  ["openai", "chat/completions/../../models"],
  ["anthropic", "chat/completions"],
  ["ollama", "api/pull"],
  ["ollama", "api/delete"],
] as const)("%s's %s is closed", (kind, path) => {
  expect(relayUrl(kind, "https://llm.example/v1", path)).toBeNull();
});

test("a key travels in the header of its kind, and none is made up", () => {
  expect(keyHeaders("openai", "k")).toEqual({ authorization: "Bearer k" });
  expect(keyHeaders("anthropic", "k")).toEqual({ "x-api-key": "k" });
  expect(keyHeaders("anthropic", "k", "authorization")).toEqual({ authorization: "Bearer k" });
  expect(keyHeaders("ollama", null)).toEqual({});
});

test("of an agent's headers only harmless ones go on, of a provider's only what its client reads", () => {
  const sent = { authorization: "Bearer x", cookie: "a=b", "anthropic-version": "2023-06-01", "x-forwarded-for": "1.2.3.4" };
  expect(passedHeaders(sent)).toEqual({ "anthropic-version": "2023-06-01" });
  const answered = new Headers({
    "content-type": "text/event-stream",
    "openai-organization": "acme",
    "set-cookie": "a=b",
    "retry-after": "7",
  });
  expect(returnedHeaders(answered)).toEqual({ "content-type": "text/event-stream", "retry-after": "7" });
});

test.each([
  ["interleaved-thinking-2025-05-14", "interleaved-thinking-2025-05-14"],
  ["context-management-2025-06-27,compact-2026-01-12", "context-management-2025-06-27,compact-2026-01-12"],
  ["fast-mode-2026-02-01,oauth-2025-04-20", undefined],
  ["code-execution-2025-08-25, fine-grained-tool-streaming-2025-05-14,context-1m-2025-08-07", "fine-grained-tool-streaming-2025-05-14"],
  ["mcp-client-2025-04-04,files-api-2025-04-14,web-fetch-2025-09-10", undefined],
  ["", undefined],
])("of the betas %j what costs the provider's owner stays behind", (asked, passed) => {
  expect(passedHeaders({ "anthropic-beta": asked })["anthropic-beta"]).toBe(passed);
});

test("a token is read from either header", () => {
  expect(shownToken({ authorization: "Bearer abc" })).toBe("abc");
  expect(shownToken({ "x-api-key": "abc" })).toBe("abc");
  expect(shownToken({ authorization: "Basic abc" })).toBeNull();
  expect(shownToken({})).toBeNull();
});
