import type { TurnEvent } from "@mosaic/contracts/chat";
import { isPartEvent, partsAfter, type MessagePart } from "@mosaic/contracts/message-parts";
import { Inject, Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { toProblem } from "../../platform/errors/problem.filter.js";
import { Logger } from "../../platform/logging/logger.js";
import { Notices } from "../../platform/notices/notices.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { HistoryService } from "../conversations/history.service.js";
import { TurnLogService } from "../conversations/turn-log.service.js";
import type { BegunTurn } from "../conversations/conversations.types.js";
import { FolderInstructionsService } from "../folders/folder-instructions.service.js";
import { RunningTurn, type Interruption, type TurnRequest } from "./running-turn.js";
import { TURN_LIMITS, type TurnLimits } from "./turn-limits.js";
import { TurnLogWriter, type TurnStore } from "./turn-log-writer.js";
import { outcomeOf, type TurnEnding } from "./turn-outcome.js";
import type { TakenOver } from "./turn-presence.service.js";
import { TurnRunner } from "./turn-runner.js";
import { TurnsRepository, type LiveTurn, type OrphanedTurn } from "./turns.repository.js";
import { TurnsService, type Begun } from "./turns.service.js";

const unsavedDetail = "The database can't be reached, so the end of this answer could not be stored.";
/** Of one turn. */
const maxTakeOvers = 5;
/** Whoever has waited for the first word for so long has gone on to something else. */
const againWithinMs = 10 * 60_000;
/** Finds what no notice told: a deletion together with an agent or a user, or a wish to stop while the connection was away. */
const lookEveryMs = 5_000;

/** The turns that this process runs, each until it ends: no reader is needed for that. */
@Injectable()
export class TurnEngine implements OnApplicationBootstrap {
  private readonly running = new Map<string, RunningTurn>();
  private readonly looks: Loop;
  private onWaitedFor: (turn: BegunTurn) => Promise<void> = async () => undefined;

  constructor(
    private readonly runner: TurnRunner,
    private readonly turns: TurnsService,
    private readonly repository: TurnsRepository,
    private readonly log: TurnLogService,
    private readonly history: HistoryService,
    private readonly instructions: FolderInstructionsService,
    private readonly notices: Notices,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
    @Inject(CLOCK) private readonly clock: Clock,
    periodic: Periodic,
  ) {
    turns.takeOverBy(async (orphan) => this.takeOver(orphan));
    this.looks = periodic.every(lookEveryMs, { what: "looking for turns that are to end", run: async () => this.look() });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_turns", {
      onNotice: (notice) => {
        if (notice.what === "stop") {
          this.running.get(notice.answerId)?.interrupt("stopped");
        } else if (notice.what === "gone") {
          this.interruptThose(({ conversationId }) => conversationId === notice.conversationId, "deleted");
        }
      },
      onGap: () => void this.looks.runNow(),
    });
  }

  /** Runs a turn that has begun; the end of the process waits for its end. */
  start(begun: Begun, withHistory: boolean): RunningTurn {
    const { question, branch, title, running, preface, clientTools, hasSpoken, isInstructed, isFirst } = begun;
    const told = { preface, withHistory, withSayings: hasSpoken, withInstructions: isInstructed, isFirst };
    const request = { question, branch, title, clientTools, ...told, running };
    const turn = new RunningTurn(begun.turn, request, this.limits, this.shutdown.signal);
    const brought = clientTools === null ? {} : ({ hasClientTools: true } as const);
    turn.tell({ type: "accepted", userMessage: question, answerId: turn.answerId, title, ...brought });
    this.carry(turn, async () => this.runner.run(turn, request));
    return turn;
  }

  /** `handler` hears of each turn that ended here while messages may wait for its end. */
  afterWaitedFor(handler: (turn: BegunTurn) => Promise<void>): void {
    this.onWaitedFor = handler;
  }

  /** `undefined`: it has ended or was deleted, belongs to somebody else, or another process runs it. */
  find(userId: string, answerId: string): RunningTurn | undefined {
    const turn = this.running.get(answerId);
    return turn?.userId === userId && turn.interruption !== "deleted" ? turn : undefined;
  }

  /** Ends what was deleted or is to stop. */
  private async look(): Promise<void> {
    const asked = [...this.running.keys()];
    if (asked.length === 0) {
      return;
    }
    const found = await this.repository.findLive(asked);
    const there = new Map(found.map((turn) => [turn.answerId, turn]));
    this.interruptThose(({ answerId }) => there.get(answerId)?.isStopRequested === true, "stopped");
    this.interruptThose(({ answerId }) => asked.includes(answerId) && !there.has(answerId), "deleted");
    const isOthers = ({ processId, isOver }: LiveTurn): boolean => !isOver && processId !== this.turns.processId;
    this.interruptThose(({ answerId }) => found.some((turn) => turn.answerId === answerId && isOthers(turn)), "taken_over");
  }

  private interruptThose(isMeant: (turn: RunningTurn) => boolean, reason: Interruption): void {
    for (const turn of [...this.running.values()].filter(isMeant)) {
      turn.interrupt(reason);
    }
  }

  /**
   * Goes on with the turn of a process that died: if nothing was said yet, by bringing the message to its agent, which may have it; else if its agent
   * goes on with it. Rejects when the database is away.
   */
  private async takeOver(orphan: OrphanedTurn): Promise<TakenOver> {
    if (this.running.has(orphan.answerId)) {
      // It was this process that was taken for dead.
      return (await this.turns.takeOver(orphan)) ? "goes_on" : "ends";
    }
    if (this.shutdown.signal.aborted) {
      return "left";
    }
    const running = await this.runner.goingOn(orphan.agentId);
    if (orphan.isStopRequested) {
      this.runner.stopAt(orphan, running);
      return "ends";
    }
    const known = await this.log.eventsOf(orphan);
    if (known.some((event) => event.type === "accepted" && event.hasClientTools === true)) {
      // Its tools went with the process that knew them, and a turn over HTTP ends with its connection.
      return "ends";
    }
    const request = this.requestAgain(orphan, known, running);
    const isPossible = request !== null || (running !== null && known.length > 0);
    // What ends one process after the other is not to end the next.
    const isTooOften = known.filter(({ type }) => type === "resumed").length >= maxTakeOvers;
    if (!isPossible || isTooOften || !(await this.turns.takeOver(orphan))) {
      return "ends";
    }
    const turn = new RunningTurn(orphan, request, this.limits, this.shutdown.signal, await this.resumedLog(orphan));
    if (request !== null) {
      await this.turns.prefaceNotTaken(orphan).catch(() => undefined);
    }
    this.carry(turn, async () => (request === null ? this.runner.resume(turn, running) : this.runner.run(turn, request)));
    return "goes_on";
  }

  /**
   * The log of a turn that is this process' by now: nobody else adds to it any more, as one may have done that was only taken for dead. That it goes on
   * is written down before anything comes of it, or what ends this process would never be counted.
   */
  private async resumedLog(orphan: OrphanedTurn): Promise<readonly TurnEvent[]> {
    try {
      const known = await this.log.eventsOf(orphan);
      const resumed: TurnEvent = {
        type: "resumed",
        parts: known.reduce<MessagePart[]>((parts, event) => [...partsAfter(parts, event)], []),
      };
      await this.log.append(orphan, this.turns.processId, known.length + 1, [resumed]);
      return [...known, resumed];
    } catch (error) {
      this.turns.leave(orphan);
      throw error;
    }
  }

  /** Of a turn whose agent has said nothing yet. `null`: it has, or nobody waits for it any more. */
  private requestAgain(orphan: OrphanedTurn, known: readonly TurnEvent[], running: RunningAgent | null): TurnRequest | null {
    const accepted = known.find((event) => event.type === "accepted");
    const isOld = this.clock.now().getTime() - orphan.answerCreatedAt.getTime() > againWithinMs;
    if (accepted === undefined || isOld || known.some(isPartEvent)) {
      return null;
    }
    // One that began a branch, and whose agent had not made a session of what was said before: that is quoted.
    const isNew = orphan.session === orphan.answerId;
    const branch = isNew ? { common: { session: orphan.session, answerId: null } } : null;
    const { userMessage: question, title } = accepted;
    const told = { preface: null, withHistory: false, withSayings: true, withInstructions: true, isFirst: false };
    return { question, branch, title, clientTools: null, ...told, running };
  }

  private carry(turn: RunningTurn, run: () => Promise<TurnEnding>): void {
    const store: TurnStore = {
      append: async (seq, events) => this.log.append(turn, this.turns.processId, seq, events),
      finish: async (answer, end) => {
        turn.isWaitedFor = await this.turns.finish(turn, answer, end);
      },
    };
    const writer = new TurnLogWriter(turn.feed, store, this.limits, () => void this.looks.runNow(), turn.knownCount);
    this.running.set(turn.answerId, turn);
    const carried = run().then(async (ending) => this.conclude(turn, writer, ending));
    this.shutdown.waitFor(carried.finally(() => this.running.delete(turn.answerId)));
  }

  /** Stores the end and tells it, in this order: what the page was told is true. */
  private async conclude(turn: RunningTurn, writer: TurnLogWriter, ending: TurnEnding): Promise<void> {
    if (ending.kind === "handed_over") {
      turn.flush();
      await writer.flush(this.shutdown.signal);
      if (turn.interruption === "taken_over") {
        this.turns.leave(turn);
      }
      turn.end(null);
      return;
    }
    const end = outcomeOf(ending, turn.hasSaid);
    const isStored = await writer.finish(turn, end, this.shutdown.signal);
    this.turns.leave(turn);
    const unsaved = { status: "broken_off", error: { code: "database_unavailable", detail: unsavedDetail } } as const;
    if (!isStored) {
      this.logger.error("the end of an answer could not be stored", undefined, { conversationId: turn.conversationId });
    }
    const message = this.turns.answerOf(turn, turn, isStored ? end : unsaved);
    const problem = message.error === null ? null : toProblem(new AppError(message.error.code, { detail: message.error.detail }));
    if (turn.request?.withHistory === true && isStored && (end.status === "complete" || turn.hasSaid)) {
      await this.history.given(turn).catch(() => undefined);
    }
    if (turn.request?.withSayings === true && !turn.isTaken) {
      await this.history.sayingsNotTaken(turn).catch(() => undefined);
    }
    if (turn.request?.preface?.isKnown === false && !turn.isTaken) {
      await this.turns.prefaceNotTaken(turn).catch(() => undefined);
    }
    if (turn.request !== null && !turn.isTaken && (turn.request.withInstructions || turn.request.withHistory)) {
      await this.instructions.notTaken(turn).catch(() => undefined);
    }
    turn.end({ type: "done", message, problem });
    if (turn.isWaitedFor) {
      await this.onWaitedFor(turn);
    }
  }
}
