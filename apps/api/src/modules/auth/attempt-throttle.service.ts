import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { accountAtAddressRule, addressRule, signUpRule, singleSignOnRule, type ThrottleRule } from "./login-throttle.js";
import { LoginThrottleRepository, type CountedAttempt, type ThrottleReport } from "./login-throttle.repository.js";
import { networkOf } from "./network.js";

const keptMs = 24 * 3_600_000;
const manyFromHere = "Too many failed attempts from here.";

/** Slows guessing down, across all processes: failures are counted per subject, and too many of them block it for a while. */
@Injectable()
export class AttemptThrottleService {
  constructor(
    private readonly repository: LoginThrottleRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Counts an attempt on a subject as failed; whoever turns out to be right is forgiven afterwards. Counting first is what stops a burst
   * of attempts at once. Throws `too_many_requests` while the subject is blocked, which the audit hears of once a block.
   */
  async countAttempt(
    subject: string,
    rule: ThrottleRule = addressRule,
    report: ThrottleReport = { limit: "attempts" },
  ): Promise<CountedAttempt> {
    const counted = await this.repository.countAttempt(subject, rule, this.clock.now(), report);
    if (typeof counted !== "number") {
      return counted;
    }
    const seconds = Math.ceil(counted / 1000);
    throw new AppError("too_many_requests", {
      detail: `${rule.words ?? manyFromHere} Try again in ${seconds} seconds.`,
      retryAfterSeconds: seconds,
    });
  }

  /** The narrow rule: for what one person enters. */
  async countEntry(subject: string, report: ThrottleReport): Promise<void> {
    await this.countAttempt(subject, accountAtAddressRule, report);
  }

  /** New accounts, and guessing of invites, from one address. */
  async countSignUp(address: string): Promise<CountedAttempt> {
    return this.countAttempt(`sign-up:${networkOf(address)}`, signUpRule, { limit: "sign_up" });
  }

  /** Answers of a sign-in server that were refused. Beginning is free: who begins without end would shut out all behind the same address. */
  async countSingleSignOn(address: string): Promise<void> {
    await this.countAttempt(singleSignOnSubject(address), singleSignOnRule, { limit: "single_sign_on" });
  }

  async clearSingleSignOn(address: string): Promise<void> {
    await this.repository.clear(singleSignOnSubject(address));
  }

  /** It was no failure. */
  async takeBack(counted: CountedAttempt): Promise<void> {
    await this.repository.takeBack(counted);
  }

  async clear(subject: string): Promise<void> {
    await this.repository.clear(subject);
  }

  async removeOld(): Promise<void> {
    await this.repository.removeOlderThan(new Date(this.clock.now().getTime() - keptMs));
  }
}

function singleSignOnSubject(address: string): string {
  return `oidc:${networkOf(address)}`;
}
