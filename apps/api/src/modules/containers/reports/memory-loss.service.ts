import type { SupervisorStatus } from "@mosaic/contracts/agent-config";
import { Injectable } from "@nestjs/common";
import { Logger } from "../../../platform/logging/logger.js";
import { OwnerEventsService } from "../../owner-events/owner-events.service.js";
import { ContainersRepository } from "../containers.repository.js";
import { SupervisorReportsRepository } from "./supervisor-reports.repository.js";

type VolumeState = NonNullable<SupervisorStatus["state"]>;

/** Notices at a start that an agent's volume is not the one that it had: gone, emptied, or another's. */
@Injectable()
export class MemoryLossService {
  constructor(
    private readonly repository: SupervisorReportsRepository,
    private readonly containers: ContainersRepository,
    private readonly events: OwnerEventsService,
    private readonly logger: Logger,
  ) {}

  /** From the container that proved to be this agent's. The first mark of all, and one that was only taken away, are no loss. */
  async look(agentId: string, { mark, isNew, isEmpty }: VolumeState): Promise<void> {
    const isOtherMemory = !isNew || isEmpty;
    const lostAt = await this.repository.takeStateMark(agentId, mark, isOtherMemory);
    if (lostAt === null) {
      return;
    }
    this.logger.warn("an agent's memory is gone: its volume is empty or another's; `mosaic restore` brings it back from a backup", {
      agentId,
      isEmpty,
    });
    const target = await this.containers.find(agentId);
    const { status = "starting", stage = null } = target?.container ?? {};
    await this.events.publish(target?.ownerId ?? null, {
      type: "agent",
      agentId,
      status,
      stage,
      error: null,
      memoryLostAt: lostAt.toISOString(),
    });
  }
}
