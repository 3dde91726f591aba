import { backendId, type BackendId, type ModelChoice } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { openToAll, storedProviderInclude, toStoredProvider, type StoredProvider } from "../llm-providers/llm-providers.types.js";

export interface SharableRow {
  readonly provider: StoredProvider;
  readonly ownerName: string;
}

@Injectable()
export class SharingRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** An admin's own providers, and those that other admins share. */
  async list(adminId: string): Promise<SharableRow[]> {
    const rows = await this.prisma.llmProvider.findMany({
      where: { OR: [{ ownerId: adminId }, { isShared: true, owner: openToAll.owner }] },
      orderBy: { id: "asc" },
      include: { owner: { select: { ...storedProviderInclude.owner.select, displayName: true } } },
    });
    return rows.map((row) => ({ provider: toStoredProvider(row), ownerName: row.owner.displayName }));
  }

  /** Everybody's agents, as far as the resolution of their models asks. */
  async agents(): Promise<{ ownerId: string | null; backend: BackendId; models: ModelChoice[] }[]> {
    const rows = await this.prisma.agent.findMany({
      select: {
        ownerId: true,
        backendId: true,
        assignments: { orderBy: { position: "asc" }, select: { providerId: true, model: true } },
      },
    });
    return rows.map((row) => ({ ownerId: row.ownerId, backend: backendId.parse(row.backendId), models: row.assignments }));
  }

  /** False when there is no such provider for this admin: sharing is for one's own, ending it for any that is shared. */
  async set(adminId: string, id: string, isShared: boolean): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM llm_providers WHERE id = ${id}::uuid FOR UPDATE`;
      const reachable = isShared ? [{ ownerId: adminId }] : [{ ownerId: adminId }, { isShared: true, owner: openToAll.owner }];
      const row = await transaction.llmProvider.findFirst({ where: { id, OR: reachable } });
      if (row === null) {
        return false;
      }
      await transaction.llmProvider.update({ where: { id }, data: { isShared } });
      await recordAudit(transaction, {
        action: "sharing.update",
        target: { type: "provider", id, name: row.name },
        details: { isShared },
      });
      await transaction.$executeRaw`SELECT pg_notify('mosaic_agent_config', '*')`;
      return true;
    });
  }
}
