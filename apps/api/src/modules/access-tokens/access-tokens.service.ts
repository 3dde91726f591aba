import { randomUUIDv7 } from "node:crypto";
import { tokenPrefix, type AccessToken, type CreateAccessToken, type CreatedAccessToken } from "@mosaic/contracts/access-token";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { hashToken, newToken } from "../crypto/tokens.js";
import { AccessTokensRepository, type StoredToken } from "./access-tokens.repository.js";

const maxPerUser = 50;
const hintLength = 4;
const dayMs = 24 * 3_600_000;

/** A user's own access tokens. The guard of `auth` checks them. */
@Injectable()
export class AccessTokensService {
  constructor(
    private readonly repository: AccessTokensRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first, expired ones too. */
  async list(userId: string): Promise<AccessToken[]> {
    return (await this.repository.list(userId)).map(toWire);
  }

  /** The only moment at which the token itself is known. Throws `conflict` when the user has too many. */
  async create(userId: string, { expiresInDays, ...chosen }: CreateAccessToken): Promise<CreatedAccessToken> {
    const token = `${tokenPrefix}${newToken()}`;
    const createdAt = this.clock.now();
    const stored: StoredToken = {
      ...chosen,
      id: randomUUIDv7(),
      hint: token.slice(-hintLength),
      createdAt,
      expiresAt: expiresInDays === null ? null : new Date(createdAt.getTime() + expiresInDays * dayMs),
      lastUsedAt: null,
      lastUsedAddress: null,
    };
    if (!(await this.repository.create(userId, stored, hashToken(token), maxPerUser))) {
      throw new AppError("conflict", { detail: `You have ${maxPerUser} access tokens already. Revoke one that you don't need any more.` });
    }
    return { ...toWire(stored), token };
  }

  /** Throws `not_found` for another's token as for a missing one. */
  async revoke(userId: string, id: string): Promise<void> {
    if (!(await this.repository.revoke(userId, id))) {
      throw new AppError("not_found");
    }
  }
}

function toWire(token: StoredToken): AccessToken {
  return {
    id: token.id,
    name: token.name,
    hint: token.hint,
    scopes: [...token.scopes],
    showsConversations: token.showsConversations,
    usesPlainModel: token.usesPlainModel,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: token.lastUsedAddress,
  };
}
