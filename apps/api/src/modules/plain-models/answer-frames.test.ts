import { expect, test } from "vitest";
import { AnswerFrames, completionOf } from "./answer-frames.js";
import { AnswerReader } from "./answer-reader.js";
import { newAnthropicReader, readAnthropicWhole } from "./anthropic-dialect.js";
import { readOpenAiData, readOpenAiWhole } from "./openai-dialect.js";
import type { AnswerPart } from "./plain-answer.js";

const head = { id: "chatcmpl-1", created: 1, model: "openclaw/ada" };
const chunk = (choice: object, over: object = {}): string =>
  `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", model: "secret-model", choices: [{ index: 0, ...choice }], ...over })}\n\n`;

function read(
  text: string,
  pieceBytes = text.length,
  newReader = (): ((data: string) => readonly AnswerPart[]) => readOpenAiData,
): AnswerPart[] {
  const reader = new AnswerReader(newReader());
  const bytes = Buffer.from(text);
  const parts: AnswerPart[] = [];
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    parts.push(...reader.push(bytes.subarray(from, from + pieceBytes)));
  }
  return [...parts, ...reader.close()];
}

function framed(parts: readonly AnswerPart[], wantsUsage = false): { text: string; data: unknown[] } {
  const frames = new AnswerFrames(head, wantsUsage);
  const text = parts.map((part) => frames.write(part)).join("") + frames.end();
  const data = text.split("\n\n").filter((one) => one !== "" && one !== "data: [DONE]");
  return { text, data: data.map((one) => JSON.parse(one.replace(/^data: /, "")) as unknown) };
}

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

test.each([1, 3, 7, 10_000])(
  "a stream in pieces of %d bytes is framed anew, with nothing of the provider's own around it",
  (pieceBytes) => {
    const stream = [
      ": a comment\n\n",
      "retry: 5\nid: 7\n\n",
      "event: ping\ndata:\n\n",
      chunk({ delta: { role: "assistant", content: "" } }),
      "event: whatever\n",
      chunk({ delta: { content: "Grüße, 🌍" }, logprobs: null }, { system_fingerprint: "fp", service_tier: "x", x_groq: {} }),
      "data: {not json\n\n",
      "data: [1,2]\n\n",
      chunk({ delta: { content: "!" }, finish_reason: null }),
      chunk({ delta: {}, finish_reason: "stop" }, { usage: { ...usage, cost: 1 } }),
      "data: [DONE]\n\n",
      chunk({ delta: { content: "behind the end" } }),
    ].join("");
    const { text, data } = framed(read(stream, pieceBytes));
    const around = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "openclaw/ada" };
    expect(data).toEqual([
      { ...around, choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] },
      { ...around, choices: [{ index: 0, delta: { content: "Grüße, 🌍" }, finish_reason: null }] },
      { ...around, choices: [{ index: 0, delta: { content: "!" }, finish_reason: null }] },
      { ...around, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ]);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect(text).not.toMatch(/^(?!data: |$)/m);
  },
);

test("usage comes in a last frame of its own, and only to who asked for it", () => {
  const parts = read(chunk({ delta: { content: "a" }, finish_reason: "length" }, { usage }) + "data: [DONE]\n\n");
  const { data } = framed(parts, true);
  expect(data.at(-1)).toMatchObject({ choices: [], usage });
  expect(data.slice(0, -1).every((one) => (one as { usage: unknown }).usage === null)).toBe(true);
  expect(framed(parts).text).not.toContain("usage");
});

test("an answer that never says that it is finished is finished at its end", () => {
  const { data } = framed(read(`${chunk({ delta: { content: "a" } })}data: [DONE]`));
  expect(data.at(-1)).toMatchObject({ choices: [{ delta: {}, finish_reason: "stop" }] });
});

test("several answers and calls of tools keep their places", () => {
  const calls = [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }];
  const { data } = framed(
    read(chunk({ index: 1, delta: { content: "b" } }) + chunk({ delta: { tool_calls: calls } }) + chunk({ finish_reason: "odd" })),
  );
  expect(data).toMatchObject([
    { choices: [{ index: 1, delta: { role: "assistant" } }] },
    { choices: [{ index: 1, delta: { content: "b" } }] },
    { choices: [{ index: 0, delta: { role: "assistant" } }] },
    { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: "c" }] } }] },
    { choices: [{ index: 0, finish_reason: "stop" }] },
    { choices: [{ index: 1, finish_reason: "stop" }] },
  ]);
});

test.each([
  ["a page", "<!doctype html><html><body>Bad gateway</body></html>"],
  ["garbage", "\u0000\u0001data\n\n:::\n\n{}\n\n"],
  ["numbers and lists", "data: 1\n\ndata: []\n\ndata: null\n\n"],
  ["choices that are none", `data: {"choices":{"0":{}}}\n\ndata: {"choices":[null,1,[]]}\n\n`],
  ["nothing", ""],
])("%s is no answer", (_what, text) => {
  expect(read(text)).toEqual([]);
});

test("a line without an end is given up, and what comes behind it is not read", () => {
  const reader = new AnswerReader(() => readOpenAiData("{}"));
  const piece = Buffer.from("x".repeat(64 * 1024));
  reader.push(Buffer.from("data: "));
  const parts = Array.from({ length: 100 }, () => reader.push(piece)).flat();
  expect(parts).toEqual([{ type: "fault", words: "" }]);
});

test("a fault in a stream ends it", () => {
  const parts = read(
    `${chunk({ delta: { content: "a" } })}data: {"error":{"message":"out of memory"}}\n\n${chunk({ delta: { content: "b" } })}`,
  );
  expect(parts.map(({ type }) => type)).toEqual(["said", "fault"]);
  expect(parts[1]).toEqual({ type: "fault", words: "out of memory" });
});

test("an answer that came whole has the client's name of the model, and what its API does not have is left out", () => {
  const message = { role: "assistant", content: "A title", reasoning_content: "hm", audio: { data: "…" }, annotations: [] };
  const whole = { id: "x", model: "secret-model", choices: [{ index: 0, message, finish_reason: "stop" }], usage, provider: "acme" };
  expect(completionOf(head, readOpenAiWhole(whole))).toEqual({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "openclaw/ada",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: "A title", reasoning_content: "hm", refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage,
  });
  expect(readOpenAiWhole({ object: "list", data: [] })).toEqual([]);
  expect(readOpenAiWhole({ error: "no" })).toEqual([{ type: "fault", words: "no" }]);
});

const event = (data: { type: string; [name: string]: unknown }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

test("Anthropic's stream is told as OpenAI's, its thoughts left out", () => {
  const stream = [
    event({ type: "message_start", message: { usage: { input_tokens: 4, cache_read_input_tokens: 6, output_tokens: 1 } } }),
    event({ type: "ping" }),
    event({ type: "content_block_start", index: 0, content_block: { type: "thinking" } }),
    event({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } }),
    event({ type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hello" } }),
    event({ type: "message_delta", delta: { stop_reason: "max_tokens" }, usage: { output_tokens: 5 } }),
    event({ type: "message_stop" }),
  ].join("");
  const { data } = framed(read(stream, 5, newAnthropicReader), true);
  expect(data).toMatchObject([
    { choices: [{ delta: { role: "assistant", content: "" } }] },
    { choices: [{ delta: { content: "Hello" } }] },
    { choices: [{ delta: {}, finish_reason: "length" }] },
    {
      choices: [],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: { cached_tokens: 6 } },
    },
  ]);
});

test("Anthropic's faults and whole answers are understood", () => {
  const overloaded = event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
  expect(read(overloaded, 100, newAnthropicReader)).toEqual([{ type: "fault", words: "Overloaded" }]);
  const content = [
    { type: "thinking", thinking: "hm" },
    { type: "text", text: "A " },
    { type: "text", text: "title" },
  ];
  expect(completionOf(head, readAnthropicWhole({ content, stop_reason: "refusal", usage: {} }))).toMatchObject({
    choices: [{ message: { content: "A title" }, finish_reason: "content_filter" }],
  });
  expect(readAnthropicWhole({ id: "msg" })).toEqual([]);
});
