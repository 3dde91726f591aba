import type { ManagedUser, ManagedUserPage, UpdateUser, UserListQuery } from "@mosaic/contracts/admin-users";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import type { Loop } from "../../platform/periodic/loop.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { AgentStopService } from "../containers/stop/agent-stop.service.js";
import { UserAdminRepository, type StoredUser, type UpdateRefusal } from "./user-admin.repository.js";

const lookEveryMs = 30_000;
const refusals: Readonly<Record<Exclude<UpdateRefusal, "not_found">, string>> = {
  breakglass: "The breakglass account can't be disabled or demoted: it is the one that always works.",
  self: "You can't disable your own account. Another admin can.",
  being_deleted: "This account is being deleted.",
};

@Injectable()
export class UserAdminService {
  private readonly stops: Loop;

  constructor(
    private readonly repository: UserAdminRepository,
    private readonly agentStops: AgentStopService,
    private readonly logger: Logger,
    periodic: Periodic,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.stops = periodic.every(lookEveryMs, {
      what: "stopping agents of disabled users",
      run: async () => this.stopAgents(await this.repository.activeAgentsOfDisabled()),
    });
  }

  async list(query: UserListQuery): Promise<ManagedUserPage> {
    const { users, total } = await this.repository.list(query);
    return { users: users.map(toWire), total };
  }

  /** Throws `not_found` or `conflict`. Somebody disabled is out at once, and their agents stop; their state stays. */
  async update(adminId: string, id: string, change: UpdateUser): Promise<ManagedUser> {
    const updated = await this.repository.update(adminId, id, change, this.clock.now());
    if (typeof updated === "string") {
      throw updated === "not_found" ? new AppError(updated) : new AppError("conflict", { detail: refusals[updated] });
    }
    if (updated.disabledAt !== null) {
      await this.stopAgents(await this.repository.activeAgentsOfDisabled(id));
    }
    return toWire(updated);
  }

  /** What was interrupted, or was being started at the moment when its owner was disabled. Never rejects. */
  async stopAgentsOfDisabled(): Promise<void> {
    await this.stops.runNow();
  }

  private async stopAgents(agentIds: readonly string[]): Promise<void> {
    for (const agentId of agentIds) {
      await this.agentStops.requestStop(agentId).catch((error: unknown) => {
        this.logger.error("the agent of a disabled user could not be stopped; trying again soon", error, { agentId });
      });
    }
  }
}

function toWire(user: StoredUser): ManagedUser {
  return {
    id: user.id,
    username: user.username,
    displayName: user.displayName,
    email: user.email,
    role: user.role,
    isBreakglass: user.isBreakglass,
    isDisabled: user.disabledAt !== null,
    signsInWith: [...user.signsInWith],
    agentCount: user.agentCount,
    createdAt: user.createdAt.toISOString(),
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
  };
}
