import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import type { StoredRing } from "../modules/crypto/key-ring.js";
import { isProcessAliveSql } from "../platform/api-process/process-lock.js";
import { CommandError, type Terminal } from "./command.js";

const pollMs = 200;
const patienceMs = 60_000;
/** A process whose connection broke has its lock again within moments: until then it only looks dead. */
const lostAfterMs = 5_000;
/** Processes of the release before this one hold no lock that their row names: they write every 5 s that they live. */
const formerlySeenSeconds = 20;

interface Follower {
  readonly id: string;
  readonly isAlive: boolean;
  readonly follows: boolean;
}

/** The processes of Mosaic that have to follow a rotation. */
export class Followers {
  /** Since when one has been seen without its lock. */
  private readonly missingSinceMs = new Map<string, number>();

  constructor(
    private readonly database: Client,
    private readonly terminal: Terminal,
  ) {}

  /** Waits until every process that lives has heard of this phase. Throws `CommandError` when one does not for a minute. */
  async haveHeard(ring: StoredRing): Promise<void> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const followers = (await this.find(ring)).filter((follower) => this.counts(follower));
      const behind = followers.filter(({ follows }) => !follows).length;
      if (behind === 0) {
        const processes = `${followers.length} running ${followers.length === 1 ? "process" : "processes"} of Mosaic`;
        this.terminal.note(`${processes}: ${ring.phase === "announced" ? "the new key is known" : "sealing with the new key"}.`);
        return;
      }
      if (performance.now() > deadlineMs) {
        throw new CommandError(
          `${behind} of ${followers.length} processes of Mosaic do not follow. Look at their logs, or stop them; then run this again.`,
        );
      }
      await sleep(pollMs);
    }
  }

  private async find(ring: StoredRing): Promise<Follower[]> {
    const { rows } = await this.database.query<Follower>(
      `SELECT p.id, p.key_phase = $1 AS follows, p.seen_at <> 'infinity' OR ${isProcessAliveSql("p.id")} AS "isAlive"
       FROM api_processes p WHERE p.seen_at > now() - make_interval(secs => $2)`,
      [`${ring.to}:${ring.phase}`, formerlySeenSeconds],
    );
    return rows;
  }

  private counts({ id, isAlive }: Follower): boolean {
    const nowMs = performance.now();
    if (isAlive) {
      this.missingSinceMs.delete(id);
      return true;
    }
    const sinceMs = this.missingSinceMs.get(id) ?? nowMs;
    this.missingSinceMs.set(id, sinceMs);
    return nowMs - sinceMs < lostAfterMs;
  }
}
