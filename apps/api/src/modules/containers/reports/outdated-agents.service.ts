import { Injectable } from "@nestjs/common";
import { OwnerEventsService } from "../../owner-events/owner-events.service.js";
import { ContainersRepository } from "../containers.repository.js";
import { SupervisorReportsRepository } from "./supervisor-reports.repository.js";

/** Agents whose software takes a change over at its start only. */
@Injectable()
export class OutdatedAgentsService {
  constructor(
    private readonly repository: SupervisorReportsRepository,
    private readonly containers: ContainersRepository,
    private readonly events: OwnerEventsService,
  ) {}

  /** When it answers nobody; the owner's pages hear of it before, so that the restart surprises nobody. Idempotent. */
  async restart(agentId: string): Promise<void> {
    if (!(await this.repository.markOutdated(agentId))) {
      return;
    }
    const target = await this.containers.find(agentId);
    const { status = "running" } = target?.container ?? {};
    await this.events.publish(target?.ownerId ?? null, {
      type: "agent",
      agentId,
      status,
      stage: null,
      error: null,
      isRestartPending: true,
    });
  }
}
