import { Injectable } from "@nestjs/common";
import { Logger } from "../../../platform/logging/logger.js";
import { BootQueueService } from "../../boot-queue/boot-queue.service.js";
import { AgentStartService } from "../start/agent-start.service.js";
import { AgentStopService } from "./agent-stop.service.js";
import { ContainerStatusRepository } from "../container-status.repository.js";

/** Restarts agents: those whose owner wants it, and those that are marked since what they are started from has changed. */
@Injectable()
export class AgentRestartService {
  constructor(
    private readonly containers: ContainerStatusRepository,
    private readonly starts: AgentStartService,
    private readonly stops: AgentStopService,
    private readonly queue: BootQueueService,
    private readonly logger: Logger,
  ) {}

  /** Begins a restart, whoever uses the agent, and resolves once it is under way. An agent that does not run is started. */
  async requestRestart(agentId: string): Promise<void> {
    await this.starts.assertStartable(agentId);
    await this.stops.begin(agentId);
    await this.startAgain(agentId, false);
  }

  /** Restarts agents that wait for the end of an answer. One that begins another in the meantime goes on waiting. Rejects for none. */
  async restartQuiet(): Promise<void> {
    for (const { agentId, version } of await this.containers.restartable()) {
      // An agent that has to wait for its turn runs on until then.
      if (await this.queue.isBusyInBackground()) {
        return;
      }
      try {
        if (await this.stops.begin(agentId, { version })) {
          this.logger.log("restarting an agent for a change that it can't take in place", { agentId });
          await this.startAgain(agentId, true);
        }
      } catch (error) {
        this.logger.warn("an agent could not be restarted", { agentId, reason: error instanceof Error ? error.message : "unknown" });
      }
    }
  }

  /** Stops an agent for a turn that has only begun, so that whoever starts it next has what was changed. False if it answers others as well. */
  async stopFor(agentId: string, answerId: string): Promise<boolean> {
    if (await this.containers.answersOthers(agentId, answerId)) {
      return false;
    }
    await this.stops.begin(agentId);
    await this.stops.untilAtRest(agentId);
    return true;
  }

  private async startAgain(agentId: string, isBackground: boolean): Promise<void> {
    await this.stops.untilAtRest(agentId);
    await this.starts.requestStart(agentId, isBackground);
  }
}
