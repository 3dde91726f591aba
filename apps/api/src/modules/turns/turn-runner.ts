import { usageWith } from "./answer-usage.js";
import type { AgentBackend, GatewayEvent } from "@mosaic/agent-backends/agent-backend";
import type { StageProgress } from "@mosaic/contracts/agent";
import { isPartEvent } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { toAppError } from "../../platform/errors/problem.filter.js";
import { Logger } from "../../platform/logging/logger.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { AgentStartService } from "../containers/start/agent-start.service.js";
import { AgentRestartService } from "../containers/stop/agent-restart.service.js";
import { ConfigEffectService } from "../containers/reports/config-effect.service.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { TurnFaultsService } from "../containers/reports/turn-faults.service.js";
import type { BegunTurn } from "../conversations/conversations.types.js";
import { HistoryService } from "../conversations/history.service.js";
import { FolderInstructionsService } from "../folders/folder-instructions.service.js";
import { withoutResults, wordsBeside } from "./client-tools.js";
import { GatewayUnreachableError, type ExchangeListener, type ExchangeRequest } from "./exchange/exchange.js";
import { exchangeOverHttp } from "./exchange/http-exchange.js";
import { exchangeOverSocket, stopOverSocket } from "./exchange/socket-exchange.js";
import { MadeFilesService } from "./files/made-files.service.js";
import { outboxOf, withOutbox } from "./files/outbox.js";
import { withFiles } from "./files/sent-files.js";
import { noImages, TurnFilesService, type ShownImages } from "./files/turn-files.service.js";
import type { RunningTurn, TurnRequest } from "./running-turn.js";
import type { SilenceWatch } from "./silence-watch.js";
import { TurnDiagnosisService } from "./turn-diagnosis.service.js";
import { TURN_LIMITS, type TurnLimits } from "./turn-limits.js";
import { TurnSessionsService } from "./turn-sessions.service.js";
import type { TurnEnding } from "./turn-outcome.js";
import { TurnSilence, type Attempt } from "./turn-silence.js";

const unreachableDetail = "The agent does not answer, although it was started again. Send the message once more in a moment.";
const endlessDetail = "The answer did not come to an end, so it was cut off here. Ask for a shorter one.";

const quotedNotice =
  "The agent could not go back to this point, so Mosaic quoted the earlier messages to it. It may have forgotten what it did along the way.";

/** A call of a model that went through the process that died has failed by then. */
const ownFaultWithinMs = 30_000;

/** Carries one turn from its question to the end of its answer. */
@Injectable()
export class TurnRunner {
  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly starts: AgentStartService,
    private readonly restarts: AgentRestartService,
    private readonly effect: ConfigEffectService,
    private readonly faults: TurnFaultsService,
    private readonly diagnosis: TurnDiagnosisService,
    private readonly logger: Logger,
    private readonly silence: TurnSilence,
    private readonly history: HistoryService,
    private readonly instructions: FolderInstructionsService,
    private readonly files: TurnFilesService,
    private readonly made: MadeFilesService,
    private readonly sessions: TurnSessionsService,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
  ) {}

  /** Resolves with how it ended. Never rejects. */
  async run(turn: RunningTurn, request: TurnRequest): Promise<TurnEnding> {
    return this.toItsEnd(turn, async () => this.drive(turn, request));
  }

  /** The agent, if it runs and may have gone on with a turn whose process died. Nothing is started. */
  async goingOn(agentId: string): Promise<RunningAgent | null> {
    const running = await this.starts.findRunning(agentId).catch((error: unknown) => {
      if (toAppError(error).code === "not_found") {
        return null;
      }
      throw error;
    });
    return running?.backend.socket === null ? null : running;
  }

  /** Has the agent stop what it does for a turn that ends without it, in the background. */
  stopAt({ session, answerId }: BegunTurn, running: RunningAgent | null): void {
    if (running !== null && running.backend.socket !== null) {
      void stopOverSocket(running.backend.socket, { running, session, turnId: answerId });
    }
  }

  /** Goes on with a turn that the gateway has, of a process that died. Resolves with how it ended. Never rejects. */
  async resume(turn: RunningTurn, running: RunningAgent | null): Promise<TurnEnding> {
    return this.toItsEnd(turn, async () => {
      if (running === null) {
        return { kind: "interrupted" };
      }
      const startedAtMs = performance.now();
      turn.goesOnAlone = this.starts.agentsOutliveMosaic;
      const ending = await this.relay(turn, null, running);
      const isSoon = performance.now() - startedAtMs < ownFaultWithinMs;
      return ending === "unreachable" || isOwnFault(ending, isSoon) ? { kind: "interrupted" } : ending;
    });
  }

  private async toItsEnd(turn: RunningTurn, carry: () => Promise<TurnEnding>): Promise<TurnEnding> {
    const startedAtMs = performance.now();
    const ending = await this.explained(turn, await carry().catch((error: unknown) => this.endingOf(error, turn)));
    if ((ending.kind === "complete" || ending.kind === "stopped") && turn.workedAt !== null && turn.mayHaveMadeFiles) {
      await this.made.collect(turn, turn.workedAt);
    }
    this.report(turn, ending, startedAtMs);
    return ending;
  }

  private async drive(turn: RunningTurn, request: TurnRequest): Promise<TurnEnding> {
    const { agentId, signal } = turn;
    const onStage = (stage: StageProgress): void => turn.tell({ type: "stage", ...stage });
    let running = request.running ?? (await this.starts.ensureRunning(agentId, { onStage, signal }));
    // An agent that runs keeps what it was given, so whether it still may use that is decided here.
    const { changedMsAgo, model } = await this.agentConfig.assertRenderable(agentId);
    turn.model = model;
    const { isOutdated } = await this.effect.untilInEffect(agentId, signal, changedMsAgo);
    if (isOutdated && (await this.restarts.stopFor(agentId, turn.answerId))) {
      running = await this.starts.ensureRunning(agentId, { onStage, signal });
    }
    await this.files.deliver(turn, request.question, running.backend);
    const prepared = await this.prepared(turn, request, running);
    const ending = await this.relayUntilTaken(turn, prepared, running);
    if (ending !== "unreachable") {
      return ending;
    }
    // Somebody removed or moved the container, and nothing was said yet: the reader need not know.
    this.logger.warn("an agent did not answer; looking at its container", { agentId });
    const repaired = await this.starts.ensureRunning(agentId, { onStage, signal, distrusted: running });
    const second = await this.relay(turn, prepared, repaired);
    return second === "unreachable" ? { kind: "failure", code: "agent_broke_off", detail: unreachableDetail } : second;
  }

  /** A turn that begins a branch gets its session. An agent that can't make one of what was said before is given quotes of it, and the answer says so. */
  private async prepared(turn: RunningTurn, request: TurnRequest, running: RunningAgent): Promise<TurnRequest> {
    if (request.branch === null || (await this.sessions.branchOff(turn, request.branch, running))) {
      return request;
    }
    turn.tell({ type: "resumed", parts: [{ type: "notice", text: quotedNotice }] });
    return { ...request, withHistory: true, clientTools: withoutResults(request.clientTools) };
  }

  /** A provider that refuses what agents send is asked once what it wants instead, and then the message goes again: nobody has read a word yet. */
  private async relayUntilTaken(turn: RunningTurn, request: TurnRequest, running: RunningAgent): Promise<TurnEnding | "unreachable"> {
    const startedAtMs = performance.now();
    const ending = await this.relay(turn, request, running);
    if (ending !== "unreachable" && ending.kind === "failure" && this.isOfLostCall(turn, ending.code, startedAtMs)) {
      turn.gatewayTurns += 1;
      return this.relay(turn, request, running);
    }
    const isRefused = ending !== "unreachable" && ending.kind === "failure" && ending.code === "provider_failed" && !turn.hasSaid;
    if (!isRefused || !(await this.diagnosis.learnDialect(turn.agentId, turn.signal))) {
      return ending;
    }
    turn.gatewayTurns += 1;
    return this.relay(turn, request, running);
  }

  /** The agent called its model through the process that died, and that call is lost. Nobody has read a word yet, so the turn begins again. */
  private isOfLostCall(turn: RunningTurn, code: string, startedAtMs: number): boolean {
    return (
      turn.isTakenOver && turn.gatewayTurns === 1 && !turn.hasSaid && isOfCall(code) && performance.now() - startedAtMs < ownFaultWithinMs
    );
  }

  /** `unreachable`: the gateway did not take the message, and nothing was said. */
  private async relay(turn: RunningTurn, request: TurnRequest | null, running: RunningAgent): Promise<TurnEnding | "unreachable"> {
    const attempt = this.silence.begin(running, (event) => turn.tell(event));
    try {
      const ending = await this.exchange(turn, request, { running, attempt });
      if (attempt.watch.isHung && ending !== "unreachable" && ending.kind === "failure") {
        return await this.silence.endOf(turn, attempt);
      }
      return ending === "unreachable" ? ending : await this.silence.blameRight(turn, attempt, ending);
    } catch (error) {
      if ((attempt.watch.silent.aborted || attempt.watch.isHung) && !turn.signal.aborted) {
        return await this.silence.endOf(turn, attempt);
      }
      if (error instanceof GatewayUnreachableError && (request === null || !turn.hasSaid)) {
        return "unreachable";
      }
      throw error;
    } finally {
      attempt.watch.end();
    }
  }

  /** `request`: `null` if the gateway has it. */
  private async exchange(
    turn: RunningTurn,
    request: TurnRequest | null,
    { running, attempt }: { running: RunningAgent; attempt: Attempt },
  ): Promise<TurnEnding | "unreachable"> {
    turn.workedAt = running.backend;
    const images = request === null ? noImages : await this.files.show(turn, request.question);
    try {
      const bring = async (late?: AbortSignal) => this.bring(turn, request, { running, attempt, images, late });
      return await (images.list.length === 0 ? bring() : this.silence.whileTaking(turn, attempt, bring));
    } finally {
      images.release();
    }
  }

  private async bring(
    turn: RunningTurn,
    request: TurnRequest | null,
    { running, attempt, images, late }: { running: RunningAgent; attempt: Attempt; images: ShownImages; late: AbortSignal | undefined },
  ): Promise<TurnEnding | "unreachable"> {
    const { backend } = running;
    const client = backend.clientTools ? (request?.clientTools ?? null) : null;
    turn.isBrought = true;
    const startedAtMs = performance.now();
    const exchanged: ExchangeRequest = {
      running,
      session: turn.session,
      turnId: turn.gatewayTurnId,
      text: request === null ? "" : await this.textOf(turn, request, backend),
      history: request !== null && backend.takesHistory ? await this.history.before(turn, request.question.id) : undefined,
      model: turn.model?.id,
      images: images.list,
      client,
      said: request === null ? turn.said : null,
      mayBeThere: turn.isTakenOver && turn.gatewayTurns === 1,
      signal: AbortSignal.any([turn.signal, attempt.watch.silent, ...(late === undefined ? [] : [late])]),
      goesOn: () => turn.isHandedOver,
    };
    const listener: ExchangeListener = {
      onTaken: () => {
        attempt.isTaken = true;
        images.release();
        turn.isTaken = true;
      },
      onEvents: (events) => this.take(turn, events, attempt.watch),
    };
    const ending = client === null ? await this.overSocket(turn, exchanged, listener) : "unfit";
    if (ending !== "unfit") {
      return ending === "unreachable" ? ending : this.told(turn, ending, { backend, startedAtMs });
    }
    // Over HTTP nobody knows what became of a message, and it would be run twice.
    if (request === null || turn.isTakenOver) {
      return { kind: "interrupted" };
    }
    turn.isTellingNoTools = true;
    const other = await exchangeOverHttp(exchanged, listener);
    return other === "unreachable" ? other : this.told(turn, other, { backend, startedAtMs });
  }

  private async overSocket(
    turn: RunningTurn,
    request: ExchangeRequest,
    listener: ExchangeListener,
  ): Promise<TurnEnding | "unreachable" | "unfit"> {
    const { socket } = request.running.backend;
    if (socket === null) {
      return "unfit";
    }
    const onTaken = (): void => {
      turn.goesOnAlone = this.starts.agentsOutliveMosaic;
      listener.onTaken();
    };
    return exchangeOverSocket(socket, request, { ...listener, onTaken });
  }

  /** Whoever brings it again says the same. The last messages have what the agent has said by itself in them. */
  private async textOf(turn: RunningTurn, request: TurnRequest, { workspace, clientTools }: AgentBackend): Promise<string> {
    const { question, preface, isFirst, withHistory, withInstructions, withSayings } = request;
    const words = clientTools ? wordsBeside(request.clientTools) : null;
    const told = preface !== null && (!preface.isKnown || withHistory) ? preface.text : null;
    const isPlain =
      told === null && !withHistory && !withInstructions && !withSayings && question.parts.every(({ type }) => type === "text");
    if (words === "" && isPlain) {
      return "";
    }
    const asked = withFiles(words === null || words === "" ? question.content : words, question.parts);
    const said = told === null ? asked : `${told}\n\n${asked}`;
    // Who owns an agent is offered what lies elsewhere in its outbox, too: it need not be told again and again.
    const isNamed = !turn.isOwned || isFirst || withHistory;
    const text = await this.quotedBefore(turn, request, isNamed ? withOutbox(said, outboxOf(workspace.outbox, turn.conversationId)) : said);
    return withHistory || withInstructions ? this.instructions.instruct(turn, text, { isNewSession: withHistory }) : text;
  }

  private async quotedBefore(turn: RunningTurn, { question, withHistory, withSayings }: TurnRequest, text: string): Promise<string> {
    if (withHistory) {
      return this.history.quoteBefore(turn, question.id, text);
    }
    return withSayings ? this.history.quoteSayings(turn, text) : text;
  }

  /** What the gateway kept to itself about an ending. */
  private async told(turn: RunningTurn, ending: TurnEnding, about: { backend: AgentBackend; startedAtMs: number }): Promise<TurnEnding> {
    if (ending.kind !== "failure" || ending.untold === undefined) {
      return ending;
    }
    const soFar = { elapsedMs: performance.now() - about.startedAtMs, hasText: turn.hasSaid };
    const { backend } = about;
    const told = await this.diagnosis.wordsOf(turn.agentId, ending.untold, soFar, { backend, signal: turn.signal });
    return told.type === "end" ? { kind: "complete" } : { kind: "failure", code: told.code, detail: told.detail };
  }

  private take(turn: RunningTurn, events: readonly GatewayEvent[], watch: SilenceWatch): TurnEnding | null {
    watch.heard(events.some(isPartEvent));
    if (events.some((event) => !this.tellOf(turn, event)) || turn.feed.events.length >= this.limits.maxEvents) {
      return { kind: "failure", code: "agent_broke_off", detail: endlessDetail };
    }
    for (const event of events) {
      if (event.type === "tool_call" && event.isForClient !== true) {
        watch.called(event.id, event.state === "running");
      }
    }
    const last = events.at(-1);
    if (last?.type === "failure") {
      const { code, detail, untoldRunId } = last;
      return { kind: "failure", code, detail, ...(untoldRunId === undefined ? {} : { untold: { code, detail, untoldRunId } }) };
    }
    return last?.type === "end" ? { kind: "complete" } : null;
  }

  /** False when the answer would grow too long. */
  private tellOf(turn: RunningTurn, event: GatewayEvent): boolean {
    if (event.type === "usage") {
      turn.usage = usageWith(turn.model, event);
    } else if (event.type === "tool_call") {
      return turn.call(event);
    } else if (event.type === "delta" || event.type === "reasoning") {
      const text = event.text.slice(0, this.limits.maxTextLength - turn.length);
      turn.say(text, event.type);
      return text.length === event.text.length && turn.parts.length <= this.limits.maxParts;
    }
    return true;
  }

  /** Names the cause of an end that the gateway could not name: it was killed for memory in the middle of the answer. */
  private async explained({ agentId, signal }: RunningTurn, ending: TurnEnding): Promise<TurnEnding> {
    if (ending.kind !== "failure" || ending.code !== "agent_broke_off" || signal.aborted) {
      return ending;
    }
    const cause = await this.faults.explainBreakOff(agentId);
    return cause === null ? ending : { ...ending, detail: `The agent ended in the middle of its answer. ${cause}` };
  }

  private endingOf(error: unknown, { signal, interruption, isHandedOver }: RunningTurn): TurnEnding {
    if (signal.aborted) {
      if (isHandedOver) {
        return { kind: "handed_over" };
      }
      return { kind: interruption === null ? "interrupted" : interruption === "deleted" ? "deleted" : "stopped" };
    }
    const known = toAppError(error);
    if (known.code === "internal") {
      this.logger.error("a turn failed", error);
    }
    return { kind: "failure", code: known.code, detail: known.detail ?? "Send the message again." };
  }

  private report({ agentId, conversationId }: RunningTurn, ending: TurnEnding, startedAtMs: number): void {
    const fields = { agentId, conversationId, ending: ending.kind, durationMs: Math.round(performance.now() - startedAtMs) };
    if (ending.kind === "failure") {
      this.logger.warn("turn ended with a fault", { ...fields, code: ending.code });
    } else {
      this.logger.debug("turn ended", fields);
    }
  }
}

function isOfCall(code: string): boolean {
  return ["provider_failed", "provider_unreachable", "provider_timeout"].includes(code);
}

/** Whether a turn that was taken over ended because its process did: its agent no longer has it, or called its model by way of that process. */
function isOwnFault(ending: TurnEnding, isSoon: boolean): boolean {
  if (ending.kind !== "failure") {
    return false;
  }
  return isSoon && (ending.code === "agent_broke_off" || isOfCall(ending.code));
}
