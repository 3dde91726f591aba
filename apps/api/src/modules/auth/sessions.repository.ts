import { randomUUIDv7 } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { sessionUserInclude, toSessionUser } from "../users/session-user.types.js";

export interface NewSession {
  readonly userId: string;
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly userAgent: string;
  readonly address: string;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
}

export interface LiveSession {
  readonly id: string;
  readonly user: SessionUser;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async create(session: NewSession): Promise<void> {
    await this.prisma.session.create({ data: { id: randomUUIDv7(), ...session } });
  }

  /** The session of a token, unless it has expired or its user is disabled. */
  async findLive(tokenHash: Uint8Array<ArrayBuffer>, now: Date): Promise<LiveSession | null> {
    const row = await this.prisma.session.findUnique({
      where: { tokenHash, idleExpiresAt: { gt: now }, expiresAt: { gt: now }, user: { disabledAt: null } },
      include: { user: { include: sessionUserInclude } },
    });
    return row === null ? null : { id: row.id, user: toSessionUser(row.user), lastUsedAt: row.lastUsedAt, expiresAt: row.expiresAt };
  }

  async isLive(id: string, now: Date): Promise<boolean> {
    const where = { id, idleExpiresAt: { gt: now }, expiresAt: { gt: now }, user: { disabledAt: null } };
    return (await this.prisma.session.count({ where })) > 0;
  }

  async touch(id: string, now: Date, idleExpiresAt: Date): Promise<void> {
    await this.prisma.session.updateMany({ where: { id }, data: { lastUsedAt: now, idleExpiresAt } });
  }

  async remove(tokenHash: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.prisma.session.deleteMany({ where: { tokenHash } });
  }

  async removeExpired(now: Date): Promise<void> {
    await this.prisma.session.deleteMany({ where: { OR: [{ idleExpiresAt: { lte: now } }, { expiresAt: { lte: now } }] } });
  }
}
