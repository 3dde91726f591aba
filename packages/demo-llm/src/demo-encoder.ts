import type { DemoAnswer } from "./demo-answer.js";
import type { DemoHttpError } from "./demo-request.js";

export type DemoToolCall = Extract<DemoAnswer, { kind: "tool" }>;

/** The facts of one answer that every protocol writes down in its own way. */
export interface AnswerFacts {
  readonly id: string;
  readonly model: string;
  readonly createdAt: Date;
  readonly includeUsage: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Pure: how a protocol writes answers, pieces of answers, and errors. */
export interface DemoEncoder {
  readonly streamType: string;
  start(facts: AnswerFacts): string;
  /** Opens the text; a tool call needs no such opening. */
  beginText(): string;
  /** Empty where the protocol has no place for it. */
  reasoning(facts: AnswerFacts, piece: string): string;
  text(facts: AnswerFacts, piece: string): string;
  tool(facts: AnswerFacts, call: DemoToolCall): string;
  end(facts: AnswerFacts, reason: "stop" | "tool"): string;
  whole(facts: AnswerFacts, answer: { text: string } | DemoToolCall): unknown;
  error(error: DemoHttpError): unknown;
}
