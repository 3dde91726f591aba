import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { afterFailure, remainingBlockMs, type ThrottleRule, type ThrottleState } from "./login-throttle.js";

/** How the audit speaks of a block. */
export interface ThrottleReport {
  /** Which limit was reached. */
  readonly limit: string;
  /** Whose sign-in was tried, if there is such an account. */
  readonly account?: { readonly id: string; readonly name: string } | null;
}

/** A count that an attempt goes into. */
export interface AttemptSubject {
  readonly subject: string;
  readonly rule: ThrottleRule;
  readonly report: ThrottleReport;
}

/** An attempt as it went into a count. */
export interface CountedAttempt {
  readonly subject: string;
  /** The block that begins with it, should it stay a failure. */
  readonly blockedUntil: Date | null;
}

/** The attempt is not looked at. */
export interface BlockedAttempt {
  readonly by: AttemptSubject;
  readonly until: Date;
}

interface StoredState extends ThrottleState {
  readonly reportedUntil: Date | null;
}

@Injectable()
export class LoginThrottleRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Counts one attempt as failed in all its subjects before it is looked at, or tells which of them is still blocked; then nothing is counted.
   * Of attempts at once, in whatever process, each sees the one before: a count is written only onto the state that it was made from, and
   * made again otherwise. No lock is waited for, and no connection is held in between.
   */
  async countAttempt(subjects: readonly AttemptSubject[], now: Date): Promise<readonly CountedAttempt[] | BlockedAttempt> {
    const rows = await this.prisma.loginThrottle.findMany({ where: { subject: { in: subjects.map(({ subject }) => subject) } } });
    const states = new Map(rows.map((row) => [row.subject, row]));
    // Looked at before anything is written: what is refused leaves no row.
    for (const by of subjects) {
      const blocked = await this.blockOf(by, states.get(by.subject) ?? null, now);
      if (blocked !== null) {
        return blocked;
      }
    }
    const counted: CountedAttempt[] = [];
    for (const subject of subjects) {
      const result = await this.countOne(subject, states.get(subject.subject) ?? null, now);
      if ("by" in result) {
        await this.takeBack(counted);
        return result;
      }
      counted.push(result);
    }
    return counted;
  }

  /** Takes a counted attempt back, with the blocks that began with it: it was no failure. A block that others earned stays. */
  async takeBack(attempts: readonly CountedAttempt[]): Promise<void> {
    for (const { subject, blockedUntil } of attempts) {
      const [row] = await this.prisma.$queryRaw<{ isEmpty: boolean }[]>`
        UPDATE login_throttles SET failures = greatest(failures - 1, 0),
          blocked_until = CASE WHEN blocked_until = ${blockedUntil} THEN NULL ELSE blocked_until END
        WHERE subject = ${subject}
        RETURNING failures = 0 AND blocked_until IS NULL AS "isEmpty"`;
      if (row?.isEmpty === true) {
        await this.prisma.loginThrottle.deleteMany({ where: { subject, failures: 0, blockedUntil: null } });
      }
    }
  }

  async clear(subject: string): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { subject } });
  }

  /** What counts no more: its window is over, and so is its block. */
  async removeOlderThan(windowStart: Date, now: Date): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({
      where: { windowStartAt: { lt: windowStart }, OR: [{ blockedUntil: null }, { blockedUntil: { lt: now } }] },
    });
  }

  private async countOne(subject: AttemptSubject, seen: StoredState | null, now: Date): Promise<CountedAttempt | BlockedAttempt> {
    let state = seen;
    for (;;) {
      const next = afterFailure(state, subject.rule, now);
      if (await this.write(subject.subject, state, next)) {
        return { subject: subject.subject, blockedUntil: next.blockedUntil };
      }
      // Somebody else's attempt was counted meanwhile: of those at once one is always written, so this ends.
      state = await this.prisma.loginThrottle.findUnique({ where: { subject: subject.subject } });
      const blocked = await this.blockOf(subject, state, now);
      if (blocked !== null) {
        return blocked;
      }
    }
  }

  /** One statement. False if the subject's state is not what `next` was made from. */
  private async write(subject: string, state: ThrottleState | null, next: ThrottleState): Promise<boolean> {
    if (state === null) {
      return (await this.prisma.loginThrottle.createMany({ data: [{ subject, ...next }], skipDuplicates: true })).count === 1;
    }
    const { failures, windowStartAt, blockedUntil } = state;
    const where = { subject, failures, windowStartAt, blockedUntil };
    return (await this.prisma.loginThrottle.updateMany({ where, data: next })).count === 1;
  }

  private async blockOf(by: AttemptSubject, state: StoredState | null, now: Date): Promise<BlockedAttempt | null> {
    const until = state?.blockedUntil ?? null;
    if (state === null || until === null || remainingBlockMs(state, now) === 0) {
      return null;
    }
    if (state.reportedUntil?.getTime() !== until.getTime()) {
      await this.reportOnce(by, until, now);
    }
    return { by, until };
  }

  /** One row of the audit for a block, however many attempts it meets. */
  private async reportOnce({ subject, report }: AttemptSubject, blockedUntil: Date, now: Date): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const untold = { subject, blockedUntil, OR: [{ reportedUntil: null }, { reportedUntil: { not: blockedUntil } }] };
      const { count } = await transaction.loginThrottle.updateMany({ where: untold, data: { reportedUntil: blockedUntil } });
      if (count === 1) {
        await recordAudit(transaction, {
          action: "auth.throttled",
          outcome: "refused",
          ...(report.account == null ? {} : { target: { type: "user", ...report.account } }),
          details: { limit: report.limit, seconds: Math.ceil((blockedUntil.getTime() - now.getTime()) / 1000) },
        });
      }
    });
  }
}
