import { Injectable } from "@nestjs/common";
import { Interval } from "@nestjs/schedule";
import { isDatabaseUnavailable } from "../../platform/database/database-errors.js";
import { Logger } from "../../platform/logging/logger.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";
import { ContainerLifecycleService } from "./container-lifecycle.service.js";
import { StartAttempts } from "./start-attempts.js";

const everyMs = 3_000;

/** Keeps system agents running, and restarts agents that wait for the end of an answer. Any process may do it: a start happens once. */
@Injectable()
export class AgentKeeperService {
  private readonly attempts = new StartAttempts();
  private isAtIt = false;

  constructor(
    private readonly repository: ContainerLifecycleRepository,
    private readonly lifecycle: ContainerLifecycleService,
    private readonly host: RuntimeHostService,
    private readonly shutdown: Shutdown,
    private readonly logger: Logger,
  ) {}

  /** Never rejects. */
  @Interval(everyMs)
  async keep(): Promise<void> {
    if (this.isAtIt || this.shutdown.signal.aborted) {
      return;
    }
    this.isAtIt = true;
    try {
      if ((await this.host.kind()) !== null) {
        await this.startMissing();
        await this.lifecycle.restartQuiet();
      }
    } catch (error) {
      if (!isDatabaseUnavailable(error)) {
        this.logger.error("system agents could not be looked after", error);
      }
    } finally {
      this.isAtIt = false;
    }
  }

  private async startMissing(): Promise<void> {
    for (const agentId of await this.repository.missingSystemAgents()) {
      if (this.attempts.begin(agentId, performance.now())) {
        // Why it failed is stored with the agent; here it is only tried again later.
        this.lifecycle
          .ensureRunning(agentId, { isBackground: true })
          .catch(() => undefined)
          .finally(() => this.attempts.end(agentId, performance.now()));
      }
    }
  }
}
