import fc from "fast-check";
import { expect, test } from "vitest";
import { quotable, quoteProvider, wordsOf } from "./provider-words.js";

test.each([
  ["OpenAI", '{"error":{"message":"No.","type":"x"}}', "No."],
  ["Ollama", '{"error":"model not loaded"}', "model not loaded"],
  ["vLLM", '{"object":"error","message":"Too long","code":400}', "Too long"],
  [
    "FastAPI",
    '{"detail":[{"loc":["body","max_tokens"],"msg":"Extra inputs are not permitted"}]}',
    "body.max_tokens: Extra inputs are not permitted",
  ],
  [
    "Mistral",
    '{"object":"error","message":{"detail":[{"loc":["body","x"],"msg":"no"},{"loc":["body","y"],"msg":"neither"}]}}',
    "body.x: no; body.y: neither",
  ],
  ["FastAPI's plain one", '{"detail":"Not authenticated"}', "Not authenticated"],
  ["Google's list", '[{"error":{"code":400,"message":"API key not valid"}}]', "API key not valid"],
  ["RFC 9457", '{"title":"Bad gateway","status":502}', "Bad gateway"],
  ["plain text", "upstream connect error", "upstream connect error"],
  ["a page", "<html><title>502</title></html>", ""],
  ["nothing", "", ""],
  ["JSON without words", '{"a":1}', ""],
])("the words of %s are found", (_name, body, words) => {
  expect(wordsOf(body)).toBe(words);
});

test("are one line, bounded and without keys when they are shown", () => {
  expect(quoteProvider("bad\r\nkey sk-canary-1234567890abcdef")).toBe(" The provider said: “bad key [hidden]”");
  expect(quoteProvider("")).toBe("");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (text) => {
      expect(quotable(text).length).toBeLessThanOrEqual(241);
      expect(quotable(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test("are found in deep nesting and long lists without harm", () => {
  expect(wordsOf(`${'{"error":'.repeat(2000)}1${"}".repeat(2000)}`)).toBe("");
  expect(wordsOf(JSON.stringify({ detail: Array.from({ length: 10_000 }, () => ({ msg: "x" })) }))).toBe("x; x; x");
});
