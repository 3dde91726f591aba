import type { TokenScope } from "@mosaic/contracts/access-token";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { tellEnding } from "../auth/session-endings.js";

export interface StoredToken {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly TokenScope[];
  readonly showsConversations: boolean;
  readonly usesPlainModel: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
}

@Injectable()
export class AccessTokensRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list(userId: string): Promise<StoredToken[]> {
    const rows = await this.prisma.accessToken.findMany({ where: { userId }, orderBy: { id: "desc" } });
    return rows.map((row) => ({ ...row, scopes: row.scopes as TokenScope[] }));
  }

  /** False when the user has `limit` already, or may make none any more. Those of one user are made one after the other. */
  async create(userId: string, token: StoredToken, tokenHash: Uint8Array<ArrayBuffer>, limit: number): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      const enabled = await transaction.$queryRaw<unknown[]>`
        SELECT 1 FROM users WHERE id = ${userId}::uuid AND disabled_at IS NULL FOR NO KEY UPDATE`;
      if (enabled.length === 0 || (await transaction.accessToken.count({ where: { userId } })) >= limit) {
        return false;
      }
      await transaction.accessToken.create({ data: { ...token, scopes: [...token.scopes], userId, tokenHash } });
      await recordAudit(transaction, {
        action: "token.create",
        target: { type: "token", id: token.id, name: token.name },
        details: {
          scopes: token.scopes.join(" "),
          expiresAt: token.expiresAt?.toISOString() ?? null,
          showsConversations: token.showsConversations,
          usesPlainModel: token.usesPlainModel,
        },
      });
      return true;
    });
  }

  /** False if the user has no such token. */
  async revoke(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      const token = await transaction.accessToken.findFirst({ where: { id, userId }, select: { name: true } });
      if (token === null || (await transaction.accessToken.deleteMany({ where: { id, userId } })).count === 0) {
        return false;
      }
      await tellEnding(transaction, { tokenId: id });
      await recordAudit(transaction, { action: "token.revoke", target: { type: "token", id, name: token.name } });
      return true;
    });
  }
}
