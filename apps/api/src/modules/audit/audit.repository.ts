import type { AuditEvent, AuditQuery } from "@mosaic/contracts/audit";
import { auditEvent } from "@mosaic/contracts/audit";
import { Injectable } from "@nestjs/common";
import type { AuditEvent as Row, Prisma } from "../../generated/prisma/client.js";
import { escapeLike } from "../../platform/database/like-pattern.js";
import { PrismaService } from "../../platform/database/prisma.service.js";

export type AuditFilter = Pick<AuditQuery, "actorId" | "search" | "action" | "outcome" | "from" | "to">;

const batchSize = 500;
const newestFirst = [{ at: "desc" }, { id: "desc" }] as const;

@Injectable()
export class AuditRepository {
  constructor(private readonly prisma: PrismaService) {}

  async page(filter: AuditFilter, page: number, pageSize: number): Promise<{ events: AuditEvent[]; total: number }> {
    const where = whereOf(filter);
    const [rows, total] = await Promise.all([
      this.prisma.auditEvent.findMany({ where, orderBy: [...newestFirst], skip: (page - 1) * pageSize, take: pageSize }),
      this.prisma.auditEvent.count({ where }),
    ]);
    return { events: rows.map(toEvent), total };
  }

  /** All that fit, newest first, in batches: as much is read as is taken. */
  async *all(filter: AuditFilter): AsyncGenerator<AuditEvent[]> {
    const where = whereOf(filter);
    let last: { at: Date; id: string } | undefined;
    for (;;) {
      const after = last === undefined ? {} : { OR: [{ at: { lt: last.at } }, { at: last.at, id: { lt: last.id } }] };
      const rows = await this.prisma.auditEvent.findMany({ where: { AND: [where, after] }, orderBy: [...newestFirst], take: batchSize });
      if (rows.length > 0) {
        yield rows.map(toEvent);
      }
      last = rows.at(-1);
      if (last === undefined || rows.length < batchSize) {
        return;
      }
    }
  }

  /** The database lets no row be changed, and only rows of this age be removed. */
  async removeOlderThan(days: number): Promise<number> {
    return this.prisma.$executeRaw`DELETE FROM audit_events WHERE at < now() - make_interval(days => ${days})`;
  }
}

function whereOf({ actorId, search, action, outcome, from, to }: AuditFilter): Prisma.AuditEventWhereInput {
  const contains = { contains: escapeLike(search ?? ""), mode: "insensitive" } as const;
  return {
    ...(actorId === undefined ? {} : { actorId }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(action === undefined ? {} : { action: action.includes(".") ? action : { startsWith: `${action}.` } }),
    ...(from === undefined && to === undefined
      ? {}
      : { at: { ...(from ? { gte: new Date(from) } : {}), ...(to ? { lte: new Date(to) } : {}) } }),
    ...(search === undefined || search === "" ? {} : { OR: [{ actorName: contains }, { targetName: contains }] }),
  };
}

function toEvent(row: Row): AuditEvent {
  return auditEvent.parse({
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    address: row.address,
    requestId: row.requestId,
    action: row.action,
    target: row.targetType === null ? null : { type: row.targetType, id: row.targetId, name: row.targetName },
    outcome: row.outcome,
    details: row.details,
  });
}
