import { Injectable } from "@nestjs/common";
import { Periodic } from "../../../platform/periodic/periodic.js";
import { engineObstacle, RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { AgentRestartService } from "../stop/agent-restart.service.js";
import { AgentStartService } from "../start/agent-start.service.js";
import { KeptAgentsRepository } from "./kept-agents.repository.js";
import { StartAttempts } from "../start/start-attempts.js";

const everyMs = 3_000;

/** Keeps system agents running, and restarts agents that wait for the end of an answer. Any process may do it: a start happens once. */
@Injectable()
export class AgentKeeperService {
  private readonly attempts = new StartAttempts();

  constructor(
    private readonly repository: KeptAgentsRepository,
    private readonly starts: AgentStartService,
    private readonly restarts: AgentRestartService,
    private readonly host: RuntimeHostService,
    periodic: Periodic,
  ) {
    periodic.every(everyMs, { what: "looking after system agents", run: async () => this.keep(), obstacleOf: engineObstacle });
  }

  /** Whether a system agent is kept running. */
  async want(agentId: string, isWanted: boolean): Promise<void> {
    await this.repository.setWanted(agentId, isWanted);
  }

  private async keep(): Promise<void> {
    if ((await this.host.kind()) !== null) {
      await this.startMissing();
      await this.restarts.restartQuiet();
    }
  }

  private async startMissing(): Promise<void> {
    for (const agentId of await this.repository.missingSystemAgents()) {
      if (this.attempts.begin(agentId, performance.now())) {
        // Why it failed is stored with the agent; here it is only tried again later.
        this.starts
          .ensureRunning(agentId, { isBackground: true })
          .catch(() => undefined)
          .finally(() => this.attempts.end(agentId, performance.now()));
      }
    }
  }
}
