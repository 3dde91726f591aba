import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GatewayEvent } from "../agent-backend.js";
import { openNanobotStream } from "./nanobot-stream.js";

const stop = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}';
const done = "data: [DONE]";

describe("nanobot's stream", () => {
  it("is text and an end, and nothing where a role, usage or tools would be", () => {
    expect(readAll([sse(delta("Hel"), delta("lo"), stop, done)])).toEqual([
      { type: "delta", text: "Hel" },
      { type: "delta", text: "lo" },
      { type: "end" },
    ]);
  });

  it("means the same however it is cut, also in the middle of a character, be it an answer or an error", () => {
    const answers = [
      sse(": hello", delta("Grüße 🦞 👩‍👩‍👧"), delta("zwei\nZeilen"), stop, done),
      sse(delta("Error: {'message': 'Über das Limit 🦞', 'code': 'rate_limit_exceeded'}"), stop, done),
      sse(delta("Error"), delta(": the disk is full, so "), delta("I stopped."), stop, done),
      sse(delta("half of an ans")),
    ];
    for (const text of answers) {
      const bytes = new TextEncoder().encode(text);
      const whole = readAll([bytes]);
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
          expect(readAll(cutAt(bytes, cuts))).toEqual(whole);
        }),
      );
    }
  });

  it("says the same whatever pieces an answer comes in, word for word", () => {
    const words = fc.constantFrom(
      "Error",
      ": ",
      "Error: {",
      "}",
      "'a'",
      '"',
      "\\",
      "Error calling LLM",
      "Sorry, I",
      " ",
      "\n",
      "yes",
      "🦞",
    );
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 12 }), (pieces) => {
        const events = readAll([sse(...pieces.map(delta), stop, done)]);
        const isFailure = events.at(-1)?.type === "failure";
        if (isFailure) expect(joined(events)).toBe("");
        else expect(joined(events)).toBe(pieces.join(""));
        expect(readAll([sse(delta(pieces.join("")), stop, done)]).at(-1)?.type).toBe(events.at(-1)?.type);
      }),
    );
  });

  it("is whole once it has stopped, also when the connection ends without [DONE]", () => {
    expect(readAll([sse(delta("Hello"), stop)])).toEqual([{ type: "delta", text: "Hello" }, { type: "end" }]);
  });

  it("is broken off without a stop, and was too slow if that took as long as a turn may", () => {
    expect(readAll([sse(delta("Hal"))])).toEqual([
      { type: "delta", text: "Hal" },
      { type: "failure", code: "agent_broke_off", detail: expect.stringContaining("in the middle of its answer") },
    ]);
    expect(readAll([sse(delta("Error: th"))]).slice(0, 1)).toEqual([{ type: "delta", text: "Error: th" }]);
    expect(readAll([sse(delta("Hal"))], 899_000).at(-1)).toEqual({
      type: "failure",
      code: "agent_broke_off",
      detail: expect.stringContaining("in the time that it has"),
    });
  });

  it("says nothing more after its end", () => {
    const stream = openNanobotStream(() => 0);
    expect(stream.push(sse(delta("a"), stop, done, delta("late")))).toEqual([{ type: "delta", text: "a" }, { type: "end" }]);
    expect(stream.push(sse(delta("later"), done))).toEqual([]);
    expect(stream.close()).toEqual([]);
  });

  it("is no answer without a word", () => {
    expect(readAll([sse(stop, done)])).toEqual([
      { type: "failure", code: "provider_failed", detail: expect.stringContaining("without an answer") },
    ]);
  });

  it("passes over what is no JSON, and is broken off when one event outgrows what can be held", () => {
    expect(readAll([sse("data: nonsense", delta("a"), done)])).toEqual([{ type: "delta", text: "a" }, { type: "end" }]);
    const stream = openNanobotStream(() => 0);
    const events = Array.from({ length: 6 }, () => stream.push(`data: ${"x".repeat(1024 * 1024)}`)).flat();
    expect(events).toMatchObject([{ type: "failure", code: "agent_broke_off" }]);
  });
});

describe("an answer that is an error of the provider's", () => {
  const long = "x".repeat(600);
  it.each([
    [`Error: {"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}`, "provider_key_refused", "Incorrect API key"],
    [`Error: {'message': "The key isn't valid", 'code': 'invalid_api_key'}`, "provider_key_refused", "The key isn't valid"],
    [`Error: {'message': 'Slow down', 'type': 'rate_limit_error'}`, "provider_rate_limited", "Slow down"],
    [`Error: {"error":{"message":"No credit left","type":"insufficient_quota"}}\n`, "provider_rate_limited", "No credit left"],
    [`Error: {'message': 'The model glm-9 does not exist', 'code': 'model_not_found'}`, "provider_model_missing", "glm-9"],
    [`Error: {"error":"model \\"q\\" not found, try pulling it first"}`, "provider_model_missing", "try pulling it"],
    [`Error: {"detail":[{"loc":["body","temperature"],"msg":"must be 1"}]}`, "provider_failed", "must be 1"],
    [`Error: {"message":"Overloaded","code":529}`, "provider_failed", "Overloaded"],
    [`Error: {'message': 'Too long: ${long}`.slice(0, 507), "provider_failed", "Too long: xxx"],
    ["Error: Error code: 401 - {'error': {'message': 'No such key'}}", "provider_key_refused", "No such key"],
    ["Error: Error code: 502", "provider_failed", "overloaded"],
    ["Error: litellm.RateLimitError: 429 slow down", "provider_rate_limited", "slow down"],
    ["Error calling LLM: Connection error.", "provider_unreachable", "can't be reached"],
    ["Error: Connection error.", "provider_unreachable", "can't be reached"],
    ["Error: <!DOCTYPE html><html><body>502</body></html>", "provider_failed", "did not say why"],
    ["Error: Bad Gateway", "provider_failed", "overloaded"],
    ["Sorry, I encountered an error calling the AI model.", "provider_failed", "did not say why"],
  ])("is told in plain words (%#)", (text, code, detail) => {
    expect(readAll([sse(delta(text), stop, done)])).toEqual([{ type: "failure", code, detail: expect.stringContaining(detail) }]);
    expect(readAll([sse(...Array.from(text, delta), stop)])).toEqual([{ type: "failure", code, detail: expect.stringContaining(detail) }]);
  });

  it("shows no key that the provider repeats", () => {
    const [event] = readAll([sse(delta("Error: {'message': 'Bad key sk-live-1234567890abcdef', 'code': 'invalid_api_key'}"), stop)]);
    expect(JSON.stringify(event)).not.toContain("sk-live-1234567890");
  });

  it("is told from a provider that was silent for minutes", () => {
    expect(readAll([sse(delta("Error: Request timed out."), stop, done)], 120_000)).toMatchObject([{ code: "provider_timeout" }]);
  });

  it.each([
    "Error: the disk is full.",
    "Error: Connection error. happens when the cable is out.",
    'Error: {"a":1} is what the log says, and it means nothing.',
    'Error: {"a": is what the log says',
    "Error calling",
    "Error: Bad Gateway means that the proxy got no answer.",
    "Error: <b>bold</b>",
    "Sorry, I encountered an error calling the AI model. Shall I try again?",
    "An error: {}",
    `Error: {${"x".repeat(3000)}`,
    "Error",
  ])("is not any answer that begins like one (%#)", (text) => {
    const events = readAll([sse(...Array.from(text, delta), stop, done)]);
    expect(joined(events)).toBe(text);
    expect(events.at(-1)).toEqual({ type: "end" });
  });

  it("is not waited for once the answer can't be one any more", () => {
    const stream = openNanobotStream(() => 0);
    expect(stream.push(sse(delta("Error: ")))).toEqual([]);
    expect(stream.push(sse(delta("the disk")))).toEqual([{ type: "delta", text: "Error: the disk" }]);
    expect(stream.push(sse(delta(" is full")))).toEqual([{ type: "delta", text: " is full" }]);
    const other = openNanobotStream(() => 0);
    expect(other.push(sse(delta(`Error: {${"x".repeat(1900)}`)))).toEqual([]);
    expect(other.push(sse(delta("y".repeat(200))))).toHaveLength(1);
  });
});

function readAll(chunks: readonly (Uint8Array | string)[], elapsedMs = 0): GatewayEvent[] {
  let nowMs = 0;
  const stream = openNanobotStream(() => nowMs);
  nowMs = elapsedMs;
  return [...chunks.flatMap((chunk) => stream.push(chunk)), ...stream.close()];
}

function joined(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

function delta(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}`;
}

function sse(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\n\n`).join("");
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
