import type { ManagedUser, UpdateUser, UserListQuery } from "@mosaic/contracts/admin-users";
import type { Role } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { countUpToLimit } from "../../platform/database/bounded-count.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { matchesSearch, searchPage, whereAll } from "../../platform/database/search-sql.js";
import { recordAudit } from "../audit/audit-trail.js";
import { endEverythingOf, endSessions } from "../auth/session-endings.js";

export interface StoredUser {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly role: Role;
  readonly isBreakglass: boolean;
  readonly signsInWith: ManagedUser["signsInWith"];
  readonly agentCount: number;
  readonly createdAt: Date;
  readonly lastSeenAt: Date | null;
  readonly disabledAt: Date | null;
}

export type UpdateRefusal = "not_found" | "breakglass" | "self" | "being_deleted";

const include = {
  breakglass: { select: { userId: true } },
  password: { select: { userId: true } },
  identities: { select: { id: true }, take: 1 },
} as const;

type Row = Prisma.UserGetPayload<{ include: typeof include }>;

/** What really changes. */
interface Changes {
  readonly role: Role | null;
  readonly isDisabled: boolean | null;
}

@Injectable()
export class UserAdminRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list({ page, pageSize, search, role, status }: UserListQuery): Promise<{ users: StoredUser[]; total: number }> {
    const where = whereAll([
      ...(search ? [matchesSearch(["u.username", "u.display_name", "u.email"], search)] : []),
      ...(role === undefined ? [] : [Prisma.sql`u.role = ${role}`]),
      ...(status === undefined ? [] : [status === "disabled" ? Prisma.sql`u.disabled_at IS NOT NULL` : Prisma.sql`u.disabled_at IS NULL`]),
    ]);
    const from = Prisma.sql`users u ${where}`;
    const read = async (database: Pick<Prisma.TransactionClient, "$queryRaw">): Promise<{ id: string }[]> =>
      database.$queryRaw<{ id: string }[]>`SELECT u.id FROM ${from} ORDER BY u.username LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`;
    const { rows: ids, total } = search
      ? await searchPage(this.prisma, from, read)
      : { rows: await read(this.prisma), total: await countUpToLimit(this.prisma, from) };
    const rows = await this.prisma.user.findMany({ where: { id: { in: ids.map(({ id }) => id) } }, include, orderBy: { username: "asc" } });
    return { users: await withAgentCounts(this.prisma, rows), total };
  }

  /** All of it or nothing. A user who gets another role signs in again; whoever is disabled is out everywhere. */
  async update(adminId: string, id: string, change: UpdateUser, now: Date): Promise<StoredUser | UpdateRefusal> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      const row = await transaction.user.findUnique({ where: { id }, include });
      const changes = row === null ? null : changesOf(row, change);
      const refusal = row === null || changes === null ? "not_found" : refusalOf(row, changes, adminId);
      if (row === null || changes === null || refusal !== null) {
        return refusal ?? "not_found";
      }
      if (changes.role === null && changes.isDisabled === null) {
        return one(transaction, row);
      }
      await apply(transaction, row, changes, now);
      return one(transaction, await transaction.user.findUniqueOrThrow({ where: { id }, include }));
    });
  }

  /** Agents that run or start although their owner is disabled; of one user, or of all. */
  async activeAgentsOfDisabled(userId?: string): Promise<string[]> {
    const owner = { disabledAt: { not: null }, ...(userId === undefined ? {} : { id: userId }) };
    const rows = await this.prisma.agentContainer.findMany({
      where: { status: { in: ["starting", "running"] }, agent: { owner } },
      select: { agentId: true },
    });
    return rows.map(({ agentId }) => agentId);
  }
}

/** Of these users only: Prisma's own `_count` would count everybody's agents. */
async function withAgentCounts(database: Pick<Prisma.TransactionClient, "agent">, rows: readonly Row[]): Promise<StoredUser[]> {
  const counts = await database.agent.groupBy({ by: ["ownerId"], where: { ownerId: { in: rows.map(({ id }) => id) } }, _count: true });
  const byOwner = new Map(counts.map(({ ownerId, _count }) => [ownerId, _count]));
  return rows.map((row) => toStored(row, byOwner.get(row.id) ?? 0));
}

async function one(transaction: Prisma.TransactionClient, row: Row): Promise<StoredUser> {
  return toStored(row, await transaction.agent.count({ where: { ownerId: row.id } }));
}

async function apply(transaction: Prisma.TransactionClient, row: Row, { role, isDisabled }: Changes, now: Date): Promise<void> {
  const { id } = row;
  await transaction.user.update({
    where: { id },
    data: { ...(role === null ? {} : { role }), ...(isDisabled === null ? {} : { disabledAt: isDisabled ? now : null }) },
  });
  if (isDisabled === true) {
    await endEverythingOf(transaction, id);
  } else if (role !== null) {
    await endSessions(transaction, { userId: id });
  }
  const sharedCount = await transaction.llmProvider.count({ where: { ownerId: id, isShared: true } });
  if (role === "member") {
    // Should they become an admin again, they share anew, knowingly.
    await transaction.llmProvider.updateMany({ where: { ownerId: id, isShared: true }, data: { isShared: false } });
  }
  if (sharedCount > 0) {
    await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: null } });
  }
  await recordAudit(transaction, {
    action: role !== null ? "user.update" : isDisabled === true ? "user.disable" : "user.enable",
    target: { type: "user", id, name: row.username },
    details: { ...(role === null ? {} : { role, formerRole: row.role }), ...(isDisabled === null ? {} : { isDisabled }) },
  });
}

function changesOf(row: Row, { role, isDisabled }: UpdateUser): Changes {
  return {
    role: role === undefined || role === row.role ? null : role,
    isDisabled: isDisabled === undefined || isDisabled === (row.disabledAt !== null) ? null : isDisabled,
  };
}

function refusalOf(row: Row, { role, isDisabled }: Changes, adminId: string): UpdateRefusal | null {
  if (row.breakglass !== null && (role !== null || isDisabled !== null)) {
    return "breakglass";
  }
  if (row.deletingAt !== null) {
    return "being_deleted";
  }
  return row.id === adminId && isDisabled === true ? "self" : null;
}

function toStored(row: Row, agentCount: number): StoredUser {
  const hasPassword = row.breakglass !== null || row.password !== null;
  return {
    id: row.id,
    username: row.username,
    displayName: row.displayName,
    email: row.email,
    role: row.role as Role,
    isBreakglass: row.breakglass !== null,
    signsInWith: [...(hasPassword ? (["password"] as const) : []), ...(row.identities.length > 0 ? (["oidc"] as const) : [])],
    agentCount,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSeenAt,
    disabledAt: row.disabledAt,
  };
}
