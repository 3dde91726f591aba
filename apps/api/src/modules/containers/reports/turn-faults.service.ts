import { setTimeout as delay } from "node:timers/promises";
import type { SupervisorStatus } from "@mosaic/contracts/agent-config";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { ContainerRepair } from "../reconcile/container-repair.js";
import { ContainersRepository } from "../containers.repository.js";
import { SupervisorReportsService } from "./supervisor-reports.service.js";

interface TurnFault {
  readonly runId: string;
  readonly line: string;
}

/** A turn is asked for a moment after its fault: older ones are of no use. */
const keptPerAgent = 8;
const maxAgents = 1_000;
const pollMs = 50;

/** Why turns failed, beyond what their streams say: what gateways tell their log, as their supervisors pass it on (in memory, for the moment in which a turn ends), and how a container ended. */
@Injectable()
export class TurnFaultsService implements OnApplicationBootstrap {
  private readonly faults = new Map<string, readonly TurnFault[]>();

  constructor(
    private readonly reports: SupervisorReportsService,
    private readonly containers: ContainersRepository,
    private readonly repair: ContainerRepair,
  ) {}

  onApplicationBootstrap(): void {
    this.reports.watchAll((agentId, status) => this.record(agentId, status));
  }

  /** The last line about a turn, waiting for one at most `patienceMs`. `null`: nothing was heard. */
  async lineOf(agentId: string, runId: string, patienceMs: number, signal: AbortSignal): Promise<string | null> {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const line = this.faults.get(agentId)?.findLast((fault) => fault.runId === runId)?.line;
      if (line !== undefined || performance.now() > untilMs) {
        return line ?? null;
      }
      await delay(pollMs, undefined, { signal });
    }
  }

  /** Why an answer broke off, if it was for lack of memory; `null` if not, or if nobody can tell. Never rejects. */
  async explainBreakOff(agentId: string): Promise<string | null> {
    try {
      const target = await this.containers.find(agentId);
      return target === null ? null : await this.repair.explainLackOfMemory(target);
    } catch {
      return null;
    }
  }

  private record(agentId: string, { phase, runId, detail }: SupervisorStatus): void {
    if (phase !== "turn_failed" || runId === undefined || detail === undefined) {
      return;
    }
    const before = this.faults.get(agentId) ?? [];
    this.faults.delete(agentId);
    this.faults.set(agentId, [...before.slice(1 - keptPerAgent), { runId, line: detail }]);
    const oldest = this.faults.keys().next();
    if (this.faults.size > maxAgents && oldest.done !== true) {
      this.faults.delete(oldest.value);
    }
  }
}
