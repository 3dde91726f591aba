import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { isPartEvent, type AnswerUsage, type ToolCallPart } from "@mosaic/contracts/message-parts";
import type { OpenAiError } from "../../platform/errors/openai-error.js";
import { frame } from "../../platform/http/sse-frame.js";
import { SpokenText } from "./spoken-text.js";

export type FinishReason = "stop" | "length" | "tool_calls";

/** How the answer of a turn ended, for a program. */
export type AnswerEnding =
  | { readonly kind: "finished"; readonly reason: FinishReason }
  | { readonly kind: "failed"; readonly message: Message };

export function endingOf(message: Message): AnswerEnding {
  if (message.status === "complete" || message.status === "stopped") {
    return { kind: "finished", reason: clientCallsOf(message).length > 0 ? "tool_calls" : "stop" };
  }
  return message.error?.code === "answer_cut" && message.content !== ""
    ? { kind: "finished", reason: "length" }
    : { kind: "failed", message };
}

/** The calls of the program's own tools that an answer asks for. */
export function clientCallsOf({ parts }: Pick<Message, "parts">): ToolCallPart[] {
  return parts.flatMap((part) => (isClientCall(part) ? [part] : []));
}

function isClientCall(part: { readonly type: string }): part is ToolCallPart {
  return part.type === "tool_call" && "isForClient" in part && part.isForClient === true;
}

/** As OpenAI's API says it. */
export function usageOf({ inputTokens, outputTokens, cachedTokens }: AnswerUsage): Record<string, unknown> {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

export interface AnswerHead {
  /** Of the turn. */
  readonly answerId: string;
  /** As the program called it. */
  readonly model: string;
  readonly createdAt: Date;
}

export interface FrameOptions {
  readonly wantsUsage: boolean;
  /** What tools do comes along, in chunks without a choice. */
  readonly wantsEvents: boolean;
}

interface Delta {
  readonly role?: "assistant";
  readonly content?: string;
  readonly tool_calls?: readonly unknown[];
}

/** A turn as the chunks of `POST /v1/chat/completions`: nothing but `data:` frames, each of them whole. */
export class ChatFrames {
  private readonly spoken = new SpokenText();
  private readonly calls = new Map<string, number>();
  private isOver = false;

  constructor(
    private readonly head: AnswerHead,
    private readonly options: FrameOptions,
  ) {}

  begin(): string {
    return this.choice({ role: "assistant", content: "" });
  }

  /** Empty for what says nothing to a program. */
  next(event: TurnEvent): string {
    if (this.isOver) {
      return "";
    }
    if (event.type === "done") {
      return this.end(event.message);
    }
    if (event.type === "resumed") {
      return this.said(this.spoken.resume(event.parts));
    }
    if (!isPartEvent(event)) {
      return "";
    }
    return this.said(this.spoken.next(event)) + this.beside(event);
  }

  /** The stream ends with this fault. */
  fail(error: OpenAiError): string {
    if (this.isOver) {
      return "";
    }
    this.isOver = true;
    return frame({ error }) + done;
  }

  private end(message: Message): string {
    const rest = this.said(this.spoken.end(message.content));
    if (this.isOver) {
      return rest;
    }
    const ending = endingOf(message);
    if (ending.kind === "failed") {
      return rest + this.fail(errorOfAnswer(message));
    }
    this.isOver = true;
    const missing = clientCallsOf(message)
      .filter(({ id }) => !this.calls.has(id))
      .map((call) => this.called(call))
      .join("");
    const usage =
      this.options.wantsUsage && message.usage !== null ? frame({ ...this.chunk(), choices: [], usage: usageOf(message.usage) }) : "";
    return rest + missing + this.choice({}, ending.reason) + usage + done;
  }

  private said(piece: string | null): string {
    if (piece === null) {
      return this.fail(interrupted);
    }
    return piece === "" ? "" : this.choice({ content: piece });
  }

  private beside(event: Extract<TurnEvent, { type: "delta" | "reasoning" | "tool_call" | "file" }>): string {
    if (isClientCall(event)) {
      return this.calls.has(event.id) ? "" : this.called(event);
    }
    const isTold = this.options.wantsEvents && event.type !== "delta" && !this.isOver;
    return isTold ? frame({ ...this.chunk(), choices: [], mosaic: event }) : "";
  }

  private called({ id, name, ...call }: ToolCallPart): string {
    const index = this.calls.size;
    this.calls.set(id, index);
    return this.choice({ tool_calls: [{ index, id, type: "function", function: { name, arguments: argumentsOf(call) } }] });
  }

  private choice(delta: Delta, reason: FinishReason | null = null): string {
    return frame({ ...this.chunk(), choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }] });
  }

  private chunk(): Record<string, unknown> {
    return { ...chunkHead(this.head, "chat.completion.chunk"), ...(this.options.wantsUsage ? { usage: null } : {}) };
  }
}

/** The whole answer, of a turn that has ended well. */
export function completionOf(head: AnswerHead, message: Message, reason: FinishReason): Record<string, unknown> {
  const calls = clientCallsOf(message).map(({ id, name, ...call }) => ({
    id,
    type: "function",
    function: { name, arguments: argumentsOf(call) },
  }));
  const said = {
    role: "assistant",
    content: message.content === "" && calls.length > 0 ? null : message.content,
    refusal: null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    ...chunkHead(head, "chat.completion"),
    choices: [{ index: 0, message: said, logprobs: null, finish_reason: reason }],
    ...(message.usage === null ? {} : { usage: usageOf(message.usage) }),
  };
}

/** What a stored answer says of the fault that ended it. */
export function errorOfAnswer({ error }: Pick<Message, "error">): OpenAiError {
  return {
    message: error?.detail ?? error?.title ?? "The answer could not be finished.",
    type: "server_error",
    param: null,
    code: error?.code ?? "internal",
  };
}

export const interrupted: OpenAiError = {
  message: "The answer was interrupted and went on differently. The conversation in Mosaic has all of it.",
  type: "server_error",
  param: null,
  code: "agent_broke_off",
};

export const done = "data: [DONE]\n\n";

function chunkHead({ answerId, model, createdAt }: AnswerHead, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${answerId}`, object, created: Math.floor(createdAt.getTime() / 1_000), model };
}

/** As its model wrote them. */
export function argumentsOf(call: { readonly input?: string | undefined; readonly arguments?: string }): string {
  return call.arguments ?? call.input ?? "{}";
}
