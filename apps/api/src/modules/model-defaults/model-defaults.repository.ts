import { randomUUIDv7 } from "node:crypto";
import type { BackendId, ModelChoice } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { offeredModels, type OfferedModels } from "../llm-providers/model-choice.js";

export interface NewDefault {
  readonly backend: BackendId | null;
  readonly model: ModelChoice | null;
  readonly fallbacks: readonly ModelChoice[];
}

@Injectable()
export class ModelDefaultsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Replaces the default of a user, or the installation's (`userId` null), for one backend or for all. What `check` throws undoes everything.
   */
  async replace(userId: string | null, next: NewDefault, check: (offered: readonly OfferedModels[]) => void): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`model_defaults:${userId ?? "installation"}`}, 0))`;
      check(await offeredModels(transaction, userId === null ? "everybody" : { userId }));
      const choices = next.model === null ? [] : [next.model, ...next.fallbacks];
      await transaction.modelAssignment.deleteMany({ where: { agentId: null, userId, backend: next.backend } });
      await transaction.modelAssignment.createMany({
        data: choices.map(({ providerId, model }, position) => ({
          id: randomUUIDv7(),
          userId,
          backend: next.backend,
          providerId,
          model,
          position,
        })),
      });
      await recordAudit(transaction, {
        action: "model_default.update",
        target: { type: userId === null ? "installation" : "user", id: userId },
        details: { backend: next.backend ?? "all", models: choices.length },
      });
      await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: userId } });
    });
  }
}
