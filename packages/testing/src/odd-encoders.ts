import type { DemoProtocolName } from "@mosaic/demo-llm/demo-request";
import type { OddScript } from "./odd-models.js";

/** How a protocol writes an odd answer down, event by event and nothing more. */
type OddEncoder = (script: OddScript, model: string) => readonly string[];

export const oddEncoders: Readonly<Record<DemoProtocolName, OddEncoder>> = { openai, anthropic, ollama };

export const oddStreamTypes: Readonly<Record<DemoProtocolName, string>> = {
  openai: "text/event-stream",
  anthropic: "text/event-stream",
  ollama: "application/x-ndjson",
};

function openai(script: OddScript, model: string): readonly string[] {
  const chunk = (delta: object, rest: object = {}): string =>
    sse({ id: "chatcmpl-odd", object: "chat.completion.chunk", created: 0, model, choices: [{ index: 0, delta, ...rest }] });
  return [
    script.preamble ?? "",
    chunk({ role: "assistant" }),
    ...words(script.reasoning).map((word) => chunk({ reasoning_content: word })),
    ...words(script.text).map((word) => chunk({ content: word })),
    ...(script.error === undefined ? [] : [sse({ error: script.error })]),
    ...("end" in script ? [chunk({}, { finish_reason: script.end })] : []),
    script.isLastLineMissing === true ? "" : "data: [DONE]\n\n",
  ];
}

function anthropic(script: OddScript, model: string): readonly string[] {
  const message = {
    id: "msg_odd",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const reason = script.end === "stop" ? "end_turn" : script.end === "length" ? "max_tokens" : script.end;
  const block = (index: number, start: object, deltas: readonly object[]): string[] => [
    named({ type: "content_block_start", index, content_block: start }),
    ...deltas.map((delta) => named({ type: "content_block_delta", index, delta })),
    named({ type: "content_block_stop", index }),
  ];
  const thinking = words(script.reasoning).map((word) => ({ type: "thinking_delta", thinking: word }));
  const text = words(script.text).map((word) => ({ type: "text_delta", text: word }));
  return [
    script.preamble ?? "",
    named({ type: "message_start", message }),
    ...(thinking.length === 0 ? [] : block(0, { type: "thinking", thinking: "", signature: "" }, thinking)),
    ...(text.length === 0 ? [] : block(thinking.length === 0 ? 0 : 1, { type: "text", text: "" }, text)),
    ...(script.error === undefined ? [] : [named({ type: "error", error: asObject(script.error) })]),
    ...("end" in script ? [named({ type: "message_delta", delta: { stop_reason: reason }, usage: { output_tokens: 5 } })] : []),
    script.isLastLineMissing === true ? "" : named({ type: "message_stop" }),
  ];
}

function ollama(script: OddScript, model: string): readonly string[] {
  const line = (fields: object): string => `${JSON.stringify({ model, created_at: "1970-01-01T00:00:00Z", ...fields })}\n`;
  const said = (message: object): string => line({ message: { role: "assistant", content: "", ...message }, done: false });
  const end = "end" in script ? { done_reason: script.end } : {};
  return [
    ...words(script.reasoning).map((thinking) => said({ thinking })),
    ...words(script.text).map((content) => said({ content })),
    ...(script.error === undefined ? [] : [`${JSON.stringify({ error: messageOf(script.error) })}\n`]),
    script.isLastLineMissing === true || script.error !== undefined
      ? ""
      : line({ message: { role: "assistant", content: "" }, done: true, ...end }),
  ];
}

function sse(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function named(data: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${data.type}\n${sse(data)}`;
}

function words(text: string | undefined): readonly string[] {
  return text?.match(/\S+\s*/g) ?? [];
}

function asObject(error: unknown): unknown {
  return typeof error === "string" ? { type: "api_error", message: error } : error;
}

function messageOf(error: unknown): string {
  return typeof error === "string" ? error : JSON.stringify(error);
}
