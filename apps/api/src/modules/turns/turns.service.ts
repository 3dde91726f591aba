import { randomUUIDv7 } from "node:crypto";
import type { Message } from "@mosaic/contracts/chat";
import { textOfParts, textParts, type MessagePart } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { titleOf, untitled } from "../conversations/conversation-title.js";
import type { Answer, AnswerEnd, BegunTurn } from "../conversations/conversations.types.js";
import { errorOf, sealParts, titleContext } from "../conversations/message-seal.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { AgentStartService } from "../containers/start/agent-start.service.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { maxPerUser } from "./turn-limits.js";
import { TurnFilesService } from "./files/turn-files.service.js";
import type { Branch } from "./branches.service.js";
import type { BroughtTools } from "./client-tools.js";
import { TurnPresenceService, type TakenOver } from "./turn-presence.service.js";
import { ProgramMarksRepository } from "./program-marks.repository.js";
import type { BeginResult, NewTurn, ProgramMark } from "./turn-beginning.js";
import { TurnsRepository, type OrphanedTurn } from "./turns.repository.js";

/** Turns of one person begin one after the other in Postgres too: whoever waits there holds a connection, whoever waits here does not. */
const beginningLimits = {
  atOnce: 8,
  atOncePerKey: 1,
  waiting: 4_000,
  waitingPerKey: 20,
  longestWaitMs: 10_000,
  words: {
    ofKey: "You have sent many messages at once. This one was not stored: send it again in a few seconds.",
    inAll: "Many messages are coming in at once. This one was not stored: send it again in a few seconds.",
  },
} as const;

export interface NewMessage {
  readonly userId: string;
  readonly conversationId: string;
  readonly content: string;
  readonly waitingId?: string | null;
  readonly fileIds?: readonly string[] | undefined;
  /** The turn begins a branch. */
  readonly branch?: Branch | null;
  /** It is stored already, and answered again. */
  readonly question?: Message | null;
  /** The request of a program that asks it. */
  readonly program?: ProgramMark | null;
  /** What the agent is told before the message, and nobody reads in it. */
  readonly preface?: Preface | null;
  /** Tools that a program runs itself. With results among them, `content` is their text for people. */
  readonly clientTools?: BroughtTools | null;
}

/** What the program of a turn tells the agent of itself. */
export interface Preface {
  readonly text: string;
  /** The agent's session has it from a turn of before. A new one has not. */
  readonly isKnown: boolean;
}

/** The program has asked this before: nothing was begun. */
export class RequestKnownError extends Error {}

export interface Begun {
  readonly turn: BegunTurn;
  readonly question: Message;
  readonly branch: Branch | null;
  readonly title: string;
  /** The agent has said something by itself of which it is told with this turn. */
  readonly hasSpoken: boolean;
  /** The agent is told what the folder of the conversation says, or that this holds no more. */
  readonly isInstructed: boolean;
  /** The agent's session begins with it. */
  readonly isFirst: boolean;
  readonly preface: Preface | null;
  readonly clientTools: BroughtTools | null;
  /** `null`: it has to be started. */
  readonly running: RunningAgent | null;
}

/** What is stored of turns: their beginning, the wish to stop them, their end. */
@Injectable()
export class TurnsService {
  private readonly beginning = new FairGate(beginningLimits);

  constructor(
    private readonly repository: TurnsRepository,
    private readonly presence: TurnPresenceService,
    private readonly starts: AgentStartService,
    private readonly crypto: CryptoService,
    private readonly files: TurnFilesService,
    private readonly marks: ProgramMarksRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Of this process, as the rows of its turns say it. */
  get processId(): string {
    return this.presence.processId;
  }

  /**
   * Throws `RequestKnownError`, `not_found`, `turn_in_progress`, `too_many_requests` or `overloaded`; then nothing was stored. `left`: nobody waits for it any more.
   * `waitingId`: of the waiting message that this is, which is sent once and waits no more.
   */
  async begin(
    {
      userId,
      conversationId,
      content,
      waitingId = null,
      fileIds = [],
      branch = null,
      question: known = null,
      program = null,
      preface = null,
      clientTools = null,
    }: NewMessage,
    left?: AbortSignal,
  ): Promise<Begun> {
    const parts = known?.parts ?? [...textParts(content), ...(await this.files.partsFor(userId, conversationId, fileIds))];
    // Both may be of the same millisecond, and messages are read in the order of their ids.
    const [questionId = "", answerId = ""] = [randomUUIDv7(), randomUUIDv7()].toSorted();
    const now = this.clock.now();
    const row: NewTurn = {
      userId,
      conversationId,
      processId: this.presence.processId,
      now,
      maxPerUser,
      waitingId,
      question: known === null ? { id: questionId, ...sealParts(this.crypto, { userId, messageId: questionId }, parts) } : null,
      fileIds,
      branch,
      answer: { id: answerId, ...sealParts(this.crypto, { userId, messageId: answerId }, []) },
      program,
    };
    this.presence.enter(answerId);
    try {
      const begun = assertBegun(await this.beginning.run(userId, async () => this.beginUnlessBusy(row), left));
      const question = known ?? askedNow(questionId, parts, { content, now });
      const session = branch === null ? begun.session : answerId;
      const { agentId, ownerId } = begun.container;
      const turn = { userId, agentId, isOwned: ownerId !== null, conversationId, session, answerId, answerCreatedAt: now };
      const title = await this.titleAfter(turn, begun, content.trim() === "" ? namesOf(parts) : content);
      const isFirst = begun.isFirst || (branch !== null && branch.common === null);
      const { hasSpoken, isInstructed, container } = begun;
      return {
        turn,
        question,
        branch,
        title,
        hasSpoken,
        isInstructed,
        isFirst,
        preface,
        clientTools,
        running: this.starts.runningOf(container),
      };
    } catch (error) {
      this.presence.leave(answerId);
      throw error;
    }
  }

  /** Whichever process runs it ends it. Idempotent: one that has ended stays as it is. Throws `not_found` for another's turn as for a missing one. */
  async requestStop(userId: string, answerId: string): Promise<void> {
    if ((await this.repository.requestStop(userId, answerId, this.clock.now())) === null) {
      throw new AppError("not_found");
    }
  }

  /** True if messages may wait for this end. */
  async finish(turn: BegunTurn, { parts, usage }: Answer, end: AnswerEnd): Promise<boolean> {
    const sealed = sealParts(this.crypto, { userId: turn.userId, messageId: turn.answerId }, parts);
    const finished = await this.repository.finish(turn, { ...sealed, usage }, end, this.clock.now());
    return finished?.hasWaiting === true;
  }

  /** The agent was not told what the turn's program tells of itself: the next turn tells it. Idempotent. */
  async prefaceNotTaken({ answerId }: Pick<BegunTurn, "answerId">): Promise<void> {
    await this.marks.forgetPreface(answerId);
  }

  /** Who goes on with the turns of processes that died. */
  takeOverBy(taker: (orphan: OrphanedTurn) => Promise<TakenOver>): void {
    this.presence.takeOverBy(taker);
  }

  /** From now on this process runs the turn. False if it has ended, or another one was faster. */
  async takeOver(orphan: OrphanedTurn): Promise<boolean> {
    this.presence.enter(orphan.answerId);
    const isOurs = await this.repository.takeOver(orphan, this.presence.processId).catch((error: unknown) => {
      this.presence.leave(orphan.answerId);
      throw error;
    });
    if (!isOurs) {
      this.presence.leave(orphan.answerId);
    }
    return isOurs;
  }

  /** This process runs the turn no more, whether its end could be stored or not. */
  leave({ answerId }: BegunTurn): void {
    this.presence.leave(answerId);
  }

  answerOf({ answerId, answerCreatedAt }: BegunTurn, { parts, usage }: Answer, { status, error }: AnswerEnd): Message {
    return {
      id: answerId,
      role: "assistant",
      content: textOfParts(parts),
      parts: [...parts],
      usage,
      status,
      error: error === null ? null : errorOf(error.code, error.detail),
      createdAt: answerCreatedAt.toISOString(),
    };
  }

  /** A conversation is called after its first message. A name that its owner has given before stays. */
  private async titleAfter(turn: BegunTurn, { isFirst, titleEncrypted }: BegunResult, content: string): Promise<string> {
    const context = titleContext(turn.userId, turn.conversationId);
    const title = this.crypto.open(titleEncrypted, context);
    const better = isFirst && title === untitled ? titleOf(content) : title;
    return better !== title && (await this.repository.retitle(turn, titleEncrypted, this.crypto.seal(better, context))) ? better : title;
  }

  /** What is in the way may be the turn of a process that died. */
  private async beginUnlessBusy(row: NewTurn): Promise<BeginResult> {
    const result = await this.repository.begin(row);
    if (result.kind === "begun" || result.kind === "not_found" || result.kind === "hidden" || result.kind === "known") {
      return result;
    }
    await this.presence.breakOffOrphans();
    return this.repository.begin(row);
  }
}

function askedNow(id: string, parts: MessagePart[], { content, now }: { content: string; now: Date }): Message {
  return { id, role: "user", content, parts, usage: null, status: "complete", error: null, createdAt: now.toISOString() };
}

/** What a conversation is called that begins without a word. */
function namesOf(parts: readonly MessagePart[]): string {
  return parts.flatMap((part) => (part.type === "file" ? [part.name] : [])).join(", ");
}

type BegunResult = Extract<BeginResult, { kind: "begun" }>;

function assertBegun(result: BeginResult): BegunResult {
  switch (result.kind) {
    case "begun":
      return result;
    case "not_found":
      throw new AppError("not_found");
    case "known":
      throw new RequestKnownError("the program has asked this before");
    case "turn_in_progress":
      throw new AppError("turn_in_progress", { detail: "Wait for the answer, or stop it, before you send the next message." });
    case "hidden":
      throw new AppError("conflict", { detail: "Another version of this message is shown now. Look at the conversation again." });
    case "too_many":
      throw new AppError("too_many_requests", {
        detail: `${maxPerUser} answers are under way already. Wait for one of them, or stop it.`,
        retryAfterSeconds: 5,
      });
  }
}
