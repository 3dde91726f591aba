import type { Language } from "@mosaic/contracts/language";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { NewSession } from "../auth/auth.types.js";
import { endSessions, endTokens } from "../auth/session-endings.js";
import { sessionUserInclude, toSessionUser } from "../users/session-user.types.js";
import { randomUUIDv7 } from "node:crypto";

export interface StoredProfile extends SessionUser {
  readonly email: string | null;
  readonly hasPassword: boolean;
  readonly issuers: readonly string[];
  readonly createdAt: Date;
}

export interface PasswordChange {
  /** What the current password was compared with. */
  readonly formerHash: string;
  readonly passwordHash: string;
  /** What the browser goes on with. */
  readonly session: NewSession;
  /** Whether programs have to be given new access tokens too. */
  readonly endsTokens: boolean;
}

@Injectable()
export class ProfileRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(userId: string): Promise<StoredProfile | null> {
    const row = await this.prisma.user.findUnique({
      where: { id: userId },
      include: {
        ...sessionUserInclude,
        password: { select: { userId: true } },
        identities: { select: { issuer: true }, orderBy: { id: "asc" } },
      },
    });
    return row === null
      ? null
      : {
          ...toSessionUser(row),
          email: row.email,
          hasPassword: row.breakglass !== null || row.password !== null,
          issuers: row.identities.map(({ issuer }) => issuer),
          createdAt: row.createdAt,
        };
  }

  async rename(userId: string, displayName: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const renamed = await transaction.user.updateMany({
        where: { id: userId, displayName: { not: displayName } },
        data: { displayName },
      });
      if (renamed.count > 0) {
        await recordAudit(transaction, { action: "profile.update", target: { type: "user", id: userId, name: displayName } });
      }
    });
  }

  async setLanguage(userId: string, language: Language | null): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const [changed] = await transaction.user.updateManyAndReturn({
        where: { id: userId, OR: [{ language: null }, { language: { not: language } }] },
        data: { language },
        select: { displayName: true },
      });
      if (changed !== undefined) {
        await recordAudit(transaction, { action: "profile.update", target: { type: "user", id: userId, name: changed.displayName } });
      }
    });
  }

  /** Ends all sessions and begins a new one. False if the password is another one by now: then nothing was changed. */
  async changePassword(userId: string, change: PasswordChange): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      // A sign-in with the former password either is over, and ends here, or sees the new one.
      await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
      if (!(await replaceHash(transaction, userId, change))) {
        return false;
      }
      const count = await endSessions(transaction, { userId });
      await transaction.signInPlace.deleteMany({ where: { userId } });
      const tokens = change.endsTokens ? await endTokens(transaction, userId) : 0;
      const { session } = change;
      await transaction.session.create({ data: { id: randomUUIDv7(), userId, ...session, lastUsedAt: session.createdAt } });
      await recordAudit(transaction, { action: "password.change", details: { endedSessions: count, endedTokens: tokens } });
      return true;
    });
  }

  async recordRefusal(): Promise<void> {
    await this.prisma.$transaction(async (transaction) => recordAudit(transaction, { action: "password.change", outcome: "refused" }));
  }
}

async function replaceHash(
  transaction: Prisma.TransactionClient,
  userId: string,
  { formerHash, passwordHash }: PasswordChange,
): Promise<boolean> {
  const where = { userId, passwordHash: formerHash };
  const asBreakglass = await transaction.breakglassUser.updateMany({ where, data: { passwordHash } });
  const asMember = await transaction.localPassword.updateMany({ where, data: { passwordHash } });
  return asBreakglass.count + asMember.count > 0;
}
