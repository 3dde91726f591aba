import type { AgentDeletionSummary } from "@mosaic/contracts/admin-containers";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../../platform/errors/app-error.js";
import { Logger } from "../../../platform/logging/logger.js";
import { RuntimeHostService } from "../../runtime-host/runtime-host.service.js";
import { stopGraceMs } from "../start/agent-boot.js";
import { AgentDeletionRepository } from "./agent-deletion.repository.js";
import { AgentLocks } from "../agent-locks.js";
import type { AgentTarget } from "../containers.types.js";
import { ContainerStatusWriter } from "../container-status.js";
import { ContainersRepository } from "../containers.repository.js";
import { toStartError } from "../start/start-failure.js";

/** Deletes agents with all that is theirs. Whether the caller may is known before. */
@Injectable()
export class AgentDeletionService {
  constructor(
    private readonly containers: ContainersRepository,
    private readonly repository: AgentDeletionRepository,
    private readonly status: ContainerStatusWriter,
    private readonly host: RuntimeHostService,
    private readonly locks: AgentLocks,
    private readonly logger: Logger,
  ) {}

  /** How much goes with it. */
  async contentsOf(agentId: string): Promise<AgentDeletionSummary> {
    return this.repository.countContents(agentId);
  }

  /**
   * With its container, its state and its conversations, for good. The row goes last: after a crash at any point the agent is still there, and
   * deleting it again does the rest. One that is gone already is no fault.
   */
  async delete(agentId: string): Promise<void> {
    const before = await this.containers.find(agentId);
    if (before !== null) {
      await this.status.change(before, "stop_requested", { stage: null, error: null });
    }
    const lock = await this.locks.acquire(agentId);
    try {
      const target = await this.containers.find(agentId);
      if (target?.container != null) {
        await this.removeEverything(target, target.container.name);
      }
      await this.repository.deleteAgent(agentId);
      if (target !== null) {
        await this.status.tellDeleted(target);
      }
    } finally {
      await lock.release();
    }
    this.logger.log("agent deleted", { agentId });
  }

  private async removeEverything(target: AgentTarget, name: string): Promise<void> {
    try {
      await this.status.change(target, "stop_requested", { stage: null, error: null });
      const runtime = await this.host.runtime();
      await runtime.stop(name, stopGraceMs);
      await runtime.remove(name);
      await runtime.removeState(name);
    } catch (thrown) {
      const error = toStartError(thrown);
      const detail = `The agent could not be deleted, and is still there. ${error.detail ?? error.message}`;
      await this.status.change(target, "failed", { stage: null, error: { code: error.code, detail } });
      throw new AppError(error.code, { detail, cause: error });
    }
  }
}
