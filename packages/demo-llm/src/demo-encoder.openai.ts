import type { AnswerFacts, DemoEncoder, DemoToolCall } from "./demo-encoder.js";
import type { DemoHttpError } from "./demo-request.js";

export const openAiEncoder: DemoEncoder = {
  streamType: "text/event-stream; charset=utf-8",
  start: (facts) => chunk(facts, { role: "assistant", content: "" }),
  beginText: () => "",
  // No part of OpenAI's own protocol: DeepSeek's and Z.AI's models began with it, and OpenClaw reads it.
  reasoning: (facts, piece) => chunk(facts, { reasoning_content: piece }),
  text: (facts, piece) => chunk(facts, { content: piece }),
  tool: (facts, call) =>
    chunk(facts, { tool_calls: [{ index: 0, ...toolCall(facts, call, "") }] }) +
    chunk(facts, {
      tool_calls: [{ index: 0, function: { arguments: JSON.stringify(call.args) } }],
    }),
  end: (facts, reason) =>
    chunk(facts, {}, finishReason(reason)) +
    (facts.includeUsage ? event({ ...head(facts), choices: [], usage: usage(facts) }) : "") +
    "data: [DONE]\n\n",
  whole: (facts, answer) => ({
    ...head(facts),
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message:
          "text" in answer
            ? { role: "assistant", content: answer.text, refusal: null }
            : {
                role: "assistant",
                content: null,
                refusal: null,
                tool_calls: [toolCall(facts, answer, JSON.stringify(answer.args))],
              },
        logprobs: null,
        finish_reason: finishReason("text" in answer ? "stop" : "tool"),
      },
    ],
    usage: usage(facts),
  }),
  error: (error) => ({
    error: { message: error.message, type: errorType(error), param: null, code: errorCode(error) },
  }),
};

function head(facts: AnswerFacts): Record<string, unknown> {
  return {
    id: `chatcmpl-${facts.id}`,
    object: "chat.completion.chunk",
    created: Math.floor(facts.createdAt.getTime() / 1000),
    model: facts.model,
  };
}

function chunk(facts: AnswerFacts, delta: unknown, finish: string | null = null): string {
  return event({
    ...head(facts),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...(facts.includeUsage ? { usage: null } : {}),
  });
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function finishReason(reason: "stop" | "tool"): string {
  return reason === "tool" ? "tool_calls" : "stop";
}

function toolCall(facts: AnswerFacts, call: DemoToolCall, args: string): Record<string, unknown> {
  return {
    id: `call_${facts.id}`,
    type: "function",
    function: { name: call.name, arguments: args },
  };
}

function usage(facts: AnswerFacts): Record<string, number> {
  return {
    prompt_tokens: facts.inputTokens,
    completion_tokens: facts.outputTokens,
    total_tokens: facts.inputTokens + facts.outputTokens,
  };
}

function errorType(error: DemoHttpError): string {
  if (error.status === 429) return "rate_limit_error";
  return error.status >= 500 ? "server_error" : "invalid_request_error";
}

function errorCode(error: DemoHttpError): string | null {
  if (error.code !== null) return error.code;
  if (error.status === 401) return "invalid_api_key";
  return error.status === 429 ? "rate_limit_exceeded" : null;
}
