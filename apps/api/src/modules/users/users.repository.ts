import { randomUUIDv7 } from "node:crypto";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { toSessionUser } from "./session-user.types.js";

/** An account with the hash that its password is checked against. */
export interface PasswordAccount {
  readonly user: SessionUser;
  readonly passwordHash: string;
  readonly isDisabled: boolean;
}

const withBreakglass = { breakglass: { select: { passwordHash: true } } };

@Injectable()
export class UsersRepository {
  constructor(private readonly prisma: PrismaService) {}

  async hasBreakglass(): Promise<boolean> {
    return (await this.prisma.breakglassUser.count()) > 0;
  }

  /** Creates the one breakglass admin; `null` when there is one already, also when another request was first. */
  async createBreakglass(username: string, passwordHash: string): Promise<SessionUser | null> {
    try {
      const row = await this.prisma.user.create({
        data: { id: randomUUIDv7(), username, displayName: username, role: "admin", breakglass: { create: { passwordHash } } },
        include: withBreakglass,
      });
      return toSessionUser(row);
    } catch (error) {
      if (isUniqueViolation(error)) {
        return null;
      }
      throw error;
    }
  }

  async findPasswordAccount(username: string): Promise<PasswordAccount | null> {
    const row = await this.prisma.user.findUnique({ where: { username }, include: withBreakglass });
    if (row?.breakglass == null) {
      return null;
    }
    return { user: toSessionUser(row), passwordHash: row.breakglass.passwordHash, isDisabled: row.disabledAt !== null };
  }
}
