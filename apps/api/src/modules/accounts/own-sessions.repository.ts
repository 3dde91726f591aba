import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { endSessions } from "../auth/session-endings.js";

export interface StoredSession {
  readonly id: string;
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

const listLimit = 200;
const fields = { id: true, userAgent: true, address: true, createdAt: true, lastUsedAt: true, expiresAt: true } as const;

@Injectable()
export class OwnSessionsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Those that still count, the ones used last first. */
  async list(userId: string, now: Date): Promise<StoredSession[]> {
    return this.prisma.session.findMany({
      where: { userId, idleExpiresAt: { gt: now }, expiresAt: { gt: now } },
      select: fields,
      orderBy: [{ lastUsedAt: "desc" }, { id: "desc" }],
      take: listLimit,
    });
  }

  /** False if the user has no such session. */
  async revoke(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      if ((await endSessions(transaction, { id, userId })) === 0) {
        return false;
      }
      await recordAudit(transaction, { action: "session.revoke", target: { type: "session", id }, details: { count: 1 } });
      return true;
    });
  }

  async revokeOthers(userId: string, currentId: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const count = await endSessions(transaction, { userId, id: { not: currentId } });
      await recordAudit(transaction, {
        action: "session.revoke",
        target: { type: "user", id: userId },
        details: { count, isAllOthers: true },
      });
    });
  }
}
