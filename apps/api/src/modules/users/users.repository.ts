import type { Role, SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { knownLanguage, sessionUserInclude, toSessionUser } from "./session-user.types.js";

/** An account with the hash that its password is checked against. */
export interface PasswordAccount {
  readonly user: SessionUser;
  /** `null`: it signs in by single sign-on only. */
  readonly passwordHash: string | null;
  readonly isDisabled: boolean;
}

interface PasswordRow {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  readonly role: Role;
  readonly language: string | null;
  readonly is_disabled: boolean;
  readonly is_breakglass: boolean;
  readonly password_hash: string | null;
}

@Injectable()
export class UsersRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(id: string): Promise<SessionUser | null> {
    const row = await this.prisma.user.findUnique({ where: { id }, include: sessionUserInclude });
    return row === null ? null : toSessionUser(row);
  }

  /** One query, also for a name that nobody has: it takes as long. */
  async findPasswordAccount(who: { readonly username: string } | { readonly id: string }): Promise<PasswordAccount | null> {
    const condition = "username" in who ? Prisma.sql`u.username = ${who.username}` : Prisma.sql`u.id = ${who.id}::uuid`;
    const [row] = await this.prisma.$queryRaw<PasswordRow[]>`
      SELECT u.id, u.username, u.display_name, u.role, u.language, u.disabled_at IS NOT NULL AS is_disabled, b.user_id IS NOT NULL AS is_breakglass,
        coalesce(b.password_hash, p.password_hash) AS password_hash
      FROM users u LEFT JOIN breakglass_user b ON b.user_id = u.id LEFT JOIN local_passwords p ON p.user_id = u.id
      WHERE ${condition}`;
    return row === undefined ? null : toPasswordAccount(row);
  }
}

function toPasswordAccount(row: PasswordRow): PasswordAccount {
  const { id, username, display_name: displayName, role, is_breakglass: isBreakglass } = row;
  const language = knownLanguage(row.language);
  return {
    user: { id, username, displayName, role, isBreakglass, language },
    passwordHash: row.password_hash,
    isDisabled: row.is_disabled,
  };
}
