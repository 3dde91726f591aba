import fc from "fast-check";
import { describe, expect, it } from "vitest";
import recorded from "../test/fixtures/openclaw-provider-errors.json" with { type: "json" };
import { explainError, explainResponse } from "./openclaw-failure.js";
import { redact } from "./redact.js";

const soon = { elapsedMs: 800, hasText: false };

describe("an error that the real OpenClaw reported", () => {
  it.each(recorded)("of a provider of kind $kind: $case is $code", ({ error, textBefore, code }) => {
    const { code: found, detail } = explainError(error, { elapsedMs: 800, hasText: textBefore !== "" });
    expect(found).toBe(code);
    expect(detail).not.toMatch(/[{}]|upstream provider/);
  });
});

describe("an error's words", () => {
  const cases: readonly [message: string, code: string][] = [
    ["HTTP 401: Unauthorized", "provider_key_refused"],
    ["Request failed with status code 403", "provider_key_refused"],
    ['Inline API key for provider "p-x" is temporarily disabled after a provider auth/billing failure', "provider_key_refused"],
    ["HTTP 429 Too Many Requests", "provider_rate_limited"],
    ["402 Payment Required", "provider_rate_limited"],
    ["model 'llama9' not found, try pulling it first", "provider_model_missing"],
    ["The model `gpt-9` does not exist or you do not have access to it.", "provider_model_missing"],
    ["connect ECONNREFUSED 127.0.0.1:9", "provider_unreachable"],
    ["getaddrinfo ENOTFOUND no-such-host.invalid", "provider_unreachable"],
    ["read ECONNRESET", "provider_unreachable"],
    ["fetch failed", "provider_unreachable"],
    ["unable to verify the first certificate", "provider_unreachable"],
    ["503 Service Unavailable", "provider_failed"],
    ["500 Internal Server Error", "provider_failed"],
    ["400 This model's maximum context length is 8192 tokens", "provider_failed"],
    ["Assistant output cannot be represented as an append-only response stream.", "provider_failed"],
    ["something nobody has heard of", "provider_failed"],
    ["internal error", "agent_broke_off"],
  ];

  it.each(cases)("%s → %s", (message, code) => {
    expect(explainError({ message }, soon).code).toBe(code);
  });

  it("are a time-out only when there was time for one", () => {
    for (const message of ["Request timed out.", "internal error", "upstream provider timeout"]) {
      expect(explainError({ message, type: "api_error" }, { elapsedMs: 300_000, hasText: false }).code).toBe("provider_timeout");
    }
  });

  it("are not quoted when they are OpenClaw's own, for somebody with a terminal", () => {
    const message = "No API key found. Run openclaw models auth paste-api-key --provider p-1-v1";
    const { code, detail } = explainError({ message, type: "authentication_error", code: "missing-provider-auth" }, soon);
    expect([code, detail.includes("openclaw")]).toEqual(["provider_key_refused", false]);
  });

  it("say how long to wait when the provider does", () => {
    const error = { message: "429 Rate limit reached for requests; Retry-After: 20 seconds", type: "rate_limit_error" };
    expect(explainError(error, soon).detail).toContain("Wait 20 seconds");
  });

  it.each([undefined, null, 7, "", "401 no", [], {}, { message: 5 }, { error: {} }])(
    "are explained whatever shape the error has: %o",
    (error) => {
      expect(explainError(error, soon).detail).not.toBe("");
    },
  );

  it("are bounded, whatever the provider sends", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5000 }), (message) => {
        const { detail } = explainError({ message, type: "api_error" }, soon);
        expect(detail.length).toBeLessThan(600);
        expect(detail).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe("an answer other than 200", () => {
  it.each([
    [401, '{"error":{"message":"Unauthorized","type":"unauthorized"}}', "agent_broke_off"],
    [400, '{"error":{"message":"Missing user message in `messages`.","type":"invalid_request_error"}}', "agent_broke_off"],
    [503, '{"error":{"message":"gateway suspended"}}', "agent_broke_off"],
    [413, "", "agent_broke_off"],
    [502, "<html><h1>Bad gateway</h1>", "agent_broke_off"],
    [401, '{"error":{"message":"401 Incorrect API key provided.","type":"authentication_error"}}', "provider_key_refused"],
    [429, '{"error":{"message":"429 slow down","type":"rate_limit_error"}}', "provider_rate_limited"],
    [502, '{"error":{"message":"upstream provider error","type":"api_error"}}', "provider_failed"],
  ])("%i %s is %s", (status, body, code) => {
    expect(explainResponse(status, body).code).toBe(code);
  });
});

describe("a key", () => {
  const keys = [
    "sk-canary-1234567890abcdef",
    "sk-proj-AbCdEf123456_7890-xyz",
    "sk-ant-api03-AAAABBBBCCCC1111",
    "0f3a9c1e5b7d4f60a1b2c3d4e5f60718.QwErTyUiOp123456",
    "AIzaSyA1234567890abcdefghijklmnopqrstu",
    "gsk_abcdefghijklmnop1234",
    "sk-proj-****************************wxyz",
    "3f0c8e5a-1b2c-4d5e-8f90-a1b2c3d4e5f6",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
  ];

  it.each(keys)("is never quoted from a provider's words: %s", (key) => {
    for (const words of [
      `401 Incorrect API key provided: ${key}. You can find yours in the console.`,
      `403 Authorization: Bearer ${key}`,
      `401 {"error":{"message":"bad key \\"${key}\\""}}`,
      `400 x-api-key=${key}`,
    ]) {
      expect(explainError({ message: words, type: "authentication_error" }, soon).detail).not.toContain(key.slice(0, 16));
      expect(explainResponse(400, JSON.stringify({ error: { message: words } })).detail).not.toContain(key.slice(0, 16));
    }
  });

  it("is not seen where there is none", () => {
    const words =
      "429 Rate limit reached for glm-5-air-2026 in organisation of 20 requests per minute, see https://api.example.com/docs/limits";
    expect(redact(words)).toBe(words);
  });
});
