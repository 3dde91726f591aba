import type { AgentBackend } from "@mosaic/agent-backends/agent-backend";
import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import {
  partsAfter,
  toolCallPart,
  withEvent,
  type MessagePart,
  type AnswerUsage,
  type ToolCallPart,
} from "@mosaic/contracts/message-parts";
import type { ProviderModel } from "@mosaic/contracts/provider";
import type { RunningAgent } from "../containers/containers.types.js";
import type { Answer, BegunTurn } from "../conversations/conversations.types.js";
import type { Branch } from "./branches.service.js";
import type { BroughtTools } from "./client-tools.js";
import { TurnFeed } from "./turn-feed.js";
import type { TurnLimits } from "./turn-limits.js";
import type { Preface } from "./turns.service.js";

/** Why a turn ends before its agent ends it. */
export type Interruption = "stopped" | "deleted" | "taken_over";

export interface TurnRequest {
  readonly question: Message;
  /** Of the conversation, as it is now. */
  readonly title: string;
  /** What goes before all else. `null`: nothing, or the process that knew it died. */
  readonly preface: Preface | null;
  /** The last messages go along, for an agent that has lost its memory. */
  readonly withHistory: boolean;
  /** What the agent has said by itself goes along: its own memory does not have that. */
  readonly withSayings: boolean;
  /** What the folder of the conversation says goes along, if the answer's row says so. */
  readonly withInstructions: boolean;
  /** The turn begins a branch. `null`: it goes on from the last message. */
  readonly branch: Pick<Branch, "common"> | null;
  /** Tools that a program runs itself. `null`: none. */
  readonly clientTools: BroughtTools | null;
  /** The agent's session begins with it. */
  readonly isFirst: boolean;
  /** The agent as the statement found it that stored the question. `null`: it has to be started. */
  readonly running: RunningAgent | null;
}

type PacedLimits = Pick<TurnLimits, "eventEveryMs" | "rareEventEveryMs" | "manyEvents" | "maxToolEvents">;
type Said = "delta" | "reasoning";

/** A turn that this process runs. It goes on whoever reads it, until its agent, its owner, a limit or a deletion ends it, or Mosaic stops. */
export class RunningTurn implements BegunTurn, Answer {
  readonly userId: string;
  readonly agentId: string;
  readonly isOwned: boolean;
  readonly conversationId: string;
  /** The agent's. A turn that begins a branch gets its own. */
  session: string;
  readonly answerId: string;
  readonly answerCreatedAt: Date;
  readonly feed = new TurnFeed();
  /** Whatever ends the turn early. */
  readonly signal: AbortSignal;
  private readonly interrupted = new AbortController();
  private firstInterruption: Interruption | null = null;
  /** Of the whole turn so far. `null`: the gateway has told none. */
  usage: AnswerUsage | null = null;
  /** What its agent was to ask when it began. `null`: not known here. */
  model: ProviderModel | null = null;
  /** Of tools, by the id of the call. */
  private readonly calledAtMs = new Map<string, number>();
  /** How many times a gateway was told to begin this turn. Bringing the message again to one that may have it already does not count. */
  gatewayTurns = 1;
  /** Characters of text and of reasoning. */
  length: number;
  /** How many events were in the log when this process took it over. */
  readonly knownCount: number;
  /** Another process began it. */
  get isTakenOver(): boolean {
    return this.knownCount > 0;
  }

  /** The gateway has it, and would go on with it without Mosaic. */
  goesOnAlone = false;
  /** Messages may wait for its end. */
  isWaitedFor = false;
  /** The gateway may have it. */
  isBrought = false;
  /** What its agent is. `null`: it was never spoken to. */
  workedAt: AgentBackend | null = null;
  /** Its gateway is spoken to in a way in which it does not say what its tools do. */
  isTellingNoTools = false;
  /** The gateway has said that it has it. */
  isTaken = false;
  /** Of the events in the feed. */
  private told: readonly MessagePart[] = [];
  /** What is not an event yet. */
  private waiting: { readonly type: Said; text: string } = { type: "delta", text: "" };
  private toolEvents = 0;
  private saidAtMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  /** `request`: `null` for one that a process began which died; `known` is what its log holds. */
  constructor(
    begun: BegunTurn,
    readonly request: TurnRequest | null,
    private readonly limits: PacedLimits,
    private readonly stopping: AbortSignal,
    known: readonly TurnEvent[] = [],
  ) {
    this.userId = begun.userId;
    this.agentId = begun.agentId;
    this.isOwned = begun.isOwned;
    this.conversationId = begun.conversationId;
    this.session = begun.session;
    this.answerId = begun.answerId;
    this.answerCreatedAt = begun.answerCreatedAt;
    this.signal = AbortSignal.any([stopping, this.interrupted.signal]);
    known.forEach((event) => this.push(event));
    this.length = lengthOf(this.told);
    this.knownCount = known.length;
  }

  get parts(): readonly MessagePart[] {
    return this.waiting.text === "" ? this.told : withEvent(this.told, this.waiting);
  }

  /** Something of the answer is there. */
  get hasSaid(): boolean {
    return this.length > 0 || this.told.some(({ type }) => type !== "notice");
  }

  /** Without a tool an agent makes none. One that hands a call to a program goes on with the result, and its files are looked for then. */
  get mayHaveMadeFiles(): boolean {
    const isHandedOn = this.told.some((part) => part.type === "tool_call" && part.isForClient === true);
    return this.interruption !== "deleted" && !isHandedOn && (this.isTellingNoTools || this.told.some(({ type }) => type === "tool_call"));
  }

  /** What the gateway knows this turn by: whoever brings it the same one again begins nothing. */
  get gatewayTurnId(): string {
    return this.gatewayTurns === 1 ? this.answerId : `${this.answerId}-${this.gatewayTurns}`;
  }

  /** Aborts when somebody ends the turn, and not when Mosaic stops. */
  get interrupting(): AbortSignal {
    return this.interrupted.signal;
  }

  get interruption(): Interruption | null {
    return this.firstInterruption;
  }

  /** Mosaic is stopping, and the gateway goes on, or does not have the message yet: the next process takes the turn over. Or one did already, which took this one for dead. */
  get isHandedOver(): boolean {
    const isKnownToOthers = (this.request?.clientTools ?? null) === null;
    const canGoOn = isKnownToOthers && (this.goesOnAlone || !this.isBrought);
    const isLeft = canGoOn && this.stopping.aborted && this.firstInterruption === null;
    return isLeft || this.firstInterruption === "taken_over";
  }

  /** What was told of the answer's text. */
  get said(): string {
    return this.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
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

  /**
   * Tells how a call of a tool stands. A call that the schema refuses is left out, and so is whatever comes after `maxToolEvents`. False if that is one for a
   * program, which would wait for it.
   */
  call(part: ToolCallPart): boolean {
    this.toolEvents += 1;
    const isTold = this.toolEvents <= this.limits.maxToolEvents && toolCallPart.safeParse(part).success;
    if (isTold) {
      this.tell(this.timed(part));
    }
    return isTold || part.isForClient !== true;
  }

  private timed(part: ToolCallPart): ToolCallPart {
    const now = performance.now();
    const calledAtMs = this.calledAtMs.get(part.id);
    if (part.state === "running" && part.isForClient !== true) {
      this.calledAtMs.set(part.id, calledAtMs ?? now);
      return part;
    }
    return calledAtMs === undefined ? part : { ...part, elapsedMs: Math.round(now - calledAtMs) };
  }

  tell(event: TurnEvent): void {
    this.flush();
    this.push(event);
  }

  /** Nothing is said any more but `done`, or by another process. */
  end(done: TurnEvent | null): void {
    this.flush();
    this.feed.end(done);
  }

  flush(): void {
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
    this.told = partsAfter(this.told, event);
    this.feed.push(event);
  }
}

function lengthOf(parts: readonly MessagePart[]): number {
  return parts.reduce((sum, part) => sum + (part.type === "text" || part.type === "reasoning" ? part.text.length : 0), 0);
}
