import { frame } from "../../platform/http/sse-frame.js";
import type { UnknownRecord } from "@mosaic/incoming/records";
import type { AnswerPart, AnswerUsage } from "./plain-answer.js";

export interface AnswerHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** What the model is called to the client. */
  readonly model: string;
}

/** OpenAI's `chat.completion.chunk` frames of one answer, and nothing that its API does not have. */
export class AnswerFrames {
  private readonly begun = new Set<number>();
  private readonly finished = new Set<number>();
  private usage: AnswerUsage | null = null;
  private isEnded = false;

  constructor(
    private readonly head: AnswerHead,
    private readonly wantsUsage: boolean,
  ) {}

  get hasBegun(): boolean {
    return this.begun.size > 0;
  }

  /** False: what has come so far is a part of an answer. */
  get isWhole(): boolean {
    return this.isEnded || [...this.begun].every((index) => this.finished.has(index));
  }

  write(part: AnswerPart): string {
    switch (part.type) {
      case "said":
        return this.finished.has(part.index) ? "" : this.begin(part.index) + this.said(part);
      case "finished":
        return this.finished.has(part.index) ? "" : this.begin(part.index) + this.finish(part.index, part.reason);
      case "usage":
        this.usage = part.usage;
        return "";
      case "end":
        this.isEnded = true;
        return "";
      case "fault":
        return "";
    }
  }

  end(): string {
    const open = [...this.begun].filter((index) => !this.finished.has(index));
    const finishes = open.map((index) => this.finish(index, "stop")).join("");
    const usage = this.wantsUsage && this.usage !== null ? frame({ ...this.chunk(), choices: [], usage: this.usage }) : "";
    return `${finishes}${usage}data: [DONE]\n\n`;
  }

  private begin(index: number): string {
    if (this.begun.has(index)) {
      return "";
    }
    this.begun.add(index);
    return this.choice({ index, delta: { role: "assistant", content: "" }, finish_reason: null });
  }

  private said({ index, said, logprobs }: Extract<AnswerPart, { type: "said" }>): string {
    const delta = withCallIndexes(said);
    return Object.keys(delta).length === 0
      ? ""
      : this.choice({ index, delta, ...(logprobs === undefined ? {} : { logprobs }), finish_reason: null });
  }

  private finish(index: number, reason: string): string {
    this.finished.add(index);
    return this.choice({ index, delta: {}, finish_reason: reason });
  }

  private choice(choice: UnknownRecord): string {
    return frame({ ...this.chunk(), choices: [choice], ...(this.wantsUsage ? { usage: null } : {}) });
  }

  private chunk(): UnknownRecord {
    const { id, created, model } = this.head;
    return { id, object: "chat.completion.chunk", created, model };
  }
}

/** An answer that came whole, as OpenAI's `chat.completion`. */
export function completionOf({ id, created, model }: AnswerHead, parts: readonly AnswerPart[]): UnknownRecord {
  const reasons = new Map(parts.flatMap((part) => (part.type === "finished" ? [[part.index, part.reason] as const] : [])));
  const choices = parts.flatMap((part) =>
    part.type === "said"
      ? [
          {
            index: part.index,
            message: { role: "assistant", content: "tool_calls" in part.said ? null : "", refusal: null, ...part.said },
            logprobs: part.logprobs ?? null,
            finish_reason: reasons.get(part.index) ?? "stop",
          },
        ]
      : [],
  );
  const usage = parts.find((part) => part.type === "usage")?.usage;
  return { id, object: "chat.completion", created, model, choices, ...(usage === undefined ? {} : { usage }) };
}

/** Only pieces of a stream say which call of a tool they belong to. */
function withCallIndexes(said: UnknownRecord): UnknownRecord {
  const calls: unknown = said["tool_calls"];
  return Array.isArray(calls)
    ? { ...said, tool_calls: calls.map((call: UnknownRecord, index) => (typeof call["index"] === "number" ? call : { index, ...call })) }
    : said;
}
