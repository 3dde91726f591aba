import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GatewayEvent } from "../agent-backend.js";
import { openDeclaredStream } from "./declared-stream.js";

const role = '{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}';
const stop = finish("stop");
const usage =
  '{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9,"prompt_tokens_details":{"cached_tokens":3}}}';
const done = "[DONE]";
const counted = { type: "usage", usage: { inputTokens: 7, outputTokens: 2, cachedTokens: 3 } };

describe("a stream of OpenAI's chat API", () => {
  it("is text, what it took, and an end", () => {
    expect(readAll([`: hello\n\n${sse(role, delta("Hel"), delta("lo"), stop, usage, done)}`])).toEqual([
      { type: "delta", text: "Hel" },
      { type: "delta", text: "lo" },
      counted,
      { type: "end" },
    ]);
  });

  it("means the same however it is cut, also in the middle of a character", () => {
    const answers = [
      `: hi\r\n\r\n${sse(role, delta("Grüße 🦞 👩‍👩‍👧"), delta("zwei\nZeilen"), usage, stop, done).replaceAll("\n", "\r\n")}`,
      sse(delta("ha"), '{"error":{"message":"429 zu schnell 🦞"}}'),
      sse(delta("half of an ans")),
      `\n  ${JSON.stringify({ choices: [{ message: { content: "Grüße 🦞" }, finish_reason: "stop" }] })}\n`,
      "<html>🦞</html>",
      `${sse(delta("a"))}data: ${stop}`,
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

  it("ends with exactly one end or failure, whatever comes", () => {
    const line = fc.constantFrom(
      role,
      delta("x"),
      stop,
      finish("length"),
      finish("error"),
      usage,
      done,
      "{",
      '{"error":"x"}',
      "[]",
      "null",
      "🦞",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
        const endings = readAll([sse(...lines)]).filter(({ type }) => type === "end" || type === "failure");
        expect(endings).toHaveLength(1);
      }),
    );
  });

  it.each([
    ["[DONE] without a reason", [delta("a"), done]],
    ["a close after a reason", [delta("a"), stop]],
    ["a reason in the last piece of text", [withReason("a", "stop")]],
    ["a reason of the server's own", [delta("a"), finish("end_turn")]],
  ])("is whole with %s", (_what, lines) => {
    expect(readAll([sse(...lines)])).toEqual([{ type: "delta", text: "a" }, { type: "end" }]);
  });

  it("is whole also when its last event lacks the empty line", () => {
    expect(readAll([`${sse(delta("a"))}data: ${stop}`]).at(-1)).toEqual({ type: "end" });
  });

  it.each([
    ["broke off", [delta("a")], "agent_broke_off", "in the middle"],
    ["was cut", [delta("a"), finish("length"), done], "answer_cut", "length limit"],
    ["was cut before a word", [finish("length"), done], "provider_failed", "length limit"],
    ["was filtered", [delta("a"), finish("content_filter"), done], "provider_failed", "content filter"],
    ["ended with an error", [delta("a"), finish("error"), done], "provider_failed", "fault"],
    ["said nothing", [role, stop, done], "provider_failed", "without an answer"],
    [
      "was refused",
      ['{"error":{"message":"401 Incorrect API key provided","code":401}}'],
      "provider_key_refused",
      "did not accept the key",
    ],
    ["was refused in a text", ['{"error":"429 Too Many Requests"}'], "provider_rate_limited", "rate limit"],
    [
      "was refused as vLLM does",
      ['{"object":"error","message":"The model x does not exist","code":404}'],
      "provider_model_missing",
      "does not know",
    ],
    ["failed after it had stopped", [delta("a"), stop, '{"error":{"message":"503 overloaded"}}'], "provider_failed", "overloaded"],
    ["told a key", ['{"error":{"message":"bad key sk-abcdefghijkl1234567890"}}'], "provider_failed", "[hidden]"],
  ])("is a failure that says what to do when it %s", (_what, lines, code, words) => {
    expect(readAll([sse(...lines)]).at(-1)).toEqual({ type: "failure", code, detail: expect.stringContaining(words) });
  });

  it("reads an event that is called an error", () => {
    expect(readAll(['event: error\ndata: {"message":"401 no"}\n\n']).at(-1)).toMatchObject({ code: "provider_key_refused" });
    expect(readAll(["event: error\ndata: fetch failed\n\n"]).at(-1)).toMatchObject({ code: "provider_unreachable" });
  });

  it("tells what the model thought, and reads a content of parts", () => {
    const lines = [
      '{"choices":[{"delta":{"reasoning_content":"hm"}}]}',
      '{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"image_url"}]}}]}',
    ];
    expect(readAll([sse(...lines, stop)])).toEqual([{ type: "reasoning", text: "hm" }, { type: "delta", text: "a" }, { type: "end" }]);
  });

  it("leaves out a count that is none", () => {
    const wrong = '{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":"x"}}';
    expect(readAll([sse(delta("a"), wrong, stop)])).toEqual([{ type: "delta", text: "a" }, { type: "end" }]);
  });

  it("is bounded: an event or an object without an end is given up", () => {
    for (const start of ["data: ", '{"a":"']) {
      const stream = openDeclaredStream();
      stream.push(start);
      const events = Array.from({ length: 10 }, () => stream.push("x".repeat(1024 * 1024))).flat();
      expect(events).toEqual([{ type: "failure", code: "agent_broke_off", detail: expect.stringContaining("more than can be read") }]);
      expect(stream.close()).toEqual([]);
    }
  });
});

describe("an answer in one object", () => {
  const read = (body: object) => readAll([JSON.stringify(body)]);

  it("is its text, what it took and an end", () => {
    const choices = [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }];
    const { usage: took } = JSON.parse(usage) as { usage: object };
    expect(read({ object: "chat.completion", choices, usage: took })).toEqual([{ type: "delta", text: "Hello" }, counted, { type: "end" }]);
  });

  it("may be an error, or cut", () => {
    expect(read({ error: { message: "401 no" } })).toEqual([expect.objectContaining({ code: "provider_key_refused" })]);
    expect(read({ choices: [{ message: { content: "a" }, finish_reason: "length" }] }).at(-1)).toMatchObject({ code: "answer_cut" });
  });

  it.each(["{}", '{"choices":', "", "hello", "<!doctype html>"])("is told to be none when it is %s", (body) => {
    expect(readAll([body])).toEqual([
      { type: "failure", code: "agent_broke_off", detail: expect.stringContaining("none of OpenAI's chat API") },
    ]);
  });
});

function delta(content: string): string {
  return JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

function withReason(content: string, reason: string): string {
  return JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: reason }] });
}

function finish(reason: string): string {
  return JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
}

function sse(...lines: readonly string[]): string {
  return lines.map((line) => `data: ${line}\n\n`).join("");
}

function readAll(chunks: readonly (Uint8Array | string)[]): GatewayEvent[] {
  const stream = openDeclaredStream(() => 0);
  return [...chunks.flatMap((chunk) => stream.push(chunk)), ...stream.close()];
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}
