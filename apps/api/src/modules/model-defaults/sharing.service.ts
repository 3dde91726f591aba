import { isDeepStrictEqual } from "node:util";
import type { ModelChoice } from "@mosaic/contracts/agent";
import type { Sharing } from "@mosaic/contracts/admin-sharing";
import type { SaveModelDefault } from "@mosaic/contracts/model-defaults";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { assignmentOf } from "../agents/agents.types.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import { ModelDefaultsService } from "./model-defaults.service.js";
import { SharingRepository } from "./sharing.repository.js";

/** What admins open to everybody. Keys and addresses stay where they are. */
@Injectable()
export class SharingService {
  private count: Promise<unknown> = Promise.resolve();
  private nextCount: Promise<Map<string, number>> | undefined;

  constructor(
    private readonly repository: SharingRepository,
    private readonly defaults: ModelDefaultsService,
    private readonly resolution: ModelResolutionService,
  ) {}

  async show(adminId: string): Promise<Sharing> {
    const [rows, { defaults }, uses] = await Promise.all([this.repository.list(adminId), this.defaults.list(null), this.usesByOthers()]);
    return {
      providers: rows.map(({ provider, ownerName }) => ({
        id: provider.id,
        kind: provider.kind,
        name: provider.name,
        models: [...provider.models],
        isActive: provider.isActive,
        isShared: provider.isShared,
        isOwn: provider.ownerId === adminId,
        ownerName,
        usedByAgents: uses.get(provider.id) ?? 0,
      })),
      defaults,
    };
  }

  /** Counts for the next call of every agent. Throws `not_found` for what is not the admin's to share, or to end. */
  async set(adminId: string, id: string, isShared: boolean): Promise<Sharing> {
    if (!(await this.repository.set(adminId, id, isShared))) {
      throw new AppError("not_found");
    }
    return this.show(adminId);
  }

  async saveDefault(adminId: string, next: SaveModelDefault): Promise<Sharing> {
    await this.defaults.save(null, next);
    return this.show(adminId);
  }

  /**
   * Opens an admin's provider to everybody and makes its model the default, or takes both back; what is so already is left alone. Idempotent.
   * Throws `invalid_input` for a model that is not theirs to share.
   */
  async setTeamModel(adminId: string, model: ModelChoice, isOpen: boolean): Promise<void> {
    const [rows, { defaults }] = await Promise.all([this.repository.list(adminId), this.defaults.list(null)]);
    const isShared = rows.some(({ provider }) => provider.id === model.providerId && provider.isShared);
    if (isShared !== isOpen) {
      await this.repository.set(adminId, model.providerId, isOpen);
    }
    const now = defaults.find(({ backend }) => backend === null)?.model ?? null;
    const next = isOpen ? model : null;
    if (!isDeepStrictEqual(now, next)) {
      await this.defaults.save(null, { backend: null, model: next, fallbacks: [] });
    }
  }

  /**
   * How many agents use somebody else's provider now. It goes through everybody's agents, so one count is under way at a time, and whoever
   * asks meanwhile shares the next one.
   */
  private async usesByOthers(): Promise<Map<string, number>> {
    this.nextCount ??= this.count.then(async () => {
      this.nextCount = undefined;
      const count = this.countUses();
      this.count = count.catch(() => undefined);
      return count;
    });
    return this.nextCount;
  }

  private async countUses(): Promise<Map<string, number>> {
    const uses = new Map<string, number>();
    for await (const agents of this.repository.agents()) {
      const sourcesOf = await this.resolution.sourcesOfMany(agents.map(({ ownerId }) => ownerId));
      for (const [ownerId, owned] of Map.groupBy(agents, (agent) => agent.ownerId)) {
        const sources = sourcesOf(ownerId);
        for (const agent of owned) {
          const effective = this.resolution.effective(sources, assignmentOf(agent));
          if (effective?.isShared === true) {
            uses.set(effective.providerId, (uses.get(effective.providerId) ?? 0) + 1);
          }
        }
      }
    }
    return uses;
  }
}
