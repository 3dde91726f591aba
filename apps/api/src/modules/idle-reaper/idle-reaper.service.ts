import { Injectable } from "@nestjs/common";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { Logger } from "../../platform/logging/logger.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { IdleAgentsService } from "../containers/stop/idle-agents.service.js";

const everyMs = 15_000;

/** Stops agents that nobody has used for a while. Their state stays, and the next message wakes them. */
@Injectable()
export class IdleReaperService {
  private readonly rounds: Loop;

  constructor(
    private readonly agents: IdleAgentsService,
    private readonly logger: Logger,
    periodic: Periodic,
  ) {
    this.rounds = periodic.every(everyMs, { what: "looking for idle agents", run: async (signal) => this.round(signal) });
  }

  /** One round. Never rejects. */
  async reap(): Promise<void> {
    await this.rounds.runNow();
  }

  private async round(signal: AbortSignal): Promise<void> {
    for (const agentId of await this.agents.idle()) {
      if (signal.aborted) {
        return;
      }
      if (await this.stop(agentId)) {
        this.logger.log("stopped an idle agent", { agentId });
      }
    }
  }

  /** An agent that can't be stopped must not keep the others running. */
  private async stop(agentId: string): Promise<boolean> {
    try {
      return await this.agents.stopIfIdle(agentId);
    } catch (error) {
      if (isDatabaseUnavailable(error)) {
        throw error;
      }
      this.logger.warn("an idle agent could not be stopped", { agentId });
      return false;
    }
  }
}
