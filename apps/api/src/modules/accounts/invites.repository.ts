import type { Role } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";

export interface StoredInvite {
  readonly id: string;
  readonly hint: string;
  readonly note: string;
  readonly role: Role;
  readonly maxUses: number;
  readonly uses: number;
  /** `null`: deleted since. */
  readonly creator: { readonly id: string; readonly name: string; readonly isActiveAdmin: boolean } | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

const listLimit = 200;

@Injectable()
export class InvitesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list(): Promise<StoredInvite[]> {
    const rows = await this.prisma.invite.findMany({ orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: listLimit });
    const ids = rows.flatMap(({ createdById }) => createdById ?? []);
    const users = await this.prisma.user.findMany({
      where: { id: { in: ids } },
      select: { id: true, username: true, role: true, disabledAt: true },
    });
    const creators = new Map(
      users.map(({ id, username, role, disabledAt }) => [
        id,
        { id, name: username, isActiveAdmin: role === "admin" && disabledAt === null },
      ]),
    );
    return rows.map((row) => ({ ...row, role: row.role as Role, creator: creators.get(row.createdById ?? "") ?? null }));
  }

  async create(invite: StoredInvite, codeHash: Uint8Array<ArrayBuffer>): Promise<void> {
    const { creator, ...columns } = invite;
    await this.prisma.$transaction(async (transaction) => {
      await transaction.invite.create({ data: { ...columns, codeHash, createdById: creator?.id ?? null } });
      await recordAudit(transaction, {
        action: "invite.create",
        target: { type: "invite", id: invite.id, name: invite.note },
        details: { role: invite.role, maxUses: invite.maxUses, expiresAt: invite.expiresAt.toISOString() },
      });
    });
  }

  /** False if there is no such invite. */
  async revoke(id: string, now: Date): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      const invite = await transaction.invite.findUnique({ where: { id }, select: { note: true } });
      const revoked = await transaction.invite.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
      if (invite !== null && revoked.count > 0) {
        await recordAudit(transaction, { action: "invite.revoke", target: { type: "invite", id, name: invite.note } });
      }
      return invite !== null;
    });
  }
}
