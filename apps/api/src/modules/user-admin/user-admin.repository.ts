import type { ManagedUser, UpdateUser, UserListQuery } from "@mosaic/contracts/admin-users";
import type { Role } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { escapeLike } from "../../platform/database/like-pattern.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
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
  _count: { select: { agents: true, identities: true } },
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
    const contains = { contains: escapeLike(search ?? ""), mode: "insensitive" } as const;
    const where: Prisma.UserWhereInput = {
      ...(search === undefined || search === "" ? {} : { OR: [{ username: contains }, { displayName: contains }, { email: contains }] }),
      ...(role === undefined ? {} : { role }),
      ...(status === undefined ? {} : { disabledAt: status === "disabled" ? { not: null } : null }),
    };
    const [rows, total] = await this.prisma.$transaction([
      this.prisma.user.findMany({ where, include, orderBy: { username: "asc" }, skip: (page - 1) * pageSize, take: pageSize }),
      this.prisma.user.count({ where }),
    ]);
    return { users: rows.map(toStored), total };
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
        return toStored(row);
      }
      await apply(transaction, row, changes, now);
      return toStored(await transaction.user.findUniqueOrThrow({ where: { id }, include }));
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
    await transaction.$executeRaw`SELECT pg_notify('mosaic_agent_config', '*')`;
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

function toStored(row: Row): StoredUser {
  const hasPassword = row.breakglass !== null || row.password !== null;
  return {
    id: row.id,
    username: row.username,
    displayName: row.displayName,
    email: row.email,
    role: row.role as Role,
    isBreakglass: row.breakglass !== null,
    signsInWith: [...(hasPassword ? (["password"] as const) : []), ...(row._count.identities > 0 ? (["oidc"] as const) : [])],
    agentCount: row._count.agents,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSeenAt,
    disabledAt: row.disabledAt,
  };
}
