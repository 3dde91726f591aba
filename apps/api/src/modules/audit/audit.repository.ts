import type { AuditEvent, AuditQuery } from "@mosaic/contracts/audit";
import { auditEvent } from "@mosaic/contracts/audit";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { countUpToLimit } from "../../platform/database/bounded-count.js";
import { inBatches } from "../../platform/database/in-batches.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { matchesSearch, searchPage, whereAll } from "../../platform/database/search-sql.js";

export type AuditFilter = Pick<AuditQuery, "actorId" | "search" | "action" | "outcome" | "from" | "to">;

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
  readonly address: string;
  readonly request_id: string | null;
  readonly action: string;
  readonly target_type: string | null;
  readonly target_id: string | null;
  readonly target_name: string;
  readonly outcome: string;
  readonly details: unknown;
}

const batchSize = 500;
const newestFirst = Prisma.sql`ORDER BY e.at DESC, e.id DESC`;

@Injectable()
export class AuditRepository {
  constructor(private readonly prisma: PrismaService) {}

  async page(filter: AuditFilter, page: number, pageSize: number): Promise<{ events: AuditEvent[]; total: number }> {
    const from = Prisma.sql`audit_events e ${whereAll(conditionsOf(filter))}`;
    const read = async (database: Pick<Prisma.TransactionClient, "$queryRaw">): Promise<Row[]> =>
      database.$queryRaw<Row[]>`SELECT e.* FROM ${from} ${newestFirst} LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`;
    const { rows, total } = isSearch(filter)
      ? await searchPage(this.prisma, from, read)
      : { rows: await read(this.prisma), total: await countUpToLimit(this.prisma, from) };
    return { events: rows.map(toEvent), total };
  }

  /** All that fit, newest first, in batches: as much is read as is taken, and the last batch costs what the first does. */
  async *all(filter: AuditFilter): AsyncGenerator<AuditEvent[]> {
    const conditions = conditionsOf(filter);
    let last: Row | undefined;
    for (;;) {
      // A comparison of rows is one place in the index; an OR of two comparisons is looked for from the newest row on.
      const where = whereAll(
        last === undefined ? conditions : [...conditions, Prisma.sql`(e.at, e.id) < (${last.at}::timestamptz, ${last.id}::uuid)`],
      );
      const rows = await this.prisma.$queryRaw<Row[]>`SELECT e.* FROM audit_events e ${where} ${newestFirst} LIMIT ${batchSize}`;
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
    return inBatches(
      async (limit) => this.prisma.$executeRaw`
        DELETE FROM audit_events WHERE id IN (
          SELECT e.id FROM audit_events e WHERE e.at < now() - make_interval(days => ${days}) ORDER BY e.at, e.id LIMIT ${limit})`,
    );
  }
}

function conditionsOf({ actorId, search, action, outcome, from, to }: AuditFilter): Prisma.Sql[] {
  return [
    actorId === undefined ? [] : [Prisma.sql`e.actor_id = ${actorId}::uuid`],
    outcome === undefined ? [] : [Prisma.sql`e.outcome = ${outcome}`],
    action === undefined ? [] : [actionCondition(action)],
    from === undefined ? [] : [Prisma.sql`e.at >= ${new Date(from)}::timestamptz`],
    to === undefined ? [] : [Prisma.sql`e.at <= ${new Date(to)}::timestamptz`],
    search ? [matchesSearch(["e.actor_name", "e.target_name"], search)] : [],
  ].flat();
}

function isSearch({ search }: AuditFilter): boolean {
  return search !== undefined && search !== "";
}

/** An action, or a group of them. */
function actionCondition(action: string): Prisma.Sql {
  return action.includes(".") ? Prisma.sql`e.action = ${action}` : Prisma.sql`split_part(e.action, '.', 1) = ${action}`;
}

function toEvent(row: Row): AuditEvent {
  return auditEvent.parse({
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    address: row.address,
    requestId: row.request_id,
    action: row.action,
    target: row.target_type === null ? null : { type: row.target_type, id: row.target_id, name: row.target_name },
    outcome: row.outcome,
    details: row.details,
  });
}
