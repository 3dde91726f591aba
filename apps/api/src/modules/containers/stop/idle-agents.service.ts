import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { SessionLocks } from "../../../platform/database/session-locks.js";
import { AgentStopService } from "./agent-stop.service.js";
import { lockKeyOf } from "../container-identity.js";
import { ContainerStatusRepository } from "../container-status.repository.js";
import { ContainerStatusWriter } from "../container-status.js";
import { ContainersRepository } from "../containers.repository.js";

/** Who uses which agent, and which nobody does. */
@Injectable()
export class IdleAgentsService {
  constructor(
    private readonly containers: ContainersRepository,
    private readonly repository: ContainerStatusRepository,
    private readonly status: ContainerStatusWriter,
    private readonly stops: AgentStopService,
    private readonly locks: SessionLocks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Agents that nobody has used for as long as their timeout. */
  async idle(): Promise<string[]> {
    return this.repository.idle(this.clock.now());
  }

  /** Stops an agent if it is idle. False if somebody uses it after all, or works on it. */
  async stopIfIdle(agentId: string): Promise<boolean> {
    const lock = await this.locks.tryAcquire(lockKeyOf(agentId));
    if (lock === null) {
      return false;
    }
    try {
      const target = await this.containers.find(agentId);
      if (target === null || !(await this.status.change(target, "stop_requested", { stage: null }, { idleAt: this.clock.now() }))) {
        return false;
      }
      await this.stops.stopContainer(target);
      return true;
    } finally {
      await lock.release();
    }
  }
}
