import type { ContainerStatus } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { ContainerStatusRepository, type StatusCondition, type StatusPatch } from "./container-status.repository.js";
import { transitions, type ContainerEvent } from "./container-state.js";

interface Subject {
  readonly agentId: string;
  readonly ownerId: string | null;
}

/** Changes an agent's status and tells its owner's pages. */
@Injectable()
export class ContainerStatusWriter {
  constructor(
    private readonly repository: ContainerStatusRepository,
    private readonly events: OwnerEventsService,
  ) {}

  /** False when the status was another one, or the condition did not hold: then nothing happened. */
  async change(subject: Subject, event: ContainerEvent, patch: StatusPatch, condition: StatusCondition = {}): Promise<boolean> {
    const hasChanged = await this.repository.changeStatus(subject.agentId, event, patch, condition);
    if (hasChanged) {
      await this.tell(subject, transitions[event].to, patch);
    }
    return hasChanged;
  }

  async tell(
    { agentId, ownerId }: Subject,
    status: ContainerStatus,
    { stage, error }: Pick<StatusPatch, "stage" | "error">,
  ): Promise<void> {
    await this.events.publish(ownerId, { type: "agent", agentId, status, stage: stage ?? null, error: error ?? null });
  }

  async tellDeleted({ agentId, ownerId }: Subject): Promise<void> {
    await this.events.publish(ownerId, { type: "agent", agentId, status: "stopped", stage: null, error: null, isDeleted: true });
  }
}
