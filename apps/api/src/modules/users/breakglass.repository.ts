import { randomUUIDv7 } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { endEverythingOf, forgetAttempts } from "../auth/session-endings.js";
import { sessionUserInclude, toSessionUser } from "./session-user.types.js";

@Injectable()
export class BreakglassRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(): Promise<SessionUser | null> {
    const row = await this.prisma.breakglassUser.findFirst({ select: { user: { include: sessionUserInclude } } });
    return row === null ? null : toSessionUser(row.user);
  }

  /** `null` when there is one already, also when another request was first, or when somebody has this name. */
  async create(username: string, passwordHash: string): Promise<SessionUser | null> {
    const id = randomUUIDv7();
    try {
      return await this.prisma.$transaction(async (transaction) => {
        const row = await transaction.user.create({
          data: { id, username, displayName: username, role: "admin", breakglass: { create: { passwordHash } } },
          include: sessionUserInclude,
        });
        await recordAudit(transaction, {
          action: "user.create",
          target: { type: "user", id, name: username },
          details: { role: "admin", isBreakglass: true },
        });
        return toSessionUser(row);
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        return null;
      }
      throw error;
    }
  }

  /** Ends whatever let it in before, and forgets where from, and what was tried. */
  async setPassword({ id, username }: SessionUser, passwordHash: string): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      // A sign-in with the former password either is over, and ends here, or sees the new one.
      await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      await transaction.breakglassUser.update({ where: { userId: id }, data: { passwordHash } });
      await endEverythingOf(transaction, id);
      await transaction.signInPlace.deleteMany({ where: { userId: id } });
      await forgetAttempts(transaction, username);
      await recordAudit(transaction, { action: "password.reset", target: { type: "user", id, name: username } });
    });
  }
}
