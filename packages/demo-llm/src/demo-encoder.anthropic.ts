import type { AnswerFacts, DemoEncoder } from "./demo-encoder.js";

const errorTypes: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

export const anthropicEncoder: DemoEncoder = {
  streamType: "text/event-stream; charset=utf-8",
  start: (facts) => event("message_start", { message: message(facts, [], null, 0) }) + event("ping", {}),
  beginText: () => event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  reasoning: () => "",
  text: (_facts, piece) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text: piece } }),
  tool: (facts, call) =>
    event("content_block_start", {
      index: 0,
      content_block: { type: "tool_use", id: `toolu_${facts.id}`, name: call.name, input: {} },
    }) +
    event("content_block_delta", {
      index: 0,
      delta: { type: "input_json_delta", partial_json: JSON.stringify(call.args) },
    }),
  end: (facts, reason) =>
    event("content_block_stop", { index: 0 }) +
    event("message_delta", {
      delta: { stop_reason: stopReason(reason), stop_sequence: null },
      usage: { output_tokens: facts.outputTokens },
    }) +
    event("message_stop", {}),
  whole: (facts, answer) =>
    "text" in answer
      ? message(facts, [{ type: "text", text: answer.text }], "end_turn", facts.outputTokens)
      : message(
          facts,
          [{ type: "tool_use", id: `toolu_${facts.id}`, name: answer.name, input: answer.args }],
          "tool_use",
          facts.outputTokens,
        ),
  error: (error) => ({
    type: "error",
    error: { type: errorTypes[error.status] ?? "api_error", message: error.message },
  }),
};

function event(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function stopReason(reason: "stop" | "tool"): string {
  return reason === "tool" ? "tool_use" : "end_turn";
}

function message(facts: AnswerFacts, content: readonly unknown[], stop: string | null, outputTokens: number): Record<string, unknown> {
  return {
    id: `msg_${facts.id}`,
    type: "message",
    role: "assistant",
    model: facts.model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: facts.inputTokens, output_tokens: outputTokens },
  };
}
