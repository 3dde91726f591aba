import type { IncomingMessage } from "node:http";
import type { AgentBackend, GatewayEvent, GatewayStream } from "@mosaic/agent-backends/agent-backend";
import type { StageProgress } from "@mosaic/contracts/agent";
import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { toAppError, toProblem } from "../../platform/errors/problem.filter.js";
import type { EventStream } from "../../platform/http/event-stream.js";
import { Logger } from "../../platform/logging/logger.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { ContainerLifecycleService } from "../container-lifecycle/container-lifecycle.service.js";
import type { RunningAgent } from "../container-lifecycle/container-lifecycle.types.js";
import type { BegunTurn } from "../conversations/conversations.types.js";
import { HistoryService } from "../conversations/history.service.js";
import { TurnsService } from "../conversations/turns.service.js";
import { AnswerWriter } from "./answer-writer.js";
import { GatewayUnreachableError, openGatewayStream, readErrorBody } from "./gateway-client.js";
import type { SilenceWatch } from "./silence-watch.js";
import { TurnDiagnosisService } from "./turn-diagnosis.service.js";
import { TURN_LIMITS, type TurnLimits } from "./turn-limits.js";
import { outcomeOf, type TurnEnding } from "./turn-outcome.js";
import { TurnSilence, type Attempt } from "./turn-silence.js";

const unreachableDetail = "The agent does not answer, although it was started again. Send the message once more in a moment.";
const endlessDetail = "The answer did not come to an end, so it was cut off here. Ask for a shorter one.";
const unsavedDetail = "The database can't be reached, so the end of this answer could not be stored.";

/** One turn under way. */
interface Turn extends BegunTurn {
  readonly question: string;
  readonly questionId: string;
  /** The last messages go along, for an agent that has lost its memory. */
  readonly withHistory: boolean;
  readonly stream: EventStream<TurnEvent>;
  readonly writer: AnswerWriter;
  /** From the browser to the gateway: whatever ends the turn early. */
  readonly signal: AbortSignal;
}

/** Carries one turn from the stored question to the stored answer. */
@Injectable()
export class TurnRunner {
  constructor(
    private readonly turns: TurnsService,
    private readonly lifecycle: ContainerLifecycleService,
    private readonly diagnosis: TurnDiagnosisService,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    private readonly silence: TurnSilence,
    private readonly history: HistoryService,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
  ) {}

  /** Resolves when the end is stored, or could not be. Never rejects. */
  async run(begun: BegunTurn, userMessage: Message, stream: EventStream<TurnEvent>, withHistory = false): Promise<void> {
    const gone = new AbortController();
    const store = {
      saveText: async (text: string) => this.turns.saveText(begun, text),
      finish: async (text: string, end: Parameters<TurnsService["finish"]>[2]) => this.turns.finish(begun, text, end),
    };
    const writer = new AnswerWriter(store, this.limits, () => gone.abort(new Error("the conversation was deleted")));
    const signal = AbortSignal.any([stream.left, this.shutdown.signal, gone.signal]);
    const turn: Turn = { ...begun, question: userMessage.content, questionId: userMessage.id, withHistory, stream, writer, signal };
    const startedAtMs = performance.now();
    await stream.send({ type: "accepted", userMessage, answerId: begun.answerId });
    const ending = await this.explained(turn, await this.drive(turn).catch((error: unknown) => this.endingOf(error, turn)));
    this.report(turn, ending, startedAtMs);
    await this.conclude(turn, ending);
  }

  /** Stores the end and tells it, in this order: what the page was told is true. */
  private async conclude(turn: Turn, ending: TurnEnding): Promise<void> {
    const { stream, writer } = turn;
    const end = outcomeOf(ending, writer.text !== "");
    const isStored = await writer.finish(end, this.shutdown.signal);
    this.turns.leave(turn);
    await this.lifecycle.touch(turn.agentId).catch(() => undefined);
    const unsaved = { status: "broken_off", error: { code: "database_unavailable", detail: unsavedDetail } } as const;
    if (!isStored) {
      this.logger.error("the end of an answer could not be stored", undefined, { conversationId: turn.conversationId });
    }
    const message = this.turns.answerOf(turn, writer.text, isStored ? end : unsaved);
    const problem = message.error === null ? null : toProblem(new AppError(message.error.code, { detail: message.error.detail }));
    if (turn.withHistory && isStored && (end.status === "complete" || writer.text !== "")) {
      await this.history.given(turn).catch(() => undefined);
    }
    await stream.send({ type: "done", message, problem });
    stream.end();
  }

  private async drive(turn: Turn): Promise<TurnEnding> {
    const { agentId, signal, stream } = turn;
    const onStage = (stage: StageProgress): void => stream.sendSoon({ type: "stage", ...stage });
    // A running agent keeps what it was given; whether it may still use it is decided here.
    await this.lifecycle.assertModel(agentId);
    const running = await this.lifecycle.ensureRunning(agentId, { onStage, signal });
    await this.lifecycle.settle(agentId, signal);
    const ending = await this.relayUntilTaken(turn, running);
    if (ending !== "unreachable") {
      return ending;
    }
    // Somebody removed or moved the container, and nothing was said yet: the reader need not know.
    this.logger.warn("an agent did not answer; looking at its container", { agentId });
    const repaired = await this.lifecycle.ensureRunning(agentId, { onStage, signal, distrusted: running });
    const second = await this.relay(turn, repaired);
    return second === "unreachable" ? { kind: "failure", code: "agent_broke_off", detail: unreachableDetail } : second;
  }

  /** A provider that refuses what agents send is asked once what it wants instead, and then the message goes again: nobody has read a word yet. */
  private async relayUntilTaken(turn: Turn, running: RunningAgent): Promise<TurnEnding | "unreachable"> {
    const ending = await this.relay(turn, running);
    const isRefused = ending !== "unreachable" && ending.kind === "failure" && ending.code === "provider_failed" && turn.writer.text === "";
    return isRefused && (await this.diagnosis.learnDialect(turn.agentId, turn.signal)) ? this.relay(turn, running) : ending;
  }

  /** `unreachable`: the gateway did not take the message, and nothing was said. */
  private async relay(turn: Turn, running: RunningAgent): Promise<TurnEnding | "unreachable"> {
    const attempt = this.silence.begin(running, turn.stream);
    try {
      const ending = await this.exchange(turn, running, attempt);
      if (attempt.watch.isHung && ending !== "unreachable" && ending.kind === "failure") {
        return await this.silence.endOf(turn, attempt);
      }
      return ending === "unreachable" ? ending : await this.silence.blameRight(turn, attempt, ending);
    } catch (error) {
      if ((attempt.watch.silent.aborted || attempt.watch.isHung) && !turn.signal.aborted) {
        return await this.silence.endOf(turn, attempt);
      }
      if (error instanceof GatewayUnreachableError && turn.writer.text === "") {
        return "unreachable";
      }
      throw error;
    } finally {
      attempt.watch.end();
    }
  }

  private async exchange(turn: Turn, running: RunningAgent, attempt: Attempt): Promise<TurnEnding | "unreachable"> {
    const { backend, endpoint, gatewayToken } = running;
    const text = turn.withHistory ? await this.history.quoteBefore(turn, turn.questionId, turn.question) : turn.question;
    const request = backend.turnRequest({ gatewayToken, conversationId: turn.conversationId, text });
    const startedAtMs = performance.now();
    const signal = AbortSignal.any([turn.signal, attempt.watch.silent]);
    const response = await openGatewayStream(endpoint, request, signal);
    if (response.statusCode === 200) {
      attempt.isTaken = true;
      const ending = await this.pass(turn, response, backend.openStream(), attempt.watch);
      return this.told(turn, ending, { backend, startedAtMs });
    }
    const status = response.statusCode ?? 0;
    const body = await readErrorBody(response);
    // Another gateway listens there by now, or it has another start's token.
    return status === 401 ? "unreachable" : { kind: "failure", ...backend.explainResponse(status, body) };
  }

  /** What the gateway kept to itself about an ending. */
  private async told(turn: Turn, ending: TurnEnding, about: { backend: AgentBackend; startedAtMs: number }): Promise<TurnEnding> {
    if (ending.kind !== "failure" || ending.untold === undefined) {
      return ending;
    }
    const soFar = { elapsedMs: performance.now() - about.startedAtMs, hasText: turn.writer.text !== "" };
    const { backend } = about;
    const told = await this.diagnosis.wordsOf(turn.agentId, ending.untold, soFar, { backend, signal: turn.signal });
    return told.type === "end" ? { kind: "complete" } : { kind: "failure", code: told.code, detail: told.detail };
  }

  /** Passes the gateway's stream on, piece by piece, as fast as the reader takes it. */
  private async pass(turn: Turn, response: IncomingMessage, reader: GatewayStream, watch: SilenceWatch): Promise<TurnEnding> {
    try {
      for await (const chunk of response) {
        const ending = await this.take(turn, reader.push(chunk as Buffer), watch);
        if (ending !== null) {
          return ending;
        }
      }
    } catch (error) {
      if (turn.signal.aborted || watch.silent.aborted) {
        throw error;
      }
      // The connection broke: what that means is the backend's business.
    } finally {
      response.destroy();
    }
    return (await this.take(turn, reader.close(), watch)) ?? { kind: "complete" };
  }

  private async take({ stream, writer }: Turn, events: readonly GatewayEvent[], watch: SilenceWatch): Promise<TurnEnding | null> {
    const arrived = events.map((event) => (event.type === "delta" ? event.text : "")).join("");
    const text = arrived.slice(0, this.limits.maxTextLength - writer.text.length);
    watch.heard(text !== "");
    if (text !== "") {
      writer.push(text);
      await stream.send({ type: "delta", text });
      watch.heard(true);
    }
    if (text.length < arrived.length) {
      return { kind: "failure", code: "agent_broke_off", detail: endlessDetail };
    }
    const last = events.at(-1);
    if (last?.type === "failure") {
      const { code, detail, untoldRunId } = last;
      return { kind: "failure", code, detail, ...(untoldRunId === undefined ? {} : { untold: { code, detail, untoldRunId } }) };
    }
    return last?.type === "end" ? { kind: "complete" } : null;
  }

  /** Names the cause of an end that the gateway could not name: it was killed for memory in the middle of the answer. */
  private async explained({ agentId, signal }: Turn, ending: TurnEnding): Promise<TurnEnding> {
    if (ending.kind !== "failure" || ending.code !== "agent_broke_off" || signal.aborted) {
      return ending;
    }
    const cause = await this.lifecycle.explainBreakOff(agentId);
    return cause === null ? ending : { ...ending, detail: `The agent ended in the middle of its answer. ${cause}` };
  }

  private endingOf(error: unknown, { signal, stream }: Turn): TurnEnding {
    if (signal.aborted) {
      return this.shutdown.signal.aborted && !stream.left.aborted ? { kind: "interrupted" } : { kind: "stopped" };
    }
    const known = toAppError(error);
    if (known.code === "internal") {
      this.logger.error("a turn failed", error);
    }
    return { kind: "failure", code: known.code, detail: known.detail ?? "Send the message again." };
  }

  private report({ agentId, conversationId }: Turn, ending: TurnEnding, startedAtMs: number): void {
    const fields = { agentId, conversationId, ending: ending.kind, durationMs: Math.round(performance.now() - startedAtMs) };
    if (ending.kind === "failure") {
      this.logger.warn("turn ended with a fault", { ...fields, code: ending.code });
    } else {
      this.logger.debug("turn ended", fields);
    }
  }
}
