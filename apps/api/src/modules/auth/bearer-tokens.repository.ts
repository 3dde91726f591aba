import type { TokenScope } from "@mosaic/contracts/access-token";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { sessionUserColumns, sessionUserJoin, sessionUserOf, type SessionUserColumns } from "../users/session-user.types.js";

export interface LiveToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly showsConversations: boolean;
  readonly usesPlainModel: boolean;
  readonly user: SessionUser;
  readonly lastUsedAt: Date | null;
}

interface TokenRow extends SessionUserColumns {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly shows_conversations: boolean;
  readonly uses_plain_model: boolean;
  readonly last_used_at: Date | null;
}

const liveToken: PreparedStatement = {
  name: "live_token",
  text: `
    SELECT t.id, t.name, t.scopes, t.shows_conversations, t.uses_plain_model, t.last_used_at, ${sessionUserColumns}
    FROM access_tokens t JOIN users u ON u.id = t.user_id ${sessionUserJoin}
    WHERE t.token_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2) AND u.disabled_at IS NULL`,
};

/** Access tokens as the guard looks them up. Their owners manage them in the module `access-tokens`. */
@Injectable()
export class BearerTokensRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** By index, one statement. `null` for an unknown or expired one, and when its owner is disabled. */
  async findLive(tokenHash: Uint8Array<ArrayBuffer>, now: Date): Promise<LiveToken | null> {
    const [row] = await this.prisma.askPrepared<TokenRow>(liveToken, [Buffer.from(tokenHash), now]);
    return row === undefined
      ? null
      : {
          id: row.id,
          name: row.name,
          scopes: row.scopes,
          showsConversations: row.shows_conversations,
          usesPlainModel: row.uses_plain_model,
          user: sessionUserOf(row),
          lastUsedAt: row.last_used_at,
        };
  }

  /** Those of `ids` that still count. */
  async findLiveIds(ids: readonly string[], now: Date): Promise<Set<string>> {
    const rows = await this.prisma.accessToken.findMany({ where: { id: { in: [...ids] }, ...isLive(now) }, select: { id: true } });
    return new Set(rows.map(({ id }) => id));
  }

  /** Of many requests at once, one writes. */
  async touch(token: LiveToken, use: { at: Date; address: string; unlessSince: Date }): Promise<void> {
    const touched = await this.prisma.accessToken.updateMany({
      where: { id: token.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: use.unlessSince } }] },
      data: { lastUsedAt: use.at, lastUsedAddress: use.address },
    });
    if (touched.count > 0) {
      await this.prisma.user.updateMany({ where: { id: token.user.id }, data: { lastSeenAt: use.at } });
    }
  }
}

function isLive(now: Date): Pick<Prisma.AccessTokenWhereInput, "OR" | "user"> {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }], user: { disabledAt: null } };
}
