import { setTimeout as sleep } from "node:timers/promises";
import { Injectable } from "@nestjs/common";
import { SessionLocks, type HeldLock } from "../../platform/database/session-locks.js";
import { AppError } from "../../platform/errors/app-error.js";
import { MachinePace } from "../../platform/pace/machine-pace.js";
import { lockKeyOf } from "./container-identity.js";

const pollMs = 100;
/** Of a machine with room. Nobody holds an agent's lock for longer but a start, which gives it up when it is superseded. */
export const lockPatienceMs = 60_000;

/** Waits for an agent's lock: whoever holds it starts, stops or mends it. */
@Injectable()
export class AgentLocks {
  constructor(
    private readonly locks: SessionLocks,
    private readonly pace: MachinePace,
  ) {}

  /** Throws `conflict` when others have it for too long. */
  async acquire(agentId: string): Promise<HeldLock> {
    const lock = await this.acquireWithin(agentId, lockPatienceMs * this.pace.now());
    if (lock === null) {
      throw new AppError("conflict", { detail: "The agent is busy starting or stopping. Try again in a moment." });
    }
    return lock;
  }

  /** `null` when others have it all that time. */
  async acquireWithin(agentId: string, patienceMs: number): Promise<HeldLock | null> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const lock = await this.locks.tryAcquire(lockKeyOf(agentId));
      if (lock !== null || performance.now() >= deadlineMs) {
        return lock;
      }
      await sleep(pollMs);
    }
  }
}
