import type { IncomingMessage } from "node:http";
import type { AgentBackend, GatewayEvent, GatewayStream } from "@mosaic/agent-backends/agent-backend";
import type { StageProgress } from "@mosaic/contracts/agent";
import { isPartEvent } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { toAppError } from "../../platform/errors/problem.filter.js";
import { readBeginning } from "../../platform/http/bounded-body.js";
import { Logger } from "../../platform/logging/logger.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { AgentStartService } from "../containers/start/agent-start.service.js";
import { ConfigEffectService } from "../containers/reports/config-effect.service.js";
import type { RunningAgent } from "../containers/containers.types.js";
import { TurnFaultsService } from "../containers/reports/turn-faults.service.js";
import { HistoryService } from "../conversations/history.service.js";
import { GatewayUnreachableError, openGatewayStream } from "./gateway-client.js";
import type { RunningTurn } from "./running-turn.js";
import type { SilenceWatch } from "./silence-watch.js";
import { TurnDiagnosisService } from "./turn-diagnosis.service.js";
import { TURN_LIMITS, type TurnLimits } from "./turn-limits.js";
import type { TurnEnding } from "./turn-outcome.js";
import { TurnSilence, type Attempt } from "./turn-silence.js";

const unreachableDetail = "The agent does not answer, although it was started again. Send the message once more in a moment.";
const endlessDetail = "The answer did not come to an end, so it was cut off here. Ask for a shorter one.";

/** Carries one turn from its question to the end of its answer. */
@Injectable()
export class TurnRunner {
  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly starts: AgentStartService,
    private readonly effect: ConfigEffectService,
    private readonly faults: TurnFaultsService,
    private readonly diagnosis: TurnDiagnosisService,
    private readonly logger: Logger,
    private readonly silence: TurnSilence,
    private readonly history: HistoryService,
    @Inject(TURN_LIMITS) private readonly limits: TurnLimits,
  ) {}

  /** Resolves with how it ended. Never rejects. */
  async run(turn: RunningTurn): Promise<TurnEnding> {
    const startedAtMs = performance.now();
    const ending = await this.explained(turn, await this.drive(turn).catch((error: unknown) => this.endingOf(error, turn)));
    this.report(turn, ending, startedAtMs);
    return ending;
  }

  private async drive(turn: RunningTurn): Promise<TurnEnding> {
    const { agentId, signal } = turn;
    const onStage = (stage: StageProgress): void => turn.tell({ type: "stage", ...stage });
    const running = turn.request.running ?? (await this.starts.ensureRunning(agentId, { onStage, signal }));
    // An agent that runs keeps what it was given, so whether it still may use that is decided here.
    const changedMsAgo = await this.agentConfig.assertRenderable(agentId);
    await this.effect.untilInEffect(agentId, signal, changedMsAgo);
    const ending = await this.relayUntilTaken(turn, running);
    if (ending !== "unreachable") {
      return ending;
    }
    // Somebody removed or moved the container, and nothing was said yet: the reader need not know.
    this.logger.warn("an agent did not answer; looking at its container", { agentId });
    const repaired = await this.starts.ensureRunning(agentId, { onStage, signal, distrusted: running });
    const second = await this.relay(turn, repaired);
    return second === "unreachable" ? { kind: "failure", code: "agent_broke_off", detail: unreachableDetail } : second;
  }

  /** A provider that refuses what agents send is asked once what it wants instead, and then the message goes again: nobody has read a word yet. */
  private async relayUntilTaken(turn: RunningTurn, running: RunningAgent): Promise<TurnEnding | "unreachable"> {
    const ending = await this.relay(turn, running);
    const isRefused = ending !== "unreachable" && ending.kind === "failure" && ending.code === "provider_failed" && !turn.hasSaid;
    return isRefused && (await this.diagnosis.learnDialect(turn.agentId, turn.signal)) ? this.relay(turn, running) : ending;
  }

  /** `unreachable`: the gateway did not take the message, and nothing was said. */
  private async relay(turn: RunningTurn, running: RunningAgent): Promise<TurnEnding | "unreachable"> {
    const attempt = this.silence.begin(running, (event) => turn.tell(event));
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
      if (error instanceof GatewayUnreachableError && !turn.hasSaid) {
        return "unreachable";
      }
      throw error;
    } finally {
      attempt.watch.end();
    }
  }

  private async exchange(turn: RunningTurn, running: RunningAgent, attempt: Attempt): Promise<TurnEnding | "unreachable"> {
    const { backend, endpoint, gatewayToken } = running;
    const { question, withHistory } = turn.request;
    const text = withHistory ? await this.history.quoteBefore(turn, question.id, question.content) : question.content;
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
    const body = await readBeginning(response);
    // Another gateway listens there by now, or it has another start's token.
    return status === 401 ? "unreachable" : { kind: "failure", ...backend.explainResponse(status, body) };
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

  /** Passes the gateway's stream on, piece by piece. */
  private async pass(turn: RunningTurn, response: IncomingMessage, reader: GatewayStream, watch: SilenceWatch): Promise<TurnEnding> {
    try {
      for await (const chunk of response) {
        const ending = this.take(turn, reader.push(chunk as Buffer), watch);
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
    return this.take(turn, reader.close(), watch) ?? { kind: "complete" };
  }

  private take(turn: RunningTurn, events: readonly GatewayEvent[], watch: SilenceWatch): TurnEnding | null {
    watch.heard(events.some(isPartEvent));
    if (events.some((event) => !this.tellOf(turn, event)) || turn.feed.events.length >= this.limits.maxEvents) {
      return { kind: "failure", code: "agent_broke_off", detail: endlessDetail };
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
      turn.usage = event.usage;
    } else if (event.type === "tool_call") {
      turn.call(event);
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

  private endingOf(error: unknown, { signal, interruption }: RunningTurn): TurnEnding {
    if (signal.aborted) {
      return { kind: interruption === null ? "interrupted" : "stopped" };
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
