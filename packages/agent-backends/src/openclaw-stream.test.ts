import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GatewayEvent } from "./agent-backend.js";
import { openOpenclawStream } from "./openclaw-stream.js";

const recorded = readFileSync(new URL("../test/fixtures/openclaw-broken-off.sse", import.meta.url));

describe("the gateway's stream", () => {
  it("is text and then a failure when the provider breaks off, as recorded", () => {
    expect(readAll([recorded])).toMatchObject([
      { type: "delta", text: "word1" },
      { type: "delta", text: " word2" },
      { type: "delta", text: " word3" },
      { type: "failure", code: "provider_failed", detail: expect.stringContaining("broke off") },
    ]);
  });

  it("tells what the turn took, and nothing where nobody has counted", () => {
    const counted = (usage: unknown) => readAll([`data: ${JSON.stringify({ choices: [], usage })}\n\n`]).slice(0, -1);
    const usage = { inputTokens: 120, outputTokens: 7, cachedTokens: 100 };
    expect(counted({ prompt_tokens: 120, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 100 } })).toEqual([
      { type: "usage", usage },
    ]);
    expect(counted({ prompt_tokens: 120, completion_tokens: 7 })).toEqual([{ type: "usage", usage: { ...usage, cachedTokens: 0 } }]);
    for (const none of [null, {}, { prompt_tokens: 0, completion_tokens: 0 }, { prompt_tokens: -1, completion_tokens: 1e300 }, "many"]) {
      expect(counted(none)).toEqual([]);
    }
  });

  it("means the same however it is cut, also in the middle of a character", () => {
    const bytes = new TextEncoder().encode(
      ["", ": hello", deltaLine("Grüße 🦞 👩‍👩‍👧"), deltaLine("zwei\nZeilen"), "data: [DONE]", ""].join("\r\n\r\n"),
    );
    const whole = readAll([bytes]);
    expect(joined(whole)).toBe("Grüße 🦞 👩‍👩‍👧zwei\nZeilen");
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        expect(readAll(cutAt(bytes, cuts))).toEqual(whole);
      }),
    );
  });

  it("reads plain strings, bare line feeds, comments and data of several lines", () => {
    const events = readAll([": keep-alive\n\n", 'data: {"choices":\ndata: [{"delta":{"content":"a"}}]}\n\n', "data:[DONE]\n\n"]);
    expect(events).toEqual([{ type: "delta", text: "a" }, { type: "end" }]);
  });

  it("passes over role and usage chunks, and over what is no JSON", () => {
    const events = readAll([
      'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n',
      'data: {"choices":[],"usage":{"total_tokens":3}}\n\n',
      "data: nonsense\n\n",
      "data: [DONE]\n\n",
    ]);
    expect(events).toEqual([{ type: "end" }]);
  });

  it("says nothing more after its end", () => {
    const stream = openOpenclawStream();
    expect(
      stream.push(`data: {"error":{"message":"429 slow down","type":"rate_limit_error"}}\n\ndata: [DONE]\n\n${deltaLine("late")}\n\n`),
    ).toHaveLength(1);
    expect(stream.push(`${deltaLine("later")}\n\n`)).toEqual([]);
    expect(stream.close()).toEqual([]);
  });

  it("is broken off when the connection ends before the end was told", () => {
    const stream = openOpenclawStream();
    expect(stream.push(`${deltaLine("half")}\n\n`)).toEqual([{ type: "delta", text: "half" }]);
    expect(stream.close()).toMatchObject([{ type: "failure", code: "agent_broke_off" }]);
  });

  it("is broken off when one event outgrows what can be held", () => {
    const stream = openOpenclawStream();
    const events = Array.from({ length: 6 }, () => stream.push(`data: ${"x".repeat(1024 * 1024)}`)).flat();
    expect(events).toMatchObject([{ type: "failure", code: "agent_broke_off" }]);
  });

  it("tells a provider that was silent for minutes from one that can't be reached", () => {
    const line = 'data: {"error":{"message":"upstream provider timeout","type":"api_error"}}\n\n';
    const codes = [1_500, 120_500].map((elapsedMs) => {
      let nowMs = 0;
      const stream = openOpenclawStream(() => nowMs);
      nowMs = elapsedMs;
      return stream.push(line).map((event) => event.type === "failure" && event.code);
    });
    expect(codes).toEqual([["provider_unreachable"], ["provider_timeout"]]);
  });
});

function readAll(chunks: readonly (Uint8Array | string)[]): GatewayEvent[] {
  const stream = openOpenclawStream(() => 0);
  return [...chunks.flatMap((chunk) => stream.push(chunk)), ...stream.close()];
}

function joined(events: readonly GatewayEvent[]): string {
  return events.map((event) => (event.type === "delta" ? event.text : "")).join("");
}

function deltaLine(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}`;
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
