import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { afterFailure, remainingBlockMs, type ThrottleRule } from "./login-throttle.js";

/** A burst of attempts queues up behind one lock. */
const lockWaitMs = 15_000;

@Injectable()
export class LoginThrottleRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Counts one attempt as failed before it is looked at, or tells the milliseconds for which the subject is still blocked (0 = counted).
   * Attempts at once are taken one after the other, across processes: an advisory lock per subject orders them.
   */
  async countAttempt(subject: string, rule: ThrottleRule, now: Date): Promise<number> {
    return this.prisma.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))`;
        const state = await transaction.loginThrottle.findUnique({ where: { subject } });
        const blockMs = remainingBlockMs(state, now);
        if (blockMs === 0) {
          const next = afterFailure(state, rule, now);
          await transaction.loginThrottle.upsert({ where: { subject }, create: { subject, ...next }, update: next });
        }
        return blockMs;
      },
      { maxWait: lockWaitMs, timeout: lockWaitMs },
    );
  }

  /** Takes one counted attempt back: it was no failure. A block that other attempts earned stays. */
  async takeBack(subject: string): Promise<void> {
    await this.prisma.loginThrottle.updateMany({ where: { subject, failures: { gt: 0 } }, data: { failures: { decrement: 1 } } });
  }

  async clear(subject: string): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { subject } });
  }

  async removeOlderThan(time: Date): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { windowStartAt: { lt: time } } });
  }
}
