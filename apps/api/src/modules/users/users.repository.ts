import { randomUUIDv7 } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { sessionUserInclude, toSessionUser } from "./session-user.types.js";

/** An account with the hash that its password is checked against. */
export interface PasswordAccount {
  readonly user: SessionUser;
  /** `null`: it signs in by single sign-on only. */
  readonly passwordHash: string | null;
  readonly isDisabled: boolean;
}

const withPasswords = {
  breakglass: { select: { userId: true, passwordHash: true } },
  password: { select: { passwordHash: true } },
} as const;

@Injectable()
export class UsersRepository {
  constructor(private readonly prisma: PrismaService) {}

  async hasBreakglass(): Promise<boolean> {
    return (await this.prisma.breakglassUser.count()) > 0;
  }

  /** Creates the one breakglass admin; `null` when there is one already, also when another request was first. */
  async createBreakglass(username: string, passwordHash: string): Promise<SessionUser | null> {
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

  async find(id: string): Promise<SessionUser | null> {
    const row = await this.prisma.user.findUnique({ where: { id }, include: sessionUserInclude });
    return row === null ? null : toSessionUser(row);
  }

  async findPasswordAccount(who: { readonly username: string } | { readonly id: string }): Promise<PasswordAccount | null> {
    const row = await this.prisma.user.findUnique({ where: who, include: withPasswords });
    return row === null
      ? null
      : {
          user: toSessionUser(row),
          passwordHash: row.breakglass?.passwordHash ?? row.password?.passwordHash ?? null,
          isDisabled: row.disabledAt !== null,
        };
  }
}
