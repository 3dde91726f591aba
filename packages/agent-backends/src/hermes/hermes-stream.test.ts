import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GatewayEvent } from "../agent-backend.js";
import { explainHermesResponse } from "./hermes-failure.js";
import { openHermesStream } from "./hermes-stream.js";

const role = chunk({ role: "assistant" });
const usage = { prompt_tokens: 22, completion_tokens: 14, total_tokens: 36 };
const stop = chunk({}, "stop", { usage });
const done = "data: [DONE]";
const used = { type: "usage", usage: { inputTokens: 22, outputTokens: 14, cachedTokens: 0 } };
const say = (content: string) => chunk({ content });

describe("Hermes' stream", () => {
  it("is text, what it took, and an end", () => {
    expect(readAll([sse(role, say("Hel"), ": keepalive", say("lo"), stop, done)])).toEqual([
      { type: "delta", text: "Hel" },
      { type: "delta", text: "lo" },
      used,
      { type: "end" },
    ]);
  });

  it("tells what nobody has counted as nothing, and thoughts as thoughts", () => {
    const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    expect(readAll([sse(chunk({ reasoning_content: "Hm." }), say("a"), chunk({}, "stop", { usage: none }), done)])).toEqual([
      { type: "reasoning", text: "Hm." },
      { type: "delta", text: "a" },
      { type: "end" },
    ]);
  });

  it("means the same however it is cut, also in the middle of a character, be it an answer or an error", () => {
    const call = { tool: "terminal", emoji: "💻", label: "echo 🦞", toolCallId: "call_1" };
    const answers = [
      sse(role, say("Grüße 🦞 👩‍👩‍👧"), progress({ ...call, status: "running" }), progress({ ...call, status: "completed" }), stop, done),
      sse(role, progress({ tool: "web_search", label: "Öl" }), say("zwei\nZeilen"), ": keepalive", chunk({}, "length", { usage }), done),
      sse(role, say("half"), failed("HTTP 401: Schlüssel 🦞"), done),
      sse(role, say("half of an ans")),
    ];
    for (const text of answers) {
      const bytes = new TextEncoder().encode(text);
      const whole = readAll([bytes]);
      expect(whole.length).toBeGreaterThan(1);
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
          expect(readAll(cutAt(bytes, cuts))).toEqual(whole);
        }),
      );
    }
  });

  it("is whole once it has stopped, also when the connection ends without [DONE]", () => {
    expect(readAll([sse(say("Hello"), stop)])).toEqual([{ type: "delta", text: "Hello" }, used, { type: "end" }]);
  });

  it("is broken off without a stop", () => {
    expect(readAll([sse(role, say("Hal"))])).toEqual([
      { type: "delta", text: "Hal" },
      { type: "failure", code: "agent_broke_off", detail: expect.stringContaining("in the middle of its answer") },
    ]);
  });

  it("is cut where the model reached its limit, and no answer where it said nothing till then", () => {
    expect(readAll([sse(say("a"), chunk({}, "length"), done)]).at(-1)).toMatchObject({ code: "answer_cut" });
    expect(readAll([sse(chunk({}, "length"), done)])).toMatchObject([{ code: "provider_failed" }]);
    expect(readAll([sse(say("a"), chunk({}, "content_filter"), done)]).at(-1)).toMatchObject({ detail: expect.stringContaining("filter") });
  });

  it("says nothing more after its end", () => {
    const stream = openHermesStream(() => 0);
    expect(stream.push(sse(say("a"), stop, done, say("late")))).toEqual([{ type: "delta", text: "a" }, used, { type: "end" }]);
    expect(stream.push(sse(say("later"), progress({ tool: "terminal" }), done))).toEqual([]);
    expect(stream.close()).toEqual([]);
    const failing = openHermesStream(() => 0);
    expect(failing.push(sse(failed("HTTP 500: no"), done, say("late")))).toHaveLength(1);
    expect(failing.close()).toEqual([]);
  });

  it.each([[[stop, done]], [[done]], [[role, stop, done]]])("is no answer without a word (%#)", (events) => {
    const last = readAll([sse(...events)]).at(-1);
    expect(last).toEqual({ type: "failure", code: "provider_failed", detail: expect.stringContaining("without an answer") });
  });

  it("passes over what is no JSON and what has a name it does not know", () => {
    const odd = ["data: nonsense", "event: hermes.other\ndata: {}", "event: hermes.tool.progress\ndata: x", "data: {}", "data: []"];
    expect(readAll([sse(...odd, say("a"), done)])).toEqual([{ type: "delta", text: "a" }, { type: "end" }]);
  });

  it("is broken off when one event outgrows what can be held", () => {
    const stream = openHermesStream(() => 0);
    const events = Array.from({ length: 6 }, () => stream.push(`data: ${"x".repeat(1024 * 1024)}`)).flat();
    expect(events).toMatchObject([{ type: "failure", code: "agent_broke_off" }]);
  });
});

describe("what Hermes tells of its tools", () => {
  const call = { tool: "terminal", toolCallId: "call_1" };
  const part = { type: "tool_call", id: "call_1", name: "terminal" };

  it("is a call that runs and ends, with what it was given", () => {
    const events = [progress({ ...call, emoji: "💻", label: "ls", status: "running" }), progress({ ...call, status: "completed" })];
    expect(readAll([sse(...events, say("a"), stop, done)]).slice(0, 2)).toEqual([
      { ...part, state: "running", input: "ls" },
      { ...part, state: "completed", input: "ls" },
    ]);
  });

  it.each([
    ["completed", "completed"],
    ["failed", "failed"],
    ["error", "failed"],
    ["__proto__", "running"],
    ["odd", "running"],
    ["", "running"],
  ])("has the state %s as %s", (status, state) => {
    expect(readAll([sse(progress({ ...call, status }), say("a"))])[0]).toEqual({ ...part, state });
  });

  it("is told once, however often it is said that a call runs", () => {
    const events = ["running", "odd", "running", "completed"].map((status) => progress({ ...call, status }));
    const states = readAll([sse(...events)]).flatMap((event) => (event.type === "tool_call" ? [event.state] : []));
    expect(states).toEqual(["running", "completed"]);
  });

  it("gets names where it has none, and has ended when the answer goes on", () => {
    const events = readAll([
      sse(progress({ tool: "a", label: "x" }), progress({ tool: "b" }), say("text"), progress({ tool: "a" }), stop, done),
    ]);
    expect(events.slice(0, 7)).toEqual([
      { type: "tool_call", id: "unnamed-1", name: "a", state: "running", input: "x" },
      { type: "tool_call", id: "unnamed-2", name: "b", state: "running" },
      { type: "tool_call", id: "unnamed-1", name: "a", state: "completed", input: "x" },
      { type: "tool_call", id: "unnamed-2", name: "b", state: "completed" },
      { type: "delta", text: "text" },
      { type: "tool_call", id: "unnamed-3", name: "a", state: "running" },
      used,
    ]);
    expect(events.slice(7)).toEqual([{ type: "tool_call", id: "unnamed-3", name: "a", state: "completed" }, { type: "end" }]);
  });

  it("finds the call that a word without an id ends", () => {
    const events = [progress({ tool: "a" }), progress({ tool: "b" }), progress({ tool: "a", status: "failed" })];
    expect(readAll([sse(...events)])[2]).toEqual({ type: "tool_call", id: "unnamed-1", name: "a", state: "failed" });
  });

  it("is left as it stands where the answer fails", () => {
    const events = readAll([sse(progress({ ...call, status: "running" }), failed("HTTP 500: no"), done)]);
    expect(events.map(({ type }) => type)).toEqual(["tool_call", "failure"]);
  });

  it("is cut, and does not fill the memory", () => {
    const long = progress({ tool: "t".repeat(300), toolCallId: "i".repeat(300), label: "l".repeat(10_000), status: "running" });
    const [first] = readAll([sse(long)]);
    expect(first).toMatchObject({ id: "i".repeat(200), name: "t".repeat(200), input: `${"l".repeat(4000)}…` });
    const many = Array.from({ length: 300 }, (_, id) => progress({ ...call, toolCallId: `c${id}`, status: "running" }));
    expect(readAll([sse(...many)])).toHaveLength(201);
  });
});

describe("a failure inside an answer of 200", () => {
  it.each([
    ["HTTP 401: Incorrect API key provided", "provider_key_refused", "Incorrect API key"],
    ['HTTP 401: {"error":{"message":"No such key"}}', "provider_key_refused", "“No such key”"],
    ["API call failed after 3 retries: HTTP 429: Slow down", "provider_rate_limited", "“Slow down”"],
    ["❌ API call failed after 3 retries. HTTP 402: No credit", "provider_rate_limited", "No credit"],
    ["HTTP 404: The model glm-9 does not exist", "provider_model_missing", "glm-9"],
    ["HTTP 400: This model's maximum context length is 8192 tokens", "provider_failed", "too long for this model"],
    ["HTTP 503: <!DOCTYPE html><html>", "provider_failed", "overloaded"],
    ["HTTP 502", "provider_failed", "overloaded"],
    ["Connection error.", "provider_unreachable", "can't be reached"],
    ["Request timed out.", "provider_unreachable", "can't be reached"],
    ["peer closed connection without sending complete message body (incomplete chunked read)", "provider_unreachable", "hung up"],
    ["ValueError: Model m has a context window of 32,768 tokens, which is below the minimum 64,000 required", "provider_failed", "64,000"],
    ["", "agent_broke_off", "did not say why"],
  ])("is told in plain words: %s", (message, code, detail) => {
    expect(readAll([sse(role, failed(message), done)])).toEqual([{ type: "failure", code, detail: expect.stringContaining(detail) }]);
  });

  it("is told wherever it stands, and comes after what was said and what it took", () => {
    const inside = `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "error", error: "HTTP 401: no" }] })}`;
    const beside = chunk({}, "error", { hermes: { error: "HTTP 401: no" }, usage });
    expect(readAll([sse(inside)])).toMatchObject([{ code: "provider_key_refused" }]);
    expect(readAll([sse(say("a"), beside, done)])).toMatchObject([{ type: "delta" }, used, { code: "provider_key_refused" }]);
    expect(readAll([sse(chunk({}, "error"), done)])).toMatchObject([{ code: "agent_broke_off" }]);
  });

  it("knows a provider that broke off in the middle from one that was silent for minutes", () => {
    const cut = sse(say("a"), failed("peer closed connection without sending complete message body"));
    expect(readAll([cut]).at(-1)).toMatchObject({ code: "provider_failed", detail: expect.stringContaining("in the middle") });
    expect(readAll([sse(failed("Request timed out."))], 120_000)).toMatchObject([{ code: "provider_timeout" }]);
  });

  it("knows an answer that reached its length limit", () => {
    const cut = sse(say("a"), failed("Response truncated due to output length limit"));
    expect(readAll([cut]).at(-1)).toMatchObject({ code: "answer_cut", detail: expect.stringContaining("length limit") });
  });

  it("shows no key that the provider repeats", () => {
    expect(JSON.stringify(readAll([sse(failed("HTTP 401: Bad key sk-live-1234567890abcdef"))]))).not.toContain("sk-live-1234567890");
  });
});

describe("an answer other than 200", () => {
  const error = (message: string, code: string) => JSON.stringify({ error: { message, type: "invalid_request_error", code } });
  it.each([
    [401, error("Invalid API key", "invalid_api_key"), "does not accept Mosaic's token"],
    [403, "", "a browser's"],
    [413, error("Request body too large.", "body_too_large"), "too large"],
    [429, error("Too many concurrent runs (max 10)", "rate_limit_exceeded"), "as many answers as it can"],
    [400, error("Invalid session ID", ""), "(400): “Invalid session ID”"],
    [404, "404: Not Found", "(404): “404: Not Found”"],
    [500, error("Internal server error: x", ""), "(500): “Internal server error: x”"],
    [502, "<html>Bad Gateway</html>", "(502). Send"],
    [503, "", "busy"],
    [504, "", "in the time that it has"],
  ])("%i %s says what to do", (status, body, detail) => {
    expect(explainHermesResponse(status, body)).toEqual({ code: "agent_broke_off", detail: expect.stringContaining(detail) });
  });

  it("is the provider's where Hermes had no answer at all", () => {
    expect(explainHermesResponse(502, error("HTTP 401: no such key", "agent_incomplete"))).toMatchObject({ code: "provider_key_refused" });
  });
});

function readAll(chunks: readonly (Uint8Array | string)[], elapsedMs = 0): GatewayEvent[] {
  let nowMs = 0;
  const stream = openHermesStream(() => nowMs);
  nowMs = elapsedMs;
  return [...chunks.flatMap((bytes) => stream.push(bytes)), ...stream.close()];
}

function chunk(delta: object, reason: string | null = null, rest: object = {}): string {
  return `data: ${JSON.stringify({ id: "chatcmpl-1", choices: [{ index: 0, delta, finish_reason: reason }], ...rest })}`;
}

function failed(message: string): string {
  return chunk({}, "error", { error: { message, type: "agent_error" } });
}

function progress(told: object): string {
  return `event: hermes.tool.progress\ndata: ${JSON.stringify(told)}`;
}

function sse(...events: readonly string[]): string {
  return events.map((event) => `${event}\n\n`).join("");
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
