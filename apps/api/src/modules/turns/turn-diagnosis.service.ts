import type { AgentBackend, GatewayEnding, GatewayFailure, TurnSoFar } from "@mosaic/agent-backends/agent-backend";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { Logger } from "../../platform/logging/logger.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { ConfigEffectService } from "../containers/reports/config-effect.service.js";
import { TurnFaultsService } from "../containers/reports/turn-faults.service.js";

/** The line is written before the stream ends; what remains is its way to this process. */
const linePatienceMs = 2_000;
/** A provider that refuses everything is asked what it wants now and then, not with every message. */
const askedAgainAfterMs = 60_000;
const maxAsked = 1_000;

/** Finds out what is behind a failed turn, where the gateway does not say it. */
@Injectable()
export class TurnDiagnosisService {
  private readonly askedAtMs = new Map<string, number>();

  constructor(
    private readonly faults: TurnFaultsService,
    private readonly agentConfig: AgentConfigService,
    private readonly effect: ConfigEffectService,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** In the provider's own words where the gateway kept them to itself. It may even be a complete answer. */
  async wordsOf(
    agentId: string,
    { untoldRunId, ...failure }: GatewayFailure,
    turn: TurnSoFar,
    { backend, signal }: { backend: AgentBackend; signal: AbortSignal },
  ): Promise<GatewayEnding> {
    const line = untoldRunId === undefined ? null : await this.faults.lineOf(agentId, untoldRunId, linePatienceMs, signal);
    return line === null ? { type: "failure", ...failure } : backend.explainLogLine(line, turn);
  }

  /**
   * For a turn that the provider refused before any text: asks it what it wants of a request. True once the agent asks differently, so that the
   * same message may be sent again. Never rejects but with `signal`'s reason.
   */
  async learnDialect(agentId: string, signal: AbortSignal): Promise<boolean> {
    const nowMs = this.clock.now().getTime();
    if (nowMs - (this.askedAtMs.get(agentId) ?? -Infinity) < askedAgainAfterMs) {
      return false;
    }
    this.askedAtMs.delete(agentId);
    this.askedAtMs.set(agentId, nowMs);
    const oldest = this.askedAtMs.keys().next();
    if (this.askedAtMs.size > maxAsked && oldest.done !== true) {
      this.askedAtMs.delete(oldest.value);
    }
    const isNew = await this.agentConfig.findDialect(agentId).catch((error: unknown) => {
      this.logger.warn("what a provider wants could not be found out", {
        agentId,
        reason: error instanceof Error ? error.message : "unknown",
      });
      return false;
    });
    signal.throwIfAborted();
    if (isNew) {
      this.logger.log("a provider wants other requests; the agent asks it that way from now on", { agentId });
      await this.effect.untilInEffect(agentId, signal);
    }
    return isNew;
  }
}
