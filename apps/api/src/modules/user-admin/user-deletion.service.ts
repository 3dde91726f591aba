import type { UserDeletionSummary } from "@mosaic/contracts/admin-users";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { SessionLocks } from "../../platform/database/session-locks.js";
import { AppError } from "../../platform/errors/app-error.js";
import { toAppError } from "../../platform/errors/problem.filter.js";
import { Logger } from "../../platform/logging/logger.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { AgentDeletionService } from "../containers/stop/agent-deletion.service.js";
import { UserDeletionRepository, type DeletionRefusal } from "./user-deletion.repository.js";

const refusals: Readonly<Record<Exclude<DeletionRefusal, "not_found">, string>> = {
  breakglass: "The breakglass account can't be deleted: it is the one that always works.",
  self: "You can't delete your own account. Another admin can.",
};
const lookEveryMs = 30_000;
const goesOn = "The account is already disabled. Mosaic finishes deleting it as soon as it can.";

/**
 * Deletes people with all that is theirs. It begins with a mark in the database that disables the account and can't be taken back, then comes
 * what the engine holds, and the row last: whatever interrupts it, some process goes on.
 */
@Injectable()
export class UserDeletionService {
  private readonly interrupted: Loop;

  constructor(
    private readonly repository: UserDeletionRepository,
    private readonly agents: AgentDeletionService,
    private readonly locks: SessionLocks,
    private readonly logger: Logger,
    periodic: Periodic,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.interrupted = periodic.every(lookEveryMs, {
      what: "going on with the deletion of users",
      run: async (signal) => this.goOn(signal),
    });
  }

  /** Counts only: an admin sees how much goes, not what. Throws `not_found`. */
  async summary(id: string): Promise<UserDeletionSummary> {
    const summary = await this.repository.summary(id);
    if (summary === null) {
      throw new AppError("not_found");
    }
    return summary;
  }

  /** Resolves when all is gone. Throws `not_found`, `conflict`, or why the engine could not do its part yet. */
  async delete(adminId: string, id: string): Promise<void> {
    const refusal = await this.repository.begin(adminId, id, this.clock.now());
    if (refusal !== null) {
      throw refusal === "not_found" ? new AppError(refusal) : new AppError("conflict", { detail: refusals[refusal] });
    }
    if (!(await this.finish(id))) {
      throw new AppError("conflict", { detail: "This account is being deleted already." });
    }
  }

  /** Never rejects. */
  async finishInterrupted(): Promise<void> {
    await this.interrupted.runNow();
  }

  private async goOn(signal: AbortSignal): Promise<void> {
    for (const id of await this.repository.underWay()) {
      if (signal.aborted) {
        return;
      }
      await this.finish(id).catch((error: unknown) =>
        this.logger.error("a user could not be deleted; trying again soon", error, { userId: id }),
      );
    }
  }

  /** False if somebody is at it. Idempotent. */
  private async finish(id: string): Promise<boolean> {
    const lock = await this.locks.tryAcquire(`user-deletion:${id}`);
    if (lock === null) {
      return false;
    }
    try {
      // A request of theirs that was under way may have made one more in the meantime.
      do {
        await this.repository.deleteFiles(id);
        await this.deleteAgents(id);
        await this.repository.deleteMessages(id);
      } while (!(await this.repository.deleteWithoutAgents(id)));
      this.logger.log("user deleted", { userId: id });
      return true;
    } finally {
      await lock.release();
    }
  }

  private async deleteAgents(userId: string): Promise<void> {
    const agentIds = await this.repository.agentIds(userId);
    const results = await Promise.allSettled(agentIds.map(async (agentId) => this.agents.delete(agentId)));
    const refused = results.find((result) => result.status === "rejected");
    if (refused !== undefined) {
      const fault = toAppError(refused.reason);
      throw new AppError(fault.code, { detail: `${fault.detail ?? fault.message} ${goesOn}`, cause: fault });
    }
  }
}
