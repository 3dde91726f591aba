import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { hashToken } from "../crypto/tokens.js";
import { AttemptThrottleService } from "./attempt-throttle.service.js";
import type { TokenCaller } from "./auth.types.js";
import { BearerTokensRepository } from "./bearer-tokens.repository.js";
import { addressRule } from "./login-throttle.js";
import { networkOf } from "../../platform/http/network.js";

/** Writing at every request would cost more than it tells. */
const touchEveryMs = 60_000;

/** Finds who shows an access token. */
@Injectable()
export class BearerTokensService {
  constructor(
    private readonly repository: BearerTokensRepository,
    private readonly throttle: AttemptThrottleService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Throws `unauthenticated`, or `too_many_requests` after many wrong tokens from one address. A right one is 256 bits that nobody guesses, so
   * it is never held up by others' wrong ones.
   */
  async identify(token: string | null, address: string): Promise<TokenCaller> {
    const [now, askedAtMs] = [this.clock.now(), performance.now()];
    const found = token === null ? null : await this.repository.findLive(hashToken(token), now);
    if (found === null) {
      await this.throttle.countAttempt(`token:${networkOf(address)}`, addressRule, { limit: "wrong_tokens_from_address" });
      throw new AppError("unauthenticated", { detail: "This access token is not valid, or not any more." });
    }
    if (found.lastUsedAt === null || now.getTime() - found.lastUsedAt.getTime() > touchEveryMs) {
      await this.repository.touch(found, { at: now, address, unlessSince: new Date(now.getTime() - touchEveryMs) });
    }
    const { id: tokenId, name: tokenName, user, scopes, showsConversations, usesPlainModel } = found;
    return { kind: "token", user, askedAtMs, tokenId, tokenName, scopes, showsConversations, usesPlainModel };
  }
}
