import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { afterFailure, type ThrottleRule, type ThrottleState } from "./login-throttle.js";

@Injectable()
export class LoginThrottleRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(subject: string): Promise<ThrottleState | null> {
    return this.prisma.loginThrottle.findUnique({ where: { subject } });
  }

  /** Counts one failure. Attempts at once are counted one after the other: an advisory lock per subject orders them. */
  async countFailure(subject: string, rule: ThrottleRule, now: Date): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${subject}, 0))`;
      const state = await transaction.loginThrottle.findUnique({ where: { subject } });
      const next = afterFailure(state, rule, now);
      await transaction.loginThrottle.upsert({ where: { subject }, create: { subject, ...next }, update: next });
    });
  }

  async clear(subject: string): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { subject } });
  }

  async removeOlderThan(time: Date): Promise<void> {
    await this.prisma.loginThrottle.deleteMany({ where: { windowStartAt: { lt: time } } });
  }
}
