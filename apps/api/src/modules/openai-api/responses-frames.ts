import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { isPartEvent, type AnswerUsage, type ToolCallPart } from "@mosaic/contracts/message-parts";
import type { OpenAiError } from "../../platform/errors/openai-error.js";
import { frame } from "../../platform/http/sse-frame.js";
import { argumentsOf, clientCallsOf, endingOf, errorOfAnswer, interrupted, type AnswerHead } from "./chat-frames.js";
import type { ResponseTold } from "./responses-request.js";
import { SpokenText } from "./spoken-text.js";

export interface ResponseHead extends AnswerHead {
  readonly told: ResponseTold;
}

type ItemStatus = "in_progress" | "completed" | "incomplete";
type Item = Readonly<Record<string, unknown>>;

interface ResponseState {
  readonly status: ItemStatus | "failed";
  readonly output: readonly Item[];
  readonly usage: AnswerUsage | null;
  readonly error?: OpenAiError;
}

/** The whole answer, of a turn that has ended well. */
export function responseOf(head: ResponseHead, message: Message): Item {
  const calls = clientCallsOf(message);
  const status = statusOf(message);
  // A response without any item is none that clients can read.
  const text = message.content === "" && calls.length > 0 ? [] : [messageItem(head, status, message.content)];
  return responseObject(head, {
    status,
    output: [...text, ...calls.map((call, at) => callItem(head, call, at))],
    usage: message.usage ?? null,
  });
}

/**
 * A turn as the events of `POST /v1/responses`, each under its name and with its number. Nothing is told before the turn is known: its answer's id is the
 * response's, by which the next request goes on.
 */
export class ResponseFrames {
  private readonly spoken = new SpokenText();
  private readonly output: Item[] = [];
  private head: ResponseHead;
  private sequence = 0;
  private hasBegun = false;
  private isSpeaking = false;
  private isOver = false;

  constructor(head: ResponseHead) {
    this.head = head;
  }

  begin(): string {
    return "";
  }

  begun(answerId: string): string {
    this.hasBegun = true;
    this.head = { ...this.head, answerId };
    const response = responseObject(this.head, { status: "in_progress", output: [], usage: null });
    return this.event("response.created", { response }) + this.event("response.in_progress", { response });
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
    return isPartEvent(event) ? this.said(this.spoken.next(event)) : "";
  }

  /** The stream ends with this fault. */
  fail(error: OpenAiError): string {
    if (this.isOver) {
      return "";
    }
    const beginning = this.hasBegun ? "" : this.begun(this.head.answerId);
    this.isOver = true;
    const output = this.isSpeaking ? [messageItem(this.head, "incomplete", this.spoken.text)] : [];
    return (
      beginning + this.event("response.failed", { response: responseObject(this.head, { status: "failed", output, usage: null, error }) })
    );
  }

  /** The calls come last: they end the answer, and the text before them is whole then. */
  private end(message: Message): string {
    const rest = this.said(this.spoken.end(message.content));
    if (this.isOver) {
      return rest;
    }
    if (endingOf(message).kind === "failed") {
      return rest + this.fail(errorOfAnswer(message));
    }
    const calls = clientCallsOf(message);
    const status = statusOf(message);
    const opened = this.isSpeaking || calls.length > 0 ? "" : this.openText();
    const closed = this.isSpeaking ? this.closeText(status) : "";
    const called = calls.map((call, at) => this.called(call, at)).join("");
    this.isOver = true;
    const response = responseObject(this.head, { status, output: this.output, usage: message.usage ?? null });
    return rest + opened + closed + called + this.event(`response.${status}`, { response });
  }

  private said(piece: string | null): string {
    if (piece === null) {
      return this.fail(interrupted);
    }
    if (piece === "") {
      return "";
    }
    const opened = this.isSpeaking ? "" : this.openText();
    return opened + this.event("response.output_text.delta", { ...this.place(), delta: piece, logprobs: [] });
  }

  private openText(): string {
    this.isSpeaking = true;
    return (
      this.event("response.output_item.added", { output_index: 0, item: { ...messageItem(this.head, "in_progress", ""), content: [] } }) +
      this.event("response.content_part.added", { ...this.place(), part: textPart("") })
    );
  }

  private closeText(status: ItemStatus): string {
    const { text } = this.spoken;
    const item = messageItem(this.head, status, text);
    this.output.push(item);
    return (
      this.event("response.output_text.done", { ...this.place(), text, logprobs: [] }) +
      this.event("response.content_part.done", { ...this.place(), part: textPart(text) }) +
      this.event("response.output_item.done", { output_index: 0, item })
    );
  }

  private called(call: ToolCallPart, at: number): string {
    const item = callItem(this.head, call, at);
    const place = { item_id: item["id"], output_index: this.output.length };
    const given = item["arguments"];
    this.output.push(item);
    return (
      this.event("response.output_item.added", {
        output_index: place.output_index,
        item: { ...item, arguments: "", status: "in_progress" },
      }) +
      this.event("response.function_call_arguments.delta", { ...place, delta: given }) +
      this.event("response.function_call_arguments.done", { ...place, name: call.name, arguments: given }) +
      this.event("response.output_item.done", { output_index: place.output_index, item })
    );
  }

  private place(): Item {
    return { item_id: messageId(this.head), output_index: 0, content_index: 0 };
  }

  private event(type: string, fields: Item): string {
    const data = frame({ type, sequence_number: this.sequence, ...fields });
    this.sequence += 1;
    return `event: ${type}\n${data}`;
  }
}

/** Of an answer that has ended well. */
function statusOf(message: Message): "completed" | "incomplete" {
  const ending = endingOf(message);
  return ending.kind === "finished" && ending.reason === "length" ? "incomplete" : "completed";
}

function responseObject({ answerId, model, createdAt, told }: ResponseHead, { status, output, usage, error }: ResponseState): Item {
  return {
    id: `resp_${answerId}`,
    object: "response",
    created_at: Math.floor(createdAt.getTime() / 1_000),
    status,
    background: told.isBackground,
    conversation: told.conversation === null ? null : { id: told.conversation },
    error: error === undefined ? null : { code: error.code, message: error.message },
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: told.instructions,
    max_output_tokens: null,
    max_tool_calls: null,
    metadata: told.metadata,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: told.previousResponseId,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: told.isStored,
    temperature: null,
    text: { format: { type: "text" } },
    tool_choice: told.toolChoice,
    tools: told.tools,
    top_logprobs: 0,
    top_p: null,
    truncation: "disabled",
    usage: usage === null ? null : usageOf(usage),
    user: told.user,
  };
}

/** Clients read `reasoning_tokens` without looking whether it is there. How many of the tokens were thought, Mosaic is not told. */
function usageOf({ inputTokens, outputTokens, cachedTokens }: AnswerUsage): Item {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}

function messageId({ answerId }: ResponseHead): string {
  return `msg_${answerId}`;
}

function messageItem(head: ResponseHead, status: ItemStatus, text: string): Item {
  return { id: messageId(head), type: "message", status, role: "assistant", content: [textPart(text)] };
}

function textPart(text: string): Item {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function callItem({ answerId }: ResponseHead, { id, name, ...call }: ToolCallPart, at: number): Item {
  return { id: `fc_${answerId}_${at}`, type: "function_call", status: "completed", call_id: id, name, arguments: argumentsOf(call) };
}
