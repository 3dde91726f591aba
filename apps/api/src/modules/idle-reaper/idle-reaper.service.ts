import { Inject, Injectable } from "@nestjs/common";
import { Interval } from "@nestjs/schedule";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { Logger } from "../../platform/logging/logger.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { ContainerLifecycleService } from "../container-lifecycle/container-lifecycle.service.js";
import { idleSince, shouldStop } from "./idle-decision.js";
import { IdleReaperRepository } from "./idle-reaper.repository.js";

const everyMs = 15_000;

/** Stops agents that nobody has used for a while. Their state stays, and the next message wakes them. */
@Injectable()
export class IdleReaperService {
  private isReaping = false;
  private isDatabaseAway = false;

  constructor(
    private readonly repository: IdleReaperRepository,
    private readonly lifecycle: ContainerLifecycleService,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One round. Never rejects. */
  @Interval(everyMs)
  async reap(): Promise<void> {
    if (this.isReaping || this.shutdown.signal.aborted) {
      return;
    }
    this.isReaping = true;
    try {
      await this.round();
      this.isDatabaseAway = false;
    } catch (error) {
      this.report(error);
    } finally {
      this.isReaping = false;
    }
  }

  private async round(): Promise<void> {
    const now = this.clock.now();
    const idle = (await this.repository.running()).filter((candidate) => shouldStop(candidate, now));
    for (const { agentId, idleTimeoutSeconds } of idle) {
      const since = idleSince(idleTimeoutSeconds, now);
      if (since !== null && (await this.stop(agentId, since))) {
        this.logger.log("stopped an idle agent", { agentId });
      }
    }
  }

  /** An agent that can't be stopped must not keep the others running. */
  private async stop(agentId: string, since: Date): Promise<boolean> {
    try {
      return await this.lifecycle.stopIfIdle(agentId, since);
    } catch (error) {
      if (isDatabaseUnavailable(error)) {
        throw error;
      }
      this.logger.warn("an idle agent could not be stopped", { agentId });
      return false;
    }
  }

  private report(error: unknown): void {
    if (!isDatabaseUnavailable(error)) {
      this.logger.error("idle agents could not be looked for", error);
    } else if (!this.isDatabaseAway) {
      this.isDatabaseAway = true;
      this.logger.warn("idle agents are not looked for: the database can't be reached");
    }
  }
}
