import { randomUUIDv7 } from "node:crypto";
import type { Role, SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { sessionUserInclude, toSessionUser } from "../users/session-user.types.js";

export interface NewAccount {
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
}

export type SignUpRefusal = "no_such_invite" | "name_taken";

interface UsableInvite {
  readonly id: string;
  readonly role: Role;
}

type Database = Pick<Prisma.TransactionClient, "$queryRaw">;

@Injectable()
export class SignUpRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The invite first: only who has one learns which names are taken. */
  async findRefusal(username: string, inviteHash: Uint8Array<ArrayBuffer> | null, now: Date): Promise<SignUpRefusal | null> {
    if (inviteHash !== null && (await findInvite(this.prisma, inviteHash, now)) === null) {
      return "no_such_invite";
    }
    return (await this.prisma.user.count({ where: { username } })) > 0 ? "name_taken" : null;
  }

  /** Never what was tried: a name may be a password in the wrong field. */
  async recordRefusal(reason: SignUpRefusal | "closed"): Promise<void> {
    await this.prisma.$transaction(async (transaction) =>
      recordAudit(transaction, { action: "auth.sign_up_refused", outcome: "refused", details: { reason } }),
    );
  }

  /** Uses of one invite are taken one after the other, under a lock of its row; what fails uses nothing. */
  async create(account: NewAccount, inviteHash: Uint8Array<ArrayBuffer> | null, now: Date): Promise<SessionUser | SignUpRefusal> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        const invite = inviteHash === null ? null : await findInvite(transaction, inviteHash, now, Prisma.sql`FOR UPDATE OF i`);
        if (inviteHash !== null && invite === null) {
          return "no_such_invite";
        }
        if (invite !== null) {
          await transaction.invite.update({ where: { id: invite.id }, data: { uses: { increment: 1 } } });
        }
        return insertUser(transaction, account, invite, now);
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        return "name_taken";
      }
      throw error;
    }
  }
}

/** An invite counts as long as whoever made it is an active admin: a demoted one keeps no way in. */
async function findInvite(
  database: Database,
  codeHash: Uint8Array<ArrayBuffer>,
  now: Date,
  lock: Prisma.Sql = Prisma.empty,
): Promise<UsableInvite | null> {
  const rows = await database.$queryRaw<UsableInvite[]>`
    SELECT i.id, i.role FROM invites i
    WHERE i.code_hash = ${codeHash} AND i.revoked_at IS NULL AND i.expires_at > ${now} AND i.uses < i.max_uses
      AND EXISTS (SELECT 1 FROM users u WHERE u.id = i.created_by_id AND u.role = 'admin' AND u.disabled_at IS NULL) ${lock}`;
  return rows[0] ?? null;
}

async function insertUser(
  transaction: Prisma.TransactionClient,
  { username, displayName, passwordHash }: NewAccount,
  invite: UsableInvite | null,
  now: Date,
): Promise<SessionUser> {
  const id = randomUUIDv7();
  const role = invite?.role ?? "member";
  const row = await transaction.user.create({
    data: { id, username, displayName, role, createdAt: now, password: { create: { passwordHash } } },
    include: sessionUserInclude,
  });
  await recordAudit(transaction, {
    action: "user.create",
    actor: { kind: "user", id, name: username },
    target: { type: "user", id, name: username },
    details: { role, inviteId: invite?.id ?? null },
  });
  return toSessionUser(row);
}
