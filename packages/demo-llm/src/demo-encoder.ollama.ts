import type { AnswerFacts, DemoEncoder, DemoToolCall } from "./demo-encoder.js";

export const ollamaEncoder: DemoEncoder = {
  streamType: "application/x-ndjson",
  start: () => "",
  beginText: () => "",
  reasoning: () => "",
  text: (facts, piece) => line({ ...head(facts), message: said(piece), done: false }),
  tool: (facts, call) => line({ ...head(facts), message: called(call), done: false }),
  end: (facts) => line({ ...head(facts), message: said(""), ...closing(facts) }),
  whole: (facts, answer) => ({
    ...head(facts),
    message: "text" in answer ? said(answer.text) : called(answer),
    ...closing(facts),
  }),
  error: (error) => ({ error: error.message }),
};

function line(data: unknown): string {
  return `${JSON.stringify(data)}\n`;
}

function head(facts: AnswerFacts): Record<string, unknown> {
  return { model: facts.model, created_at: facts.createdAt.toISOString() };
}

function said(content: string): Record<string, unknown> {
  return { role: "assistant", content };
}

function called(call: DemoToolCall): Record<string, unknown> {
  return { ...said(""), tool_calls: [{ function: { name: call.name, arguments: call.args } }] };
}

function closing(facts: AnswerFacts): Record<string, unknown> {
  const totalNs = (Date.now() - facts.createdAt.getTime()) * 1_000_000;
  return {
    done: true,
    done_reason: "stop",
    total_duration: totalNs,
    load_duration: 0,
    prompt_eval_count: facts.inputTokens,
    prompt_eval_duration: 0,
    eval_count: facts.outputTokens,
    eval_duration: totalNs,
  };
}
