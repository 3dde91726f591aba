import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { addressRule, remainingBlockMs, type ThrottleRule } from "./login-throttle.js";
import { LoginThrottleRepository } from "./login-throttle.repository.js";

const keptMs = 24 * 3_600_000;

/** Slows guessing down, across all processes: failures are counted per subject, and too many of them block it for a while. */
@Injectable()
export class AttemptThrottleService {
  constructor(
    private readonly repository: LoginThrottleRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `too_many_requests` while one of the subjects is blocked. */
  async assertFree(subjects: readonly string[]): Promise<void> {
    const now = this.clock.now();
    const states = await Promise.all(subjects.map(async (subject) => this.repository.find(subject)));
    const waitMs = Math.max(...states.map((state) => remainingBlockMs(state, now)));
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new AppError("too_many_requests", {
        detail: `Too many failed attempts from here. Try again in ${seconds} seconds.`,
        retryAfterSeconds: seconds,
      });
    }
  }

  async countFailure(subject: string, rule: ThrottleRule = addressRule): Promise<void> {
    await this.repository.countFailure(subject, rule, this.clock.now());
  }

  async clear(subject: string): Promise<void> {
    await this.repository.clear(subject);
  }

  async removeOld(): Promise<void> {
    await this.repository.removeOlderThan(new Date(this.clock.now().getTime() - keptMs));
  }
}
