import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import type { BegunTurn } from "../conversations/conversations.types.js";
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
}

type PacedLimits = Pick<TurnLimits, "eventEveryMs" | "rareEventEveryMs" | "manyEvents">;

/** A turn that this process runs. It goes on whoever reads it, until its agent, its owner, a limit or a deletion ends it, or Mosaic stops. */
export class RunningTurn implements BegunTurn {
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
  private wholeText = "";
  /** Text that is not an event yet. */
  private waiting = "";
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

  get text(): string {
    return this.wholeText;
  }

  get interruption(): Interruption | null {
    return this.firstInterruption;
  }

  /** Idempotent: the first reason counts. */
  interrupt(reason: Interruption): void {
    this.firstInterruption ??= reason;
    this.interrupted.abort(new Error(`the turn was ${reason}`));
  }

  /** More of the answer. What follows within a moment goes along with it. */
  say(text: string): void {
    this.wholeText += text;
    this.waiting += text;
    const { eventEveryMs, rareEventEveryMs, manyEvents } = this.limits;
    const everyMs = this.feed.events.length < manyEvents ? eventEveryMs : rareEventEveryMs;
    const dueInMs = this.saidAtMs + everyMs - performance.now();
    if (dueInMs <= 0) {
      this.flush();
    } else {
      this.timer ??= setTimeout(() => this.flush(), dueInMs);
    }
  }

  tell(event: TurnEvent): void {
    this.flush();
    this.feed.push(event);
  }

  /** Nothing is said any more but `done`. */
  end(done: TurnEvent): void {
    this.flush();
    this.feed.end(done);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting !== "") {
      this.saidAtMs = performance.now();
      const text = this.waiting;
      this.waiting = "";
      this.feed.push({ type: "delta", text });
    }
  }
}
