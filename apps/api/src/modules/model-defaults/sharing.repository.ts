import type { ModelChoice } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { openToAll, storedProviderInclude, toStoredProvider, type StoredProvider } from "../llm-providers/llm-providers.types.js";

export interface SharableRow {
  readonly provider: StoredProvider;
  readonly ownerName: string;
}

export interface CountedAgent {
  readonly ownerId: string | null;
  readonly backend: string;
  readonly models: ModelChoice[];
}

const agentsPerBatch = 1_000;
const sharableInclude = { owner: { select: { ...storedProviderInclude.owner.select, displayName: true } } } as const;

@Injectable()
export class SharingRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** An admin's own providers, and those that other admins share. */
  async list(adminId: string): Promise<SharableRow[]> {
    const ofOthers = { isShared: true, ownerId: { not: adminId }, owner: openToAll.owner };
    const found = await Promise.all(
      [{ ownerId: adminId }, ofOthers].map(async (where) => this.prisma.llmProvider.findMany({ where, include: sharableInclude })),
    );
    return found
      .flat()
      .toSorted((left, right) => (left.id < right.id ? -1 : 1))
      .map((row) => ({ provider: toStoredProvider(row), ownerName: row.owner.displayName }));
  }

  /** Everybody's agents, as far as the resolution of their models asks, some at a time. */
  async *agents(): AsyncGenerator<CountedAgent[]> {
    let last: string | undefined;
    do {
      const rows = await this.prisma.agent.findMany({
        where: last === undefined ? {} : { id: { gt: last } },
        orderBy: { id: "asc" },
        take: agentsPerBatch,
        select: {
          id: true,
          ownerId: true,
          backendId: true,
          assignments: { orderBy: { position: "asc" }, select: { providerId: true, model: true } },
        },
      });
      yield rows.map((row) => ({ ownerId: row.ownerId, backend: row.backendId, models: row.assignments }));
      last = rows.length < agentsPerBatch ? undefined : rows.at(-1)?.id;
    } while (last !== undefined);
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
      await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: null } });
      return true;
    });
  }
}
