import { setTimeout as sleep } from "node:timers/promises";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { Logger } from "../../../platform/logging/logger.js";
import { MachinePace } from "../../../platform/pace/machine-pace.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { stopGraceMs } from "../start/agent-boot.js";
import { AgentLocks, lockPatienceMs } from "../agent-locks.js";
import type { AgentTarget } from "../containers.types.js";
import type { StatusCondition } from "../container-status.repository.js";
import { ContainerStatusWriter } from "../container-status.js";
import { ContainersRepository } from "../containers.repository.js";
import { toStartError } from "../start/start-failure.js";

const restPollMs = 100;

/** Stops agents. Their state stays. */
@Injectable()
export class AgentStopService {
  constructor(
    private readonly containers: ContainersRepository,
    private readonly status: ContainerStatusWriter,
    private readonly host: RuntimeHostService,
    private readonly locks: AgentLocks,
    private readonly pace: MachinePace,
    private readonly logger: Logger,
  ) {}

  /** Begins a stop, whoever uses the agent, and resolves once everybody sees it. Idempotent. A start under way is given up. */
  async requestStop(agentId: string): Promise<void> {
    await this.begin(agentId);
  }

  /** As `requestStop`, if the condition holds too: whether it does. */
  async begin(agentId: string, condition: StatusCondition = {}): Promise<boolean> {
    const target = await this.containers.find(agentId);
    if (target === null) {
      throw new AppError("not_found");
    }
    const hasBegun = await this.status.change(target, "stop_requested", { stage: null, error: null }, condition);
    if (hasBegun) {
      this.finishStop(agentId).catch((error: unknown) => this.logger.error("agent could not be stopped", error, { agentId }));
    }
    return hasBegun;
  }

  /** Resolves when the agent is at rest: whoever wants to start it has to wait for the lock that its stop holds. */
  async untilAtRest(agentId: string): Promise<void> {
    const deadlineMs = performance.now() + lockPatienceMs * this.pace.now();
    for (;;) {
      const status = (await this.containers.find(agentId))?.container?.status ?? "stopped";
      if (status === "stopped" || status === "error") {
        return;
      }
      if (performance.now() > deadlineMs) {
        throw new AppError("conflict", { detail: "The agent does not stop. Try again in a moment." });
      }
      await sleep(restPollMs);
    }
  }

  /** Stops the container of an agent that is `stopping`. Its caller holds the lock. */
  async stopContainer(target: AgentTarget): Promise<void> {
    try {
      const runtime = await this.host.runtime();
      await runtime.stop(target.container?.name ?? "", stopGraceMs);
      await this.status.change(target, "came_to_rest", { stage: null, endpoint: null });
    } catch (thrown) {
      const error = toStartError(thrown);
      await this.status.change(target, "failed", {
        stage: null,
        error: { code: error.code, detail: `The agent could not be stopped. ${error.detail ?? error.message}` },
      });
      throw error;
    }
  }

  private async finishStop(agentId: string): Promise<void> {
    const lock = await this.locks.acquire(agentId);
    try {
      const target = await this.containers.find(agentId);
      // Somebody may have stopped, and even started it again, in the meantime.
      if (target?.container?.status === "stopping") {
        await this.stopContainer(target);
      }
    } finally {
      await lock.release();
    }
  }
}
