import type { SupervisorStatus } from "@mosaic/contracts/agent-config";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { SupervisorReportsRepository } from "./supervisor-reports.repository.js";
import { SupervisorReportsService } from "./supervisor-reports.service.js";

/** A changed setting is in effect within 3 seconds. */
const inEffectAfterMs = 3_000;
/** After these, what was changed before is in effect or never will be. */
const verdictPhases: ReadonlySet<SupervisorStatus["phase"]> = new Set(["ready", "applied", "outdated", "failed"]);

interface Verdict {
  /** On this process' own clock. */
  readonly atMs: number;
  /** It comes into effect with another start only. */
  readonly isOutdated: boolean;
}

/** Whether what somebody has just changed is in effect in the running agent. */
@Injectable()
export class ConfigEffectService implements OnApplicationBootstrap {
  /** What an agent last said of its configuration. */
  private readonly verdicts = new Map<string, Verdict>();

  constructor(
    private readonly repository: SupervisorReportsRepository,
    private readonly reports: SupervisorReportsService,
  ) {}

  onApplicationBootstrap(): void {
    this.reports.watchAll((agentId, { phase }) => {
      if (verdictPhases.has(phase)) {
        this.verdicts.set(agentId, { atMs: performance.now(), isOutdated: phase === "outdated" });
      }
    });
  }

  /**
   * Waits until a change of settings that was made in the last seconds is in effect, so that a turn right after it does not meet the former key.
   * Never takes more than the time that a change is promised to take. `changedMsAgo`: as whoever has just asked knows it.
   * Resolves with whether the agent said that it needs another start for it.
   */
  async untilInEffect(agentId: string, signal: AbortSignal, changedMsAgo?: number): Promise<{ isOutdated: boolean }> {
    const ageMs = changedMsAgo ?? (await this.repository.msSinceChange(agentId));
    if (ageMs === null || ageMs >= inEffectAfterMs) {
      return { isOutdated: false };
    }
    await this.untilHeard(agentId, ageMs, inEffectAfterMs - ageMs, signal);
    return { isOutdated: this.verdicts.get(agentId)?.isOutdated ?? false };
  }

  /**
   * Resolves when the agent says that what was changed `ageMs` ago is in effect, or refused; at the latest after `patienceMs`, since a change
   * may matter to no file of it. Rejects with `signal`'s reason.
   */
  private async untilHeard(agentId: string, ageMs: number, patienceMs: number, signal: AbortSignal): Promise<void> {
    if ((this.verdicts.get(agentId)?.atMs ?? -Infinity) >= performance.now() - ageMs) {
      return;
    }
    const heard = Promise.withResolvers<void>();
    const unwatch = this.reports.watch(agentId, ({ phase }) => (verdictPhases.has(phase) ? heard.resolve() : undefined));
    const patience = AbortSignal.timeout(Math.ceil(patienceMs));
    const give = (): void => (signal.aborted ? heard.reject(signal.reason) : heard.resolve());
    const either = AbortSignal.any([signal, patience]);
    either.addEventListener("abort", give, { once: true });
    try {
      await (signal.aborted ? Promise.reject(signal.reason as Error) : heard.promise);
    } finally {
      either.removeEventListener("abort", give);
      unwatch();
    }
  }
}
