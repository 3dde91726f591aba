import type { Credentials, SessionUser } from "@mosaic/contracts/identity";
import { Inject, Injectable } from "@nestjs/common";
import { Cron, CronExpression } from "@nestjs/schedule";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { hashToken, newToken } from "../crypto/tokens.js";
import { UsersService } from "../users/users.service.js";
import { AttemptThrottleService } from "./attempt-throttle.service.js";
import type { Caller } from "./auth.types.js";
import { accountAtAddressRule, addressRule } from "./login-throttle.js";
import { SessionsRepository } from "./sessions.repository.js";

const idleMs = 7 * 24 * 3_600_000;
const absoluteMs = 30 * 24 * 3_600_000;
/** Writing at every request would cost more than it tells. */
const touchEveryMs = 60_000;

export interface Client {
  readonly address: string;
  readonly userAgent: string;
}

export interface IssuedSession {
  readonly token: string;
  readonly expiresAt: Date;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsRepository,
    private readonly throttle: AttemptThrottleService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Signs in with a password. Throws `wrong_credentials`, or `too_many_requests` before the password is looked at. */
  async login(credentials: Credentials, client: Client): Promise<{ user: SessionUser; session: IssuedSession }> {
    const accountSubject = `account:${credentials.username}|${client.address}`;
    const addressSubject = `address:${client.address}`;
    await this.throttle.countAttempt(accountSubject, accountAtAddressRule);
    await this.throttle.countAttempt(addressSubject, addressRule);
    const user = await this.users.verifyPassword(credentials.username, credentials.password);
    if (user === null) {
      throw new AppError("wrong_credentials");
    }
    await this.throttle.clear(accountSubject);
    await this.throttle.takeBack(addressSubject);
    return { user, session: await this.issueSession(user.id, client) };
  }

  async issueSession(userId: string, client: Client): Promise<IssuedSession> {
    const token = newToken();
    const now = this.clock.now().getTime();
    const expiresAt = new Date(now + absoluteMs);
    await this.sessions.create({
      userId,
      tokenHash: hashToken(token),
      userAgent: client.userAgent.slice(0, 300),
      address: client.address,
      idleExpiresAt: new Date(now + idleMs),
      expiresAt,
    });
    return { token, expiresAt };
  }

  /** Who holds this session token; `null` if nobody does (any more). */
  async identify(token: string): Promise<Caller | null> {
    const now = this.clock.now();
    const session = await this.sessions.findLive(hashToken(token), now);
    if (session === null) {
      return null;
    }
    if (now.getTime() - session.lastUsedAt.getTime() > touchEveryMs) {
      const idleExpiresAt = new Date(Math.min(now.getTime() + idleMs, session.expiresAt.getTime()));
      await this.sessions.touch(session.id, now, idleExpiresAt);
    }
    return { user: session.user, sessionId: session.id };
  }

  /** Whether a session still counts. Unlike a request, looking does not prolong it. */
  async isLive(sessionId: string): Promise<boolean> {
    return this.sessions.isLive(sessionId, this.clock.now());
  }

  /** Idempotent. */
  async logout(token: string): Promise<void> {
    await this.sessions.remove(hashToken(token));
  }

  @Cron(CronExpression.EVERY_HOUR)
  async removeExpired(): Promise<void> {
    await this.sessions.removeExpired(this.clock.now());
    await this.throttle.removeOld();
  }
}
