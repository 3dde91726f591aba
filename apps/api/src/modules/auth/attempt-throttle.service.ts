import { Injectable } from "@nestjs/common";
import { AttemptCounterService } from "./attempt-counter.service.js";
import { accountAtAddressRule, addressRule, signUpRule, singleSignOnRule, type ThrottleRule } from "./login-throttle.js";
import type { ThrottleReport } from "./login-throttle.repository.js";
import { networkOf } from "../../platform/http/network.js";

/** Slows guessing down: too many failures of a subject block it for a while. */
@Injectable()
export class AttemptThrottleService {
  constructor(private readonly counter: AttemptCounterService) {}

  /**
   * Counts an attempt on a subject as failed; whoever turns out to be right is forgiven afterwards. Counting first is what stops a burst
   * of attempts at once. Throws `too_many_requests` while the subject is blocked, which the audit hears of once a block.
   */
  async countAttempt(subject: string, rule: ThrottleRule = addressRule, report: ThrottleReport = { limit: "attempts" }): Promise<void> {
    const counted = await this.counter.count([{ subject, rule, report }]);
    if ("untilMs" in counted) {
      throw this.counter.refusal(counted);
    }
  }

  /** The narrow rule: for what one person enters. */
  async countEntry(subject: string, report: ThrottleReport): Promise<void> {
    await this.countAttempt(subject, accountAtAddressRule, report);
  }

  /** Wrong setup tokens from one address. */
  async countSetupToken(address: string): Promise<void> {
    await this.countAttempt(`setup:${networkOf(address)}`);
  }

  /** New accounts, and guessing of invites, from one address. */
  async countSignUp(address: string): Promise<void> {
    await this.countAttempt(`sign-up:${networkOf(address)}`, signUpRule, { limit: "sign_up" });
  }

  /** Answers of a sign-in server that were refused. Beginning is free: who begins without end would shut out all behind the same address. */
  async countSingleSignOn(address: string): Promise<void> {
    await this.countAttempt(singleSignOnSubject(address), singleSignOnRule, { limit: "single_sign_on" });
  }

  async clearSingleSignOn(address: string): Promise<void> {
    await this.clear(singleSignOnSubject(address));
  }

  async clear(subject: string): Promise<void> {
    await this.counter.clear(subject);
  }
}

function singleSignOnSubject(address: string): string {
  return `oidc:${networkOf(address)}`;
}
