import type { Credentials, SessionUser } from "@mosaic/contracts/identity";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import type { AuditEntry } from "../audit/audit-trail.js";
import { hashToken, newToken } from "../crypto/tokens.js";
import { UsersService } from "../users/users.service.js";
import { AttemptCounterService } from "./attempt-counter.service.js";
import type { Client, IssuedSession, NewSession, SessionCaller } from "./auth.types.js";
import { PasswordGate } from "./password-gate.service.js";
import { SessionsRepository, type Beginning } from "./sessions.repository.js";
import { placeHashes, SignInAttemptsService } from "./sign-in-attempts.service.js";

const idleMs = 7 * 24 * 3_600_000;
const absoluteMs = 30 * 24 * 3_600_000;
/** Writing at every request would cost more than it tells. */
const touchEveryMs = 60_000;
const removeEveryMs = 3_600_000;
const maxUserAgentLength = 300;

/** What a browser shows when somebody signs in with it. */
export interface SigningInBrowser extends Client {
  /** Its session until now. */
  readonly formerToken: string | undefined;
  /** Its long-lived mark, or the one that it gets with this sign-in. */
  readonly browserToken: string;
  /** The mark that it showed. */
  readonly shownToken: string | undefined;
  /** Aborts when it does not wait for the answer any more. */
  readonly left: AbortSignal;
}

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsRepository,
    private readonly attempts: SignInAttemptsService,
    private readonly counter: AttemptCounterService,
    private readonly gate: PasswordGate,
    periodic: Periodic,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    periodic.every(removeEveryMs, { what: "removing expired sessions and old attempts", run: async () => this.removeExpired() });
  }

  /**
   * Signs in with a password. Throws `wrong_credentials`, or `too_many_requests` before the password is looked at, or `overloaded` before
   * anything is counted.
   */
  async login(given: Credentials, browser: SigningInBrowser): Promise<{ user: SessionUser; session: IssuedSession }> {
    this.attempts.assertNotRefused({ ...browser, username: given.username });
    return this.gate.forAddress(browser.address, async () => this.loginNow(given, browser), browser.left);
  }

  private async loginNow(
    { username, password }: Credentials,
    browser: SigningInBrowser,
  ): Promise<{ user: SessionUser; session: IssuedSession }> {
    const attempt = await this.attempts.begin({ ...browser, username });
    const verified = await this.users.verifyPassword(username, password);
    const session =
      verified === null
        ? null
        : await this.begin(verified.user.id, browser, {
            passwordHash: verified.passwordHash,
            places: placeHashes(browser.address, browser.browserToken),
            audit: signInEntry(verified.user, "password"),
          });
    if (verified === null || session === null) {
      await this.attempts.refuse(attempt);
      throw new AppError("wrong_credentials");
    }
    await this.attempts.forgive(attempt);
    return { user: verified.user, session };
  }

  /** `null` if the account may not sign in (any more). */
  async begin(
    userId: string,
    browser: Pick<SigningInBrowser, "address" | "userAgent" | "formerToken">,
    beginning: Omit<Beginning, "formerTokenHash">,
  ): Promise<IssuedSession | null> {
    const { session, issued } = this.prepare(browser);
    const formerTokenHash = browser.formerToken === undefined ? null : hashToken(browser.formerToken);
    return (await this.sessions.begin(userId, session, { ...beginning, formerTokenHash })) ? issued : null;
  }

  /** A session that is not stored yet: whoever stores it does so together with what it belongs to. */
  prepare(client: Client): { session: NewSession; issued: IssuedSession } {
    const token = newToken();
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + absoluteMs);
    const session: NewSession = {
      tokenHash: hashToken(token),
      userAgent: client.userAgent.slice(0, maxUserAgentLength),
      address: client.address,
      createdAt,
      idleExpiresAt: new Date(createdAt.getTime() + idleMs),
      expiresAt,
    };
    return { session, issued: { token, expiresAt } };
  }

  /** Who holds this session token; `null` if nobody does (any more). */
  async identify(token: string, address: string): Promise<SessionCaller | null> {
    const [now, askedAtMs] = [this.clock.now(), performance.now()];
    const session = await this.sessions.findLive(hashToken(token), now);
    if (session === null) {
      return null;
    }
    if (now.getTime() - session.lastUsedAt.getTime() > touchEveryMs) {
      const idleExpiresAt = new Date(Math.min(now.getTime() + idleMs, session.expiresAt.getTime()));
      await this.sessions.touch(session, { at: now, address, idleExpiresAt });
    }
    return { kind: "session", user: session.user, askedAtMs, sessionId: session.id };
  }

  /** Idempotent. */
  async logout(token: string): Promise<void> {
    await this.sessions.end(hashToken(token), { action: "auth.sign_out" });
  }

  async removeExpired(): Promise<void> {
    await this.sessions.removeExpired(this.clock.now());
    await this.counter.removeOld();
    await this.attempts.removeOld();
  }
}

export function signInEntry(user: { readonly id: string; readonly username: string }, method: string): AuditEntry {
  return {
    action: "auth.sign_in",
    actor: { kind: "user", id: user.id, name: user.username },
    target: { type: "user", id: user.id, name: user.username },
    details: { method },
  };
}
