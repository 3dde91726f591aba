import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { BlockMemory, type Block } from "./block-memory.js";
import { longestWindowMs } from "./login-throttle.js";
import { LoginThrottleRepository, type AttemptSubject, type CountedAttempt } from "./login-throttle.repository.js";

const manyFromHere = "Too many failed attempts from here.";

/** Counting takes milliseconds: of one subject one after the other, and never more connections than these. */
const countingLimits = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 1_000,
  waitingPerKey: 200,
  longestWaitMs: 10_000,
  words: {
    ofKey: "Too many attempts from here are under way at once. Try again in a few seconds.",
    inAll: "Too many attempts are under way at once. Try again in a few seconds.",
  },
} as const;

/** Counts failed attempts per subject, across all processes. Whoever is blocked is remembered here, and costs no query meanwhile. */
@Injectable()
export class AttemptCounterService {
  private readonly blocks = new BlockMemory();
  private readonly counting = new FairGate(countingLimits);

  constructor(
    private readonly repository: LoginThrottleRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** In several counts at once, narrowest first, or in none of them when one is blocked. */
  async count(subjects: readonly AttemptSubject[]): Promise<readonly CountedAttempt[] | Block> {
    const names = subjects.map(({ subject }) => subject);
    return (
      this.knownBlock(names) ?? this.counting.run(names[0] ?? "", async () => this.knownBlock(names) ?? this.countInDatabase(subjects))
    );
  }

  refusal({ untilMs, words }: Block): AppError {
    const seconds = Math.max(1, Math.ceil((untilMs - this.clock.now().getTime()) / 1000));
    return new AppError("too_many_requests", { detail: `${words} Try again in ${seconds} seconds.`, retryAfterSeconds: seconds });
  }

  /** It was no failure. */
  async takeBack(counted: CountedAttempt): Promise<void> {
    await this.repository.takeBack([counted]);
    this.blocks.forget(counted.subject);
  }

  async clear(subject: string): Promise<void> {
    await this.repository.clear(subject);
    this.blocks.forget(subject);
  }

  async removeOld(): Promise<void> {
    const now = this.clock.now();
    await this.repository.removeOlderThan(new Date(now.getTime() - longestWindowMs), now);
  }

  /** A block that this process has met; what it does not know of may be blocked all the same. */
  knownBlock(subjects: readonly string[]): Block | null {
    const nowMs = this.clock.now().getTime();
    for (const subject of subjects) {
      const block = this.blocks.find(subject, nowMs);
      if (block !== null) {
        return block;
      }
    }
    return null;
  }

  private async countInDatabase(subjects: readonly AttemptSubject[]): Promise<readonly CountedAttempt[] | Block> {
    const now = this.clock.now();
    const result = await this.repository.countAttempt(subjects, now);
    if (!("by" in result)) {
      return result;
    }
    const { by, until } = result;
    const block = { subject: by.subject, untilMs: until.getTime(), words: by.rule.words ?? manyFromHere };
    this.blocks.remember(by.subject, block, now.getTime());
    return block;
  }
}
