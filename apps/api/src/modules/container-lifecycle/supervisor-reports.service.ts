import { supervisorStatus, type SupervisorStatus } from "@mosaic/contracts/agent-config";
import { Injectable, type OnApplicationBootstrap } from "@nestjs/common";
import { z } from "zod";
import { PostgresChannel } from "../../platform/database/postgres-channel.js";
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";

const channel = "mosaic_agent_reports";
const envelope = z.object({ agentId: z.string(), status: supervisorStatus });

/** What the supervisors in the containers say, passed on to whichever process waits for it: they report to one process, another may be starting them. */
@Injectable()
export class SupervisorReportsService implements OnApplicationBootstrap {
  readonly #listeners = new Map<string, Set<(status: SupervisorStatus) => void>>();

  constructor(
    private readonly channel: PostgresChannel,
    private readonly repository: ContainerLifecycleRepository,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.channel.listen(channel, (payload) => this.deliver(payload));
  }

  /** From the container that proved to be this agent's. */
  async record(agentId: string, status: SupervisorStatus): Promise<void> {
    const isApplied = status.phase === "ready" || status.phase === "applied";
    if (isApplied && status.generation !== undefined) {
      await this.repository.setGeneration(agentId, status.generation);
    }
    await this.repository.notify(channel, JSON.stringify({ agentId, status }));
  }

  watch(agentId: string, onReport: (status: SupervisorStatus) => void): () => void {
    const listeners = this.#listeners.get(agentId) ?? new Set();
    this.#listeners.set(agentId, listeners.add(onReport));
    return () => {
      listeners.delete(onReport);
      if (listeners.size === 0 && this.#listeners.get(agentId) === listeners) {
        this.#listeners.delete(agentId);
      }
    };
  }

  private deliver(payload: string): void {
    if (payload === "") {
      void this.lookAgain();
      return;
    }
    const parsed = envelope.safeParse(JSON.parse(payload));
    if (parsed.success) {
      for (const onReport of this.#listeners.get(parsed.data.agentId) ?? []) {
        onReport(parsed.data.status);
      }
    }
  }

  /** A report may have been missed; that a configuration was applied is stored. */
  private async lookAgain(): Promise<void> {
    for (const [agentId, listeners] of this.#listeners) {
      const target = await this.repository.find(agentId).catch(() => null);
      const generation = target?.container?.generation ?? null;
      for (const onReport of generation === null ? [] : listeners) {
        onReport({ phase: "ready" });
      }
    }
  }
}
