import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import {
  isPartEvent,
  toolCallPart,
  withEvent,
  type MessagePart,
  type TokenUsage,
  type ToolCallPart,
} from "@mosaic/contracts/message-parts";
import type { RunningAgent } from "../containers/containers.types.js";
import type { Answer, BegunTurn } from "../conversations/conversations.types.js";
import { TurnFeed } from "./turn-feed.js";
import type { TurnLimits } from "./turn-limits.js";

/** Why a turn ends before its agent ends it. */
export type Interruption = "stopped" | "deleted";

export interface TurnRequest {
  readonly question: Message;
  /** Of the conversation, as it is now. */
  readonly title: string;
  /** The last messages go along, for an agent that has lost its memory. */
  readonly withHistory: boolean;
  /** The agent as the statement found it that stored the question. `null`: it has to be started. */
  readonly running: RunningAgent | null;
}

type PacedLimits = Pick<TurnLimits, "eventEveryMs" | "rareEventEveryMs" | "manyEvents" | "maxToolEvents">;
type Said = "delta" | "reasoning";

/** A turn that this process runs. It goes on whoever reads it, until its agent, its owner, a limit or a deletion ends it, or Mosaic stops. */
export class RunningTurn implements BegunTurn, Answer {
  readonly userId: string;
  readonly agentId: string;
  readonly conversationId: string;
  readonly answerId: string;
  readonly answerCreatedAt: Date;
  readonly feed = new TurnFeed();
  /** Whatever ends the turn early. */
  readonly signal: AbortSignal;
  private readonly interrupted = new AbortController();
  private firstInterruption: Interruption | null = null;
  /** Of the whole turn so far. `null`: the gateway has told none. */
  usage: TokenUsage | null = null;
  /** Characters of text and of reasoning. */
  length = 0;
  /** Of the events in the feed. */
  private told: readonly MessagePart[] = [];
  /** What is not an event yet. */
  private waiting: { readonly type: Said; text: string } = { type: "delta", text: "" };
  private toolEvents = 0;
  private saidAtMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    begun: BegunTurn,
    readonly request: TurnRequest,
    private readonly limits: PacedLimits,
    stopping: AbortSignal,
  ) {
    this.userId = begun.userId;
    this.agentId = begun.agentId;
    this.conversationId = begun.conversationId;
    this.answerId = begun.answerId;
    this.answerCreatedAt = begun.answerCreatedAt;
    this.signal = AbortSignal.any([stopping, this.interrupted.signal]);
  }

  get parts(): readonly MessagePart[] {
    return this.waiting.text === "" ? this.told : withEvent(this.told, this.waiting);
  }

  /** Something of the answer is there. */
  get hasSaid(): boolean {
    return this.length > 0 || this.told.length > 0;
  }

  get interruption(): Interruption | null {
    return this.firstInterruption;
  }

  /** Idempotent: the first reason counts. */
  interrupt(reason: Interruption): void {
    this.firstInterruption ??= reason;
    this.interrupted.abort(new Error(`the turn was ${reason}`));
  }

  /** More of the answer, or of what its model thinks. What follows within a moment goes along with it. */
  say(text: string, type: Said = "delta"): void {
    this.length += text.length;
    if (type !== this.waiting.type) {
      this.flush();
      this.waiting = { type, text: "" };
    }
    this.waiting.text += text;
    const { eventEveryMs, rareEventEveryMs, manyEvents } = this.limits;
    const everyMs = this.feed.events.length < manyEvents ? eventEveryMs : rareEventEveryMs;
    const dueInMs = this.saidAtMs + everyMs - performance.now();
    if (dueInMs <= 0) {
      this.flush();
    } else {
      this.timer ??= setTimeout(() => this.flush(), dueInMs);
    }
  }

  /** How a tool's call stands. One that could not be read again is left out, and an agent that never ends calling is not followed any further. */
  call(part: ToolCallPart): void {
    this.toolEvents += 1;
    if (this.toolEvents <= this.limits.maxToolEvents && toolCallPart.safeParse(part).success) {
      this.tell(part);
    }
  }

  tell(event: TurnEvent): void {
    this.flush();
    this.push(event);
  }

  /** Nothing is said any more but `done`. */
  end(done: TurnEvent): void {
    this.flush();
    this.feed.end(done);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.text !== "") {
      this.saidAtMs = performance.now();
      const event = this.waiting;
      this.waiting = { type: event.type, text: "" };
      this.push(event);
    }
  }

  private push(event: TurnEvent): void {
    this.told = isPartEvent(event) ? withEvent(this.told, event) : this.told;
    this.feed.push(event);
  }
}
