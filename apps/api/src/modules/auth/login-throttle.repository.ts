import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { afterFailure, remainingBlockMs, type ThrottleRule } from "./login-throttle.js";

/** A burst of attempts queues up behind one lock. */
const lockWaitMs = 15_000;

/** How the audit speaks of a block. */
export interface ThrottleReport {
  /** Which limit was reached. */
  readonly limit: string;
  /** Whose sign-in was tried, if there is such an account. */
  readonly account?: { readonly id: string; readonly name: string } | null;
}

/** An attempt as it went into a count. */
export interface CountedAttempt {
  readonly subject: string;
  /** The block that begins with it, should it stay a failure. */
  readonly blockedUntil: Date | null;
}

@Injectable()
export class LoginThrottleRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Counts one attempt as failed before it is looked at, or tells the milliseconds for which the subject is still blocked.
   * Attempts at once are taken one after the other, across processes: an advisory lock per subject orders them.
   */
  async countAttempt(subject: string, rule: ThrottleRule, now: Date, report: ThrottleReport): Promise<CountedAttempt | number> {
    return this.prisma.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))`;
        const state = await transaction.loginThrottle.findUnique({ where: { subject } });
        const blockMs = remainingBlockMs(state, now);
        if (blockMs === 0) {
          const next = afterFailure(state, rule, now);
          await transaction.loginThrottle.upsert({ where: { subject }, create: { subject, ...next }, update: next });
          return { subject, blockedUntil: next.blockedUntil };
        }
        if (state !== null && state.reportedUntil?.getTime() !== state.blockedUntil?.getTime()) {
          await transaction.loginThrottle.update({ where: { subject }, data: { reportedUntil: state.blockedUntil } });
          await recordAudit(transaction, {
            action: "auth.throttled",
            outcome: "refused",
            ...(report.account == null ? {} : { target: { type: "user", ...report.account } }),
            details: { limit: report.limit, seconds: Math.ceil(blockMs / 1000) },
          });
        }
        return blockMs;
      },
      { maxWait: lockWaitMs, timeout: lockWaitMs },
    );
  }

  /** Takes one counted attempt back, with the block that began with it: it was no failure. A block that others earned stays. */
  async takeBack({ subject, blockedUntil }: CountedAttempt): Promise<void> {
    const takeOne = this.prisma.loginThrottle.updateMany({
      where: { subject, failures: { gt: 0 } },
      data: { failures: { decrement: 1 } },
    });
    const unblock = this.prisma.loginThrottle.updateMany({ where: { subject, blockedUntil }, data: { blockedUntil: null } });
    await this.prisma.$transaction([takeOne, unblock]);
  }

  async clear(subject: string): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { subject } });
  }

  async removeOlderThan(time: Date): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { windowStartAt: { lt: time } } });
  }
}
