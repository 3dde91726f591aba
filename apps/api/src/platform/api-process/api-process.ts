import { randomUUIDv7 } from "node:crypto";
import { Injectable, type OnModuleInit } from "@nestjs/common";
import { SessionLocks } from "../database/session-locks.js";
import { processLockKey } from "./process-lock.js";

/** After Postgres dropped connections, the others take their locks again within moments; until then they only look dead. */
const judgingAfterMs = 5_000;

/** Who this process is, for all others: its lock in Postgres is the proof that it lives, and is free as soon as it does not. */
@Injectable()
export class ApiProcess implements OnModuleInit {
  readonly id = randomUUIDv7();

  constructor(private readonly locks: SessionLocks) {}

  /** Before anything that names this process is written. */
  async onModuleInit(): Promise<void> {
    await this.locks.holdForLife(processLockKey(this.id));
  }

  /** Whether a process without its lock is dead. */
  canJudgeOthers(): boolean {
    return this.locks.undisturbedForMs() >= judgingAfterMs;
  }
}
