import { Injectable } from "@nestjs/common";
import { Periodic } from "../../platform/periodic/periodic.js";
import { engineObstacle, RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { ContainerLifecycleRepository } from "./container-lifecycle.repository.js";
import { ContainerLifecycleService } from "./container-lifecycle.service.js";
import { StartAttempts } from "./start-attempts.js";

const everyMs = 3_000;

/** Keeps system agents running, and restarts agents that wait for the end of an answer. Any process may do it: a start happens once. */
@Injectable()
export class AgentKeeperService {
  private readonly attempts = new StartAttempts();

  constructor(
    private readonly repository: ContainerLifecycleRepository,
    private readonly lifecycle: ContainerLifecycleService,
    private readonly host: RuntimeHostService,
    periodic: Periodic,
  ) {
    periodic.every(everyMs, { what: "looking after system agents", run: async () => this.keep(), obstacleOf: engineObstacle });
  }

  private async keep(): Promise<void> {
    if ((await this.host.kind()) !== null) {
      await this.startMissing();
      await this.lifecycle.restartQuiet();
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
