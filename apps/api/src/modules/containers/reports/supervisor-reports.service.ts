import type { SupervisorStatus, SupervisorStatusAnswer } from "@mosaic/contracts/agent-config";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import type { Payload } from "../../../platform/notices/channels.js";
import { Notices } from "../../../platform/notices/notices.js";
import { ContainersRepository } from "../containers.repository.js";
import { MemoryLossService } from "./memory-loss.service.js";
import { OutdatedAgentsService } from "./outdated-agents.service.js";
import { SupervisorReportsRepository } from "./supervisor-reports.repository.js";

/** What the supervisors in the containers say, passed on to whichever process waits for it: they report to one process, another may be starting them. */
@Injectable()
export class SupervisorReportsService implements OnApplicationBootstrap {
  private readonly listeners = new Map<string, Set<(status: SupervisorStatus) => void>>();
  private readonly listenersOfAll: ((agentId: string, status: SupervisorStatus) => void)[] = [];

  constructor(
    private readonly notices: Notices,
    private readonly repository: SupervisorReportsRepository,
    private readonly containers: ContainersRepository,
    private readonly memoryLoss: MemoryLossService,
    private readonly outdated: OutdatedAgentsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.notices.listen("mosaic_agent_reports", { onNotice: (report) => this.deliver(report), onGap: () => void this.lookAgain() });
  }

  /** From the container that proved to be this agent's. */
  async record(agentId: string, status: SupervisorStatus): Promise<SupervisorStatusAnswer> {
    const isApplied = status.phase === "ready" || status.phase === "applied";
    if (isApplied && status.generation !== undefined) {
      await this.repository.setGeneration(agentId, status.generation);
    }
    if (status.state !== undefined) {
      await this.memoryLoss.look(agentId, status.state);
    }
    if (status.phase === "outdated") {
      await this.outdated.restart(agentId);
    }
    await this.notices.tell({ channel: "mosaic_agent_reports", payload: { agentId, status } });
    // Only a start asks.
    return { isAwaited: status.phase === "warming" && (await this.repository.isAwaited(agentId)) };
  }

  /** Of every agent, for as long as this process lives. */
  watchAll(onReport: (agentId: string, status: SupervisorStatus) => void): void {
    this.listenersOfAll.push(onReport);
  }

  watch(agentId: string, onReport: (status: SupervisorStatus) => void): () => void {
    const listeners = this.listeners.get(agentId) ?? new Set();
    this.listeners.set(agentId, listeners.add(onReport));
    return () => {
      listeners.delete(onReport);
      if (listeners.size === 0 && this.listeners.get(agentId) === listeners) {
        this.listeners.delete(agentId);
      }
    };
  }

  private deliver({ agentId, status }: Payload<"mosaic_agent_reports">): void {
    for (const onReport of this.listenersOfAll) {
      onReport(agentId, status);
    }
    for (const onReport of this.listeners.get(agentId) ?? []) {
      onReport(status);
    }
  }

  /** A report may have been missed; that a configuration was applied is stored. */
  private async lookAgain(): Promise<void> {
    for (const [agentId, listeners] of this.listeners) {
      const target = await this.containers.find(agentId).catch(() => null);
      const generation = target?.container?.generation ?? null;
      for (const onReport of generation === null ? [] : listeners) {
        onReport({ phase: "ready" });
      }
    }
  }
}
