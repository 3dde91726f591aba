import { setTimeout as sleep } from "node:timers/promises";
import type { TurnEvent } from "@mosaic/contracts/chat";
import type { Answer, AnswerEnd } from "../conversations/conversations.types.js";
import type { TurnFeed } from "./turn-feed.js";
import type { TurnLimits } from "./turn-limits.js";

export interface TurnStore {
  /** `seq`: the number of the first of them. False when the answer is final or gone. Idempotent. */
  append(seq: number, events: readonly TurnEvent[]): Promise<boolean>;
  finish(answer: Answer, end: AnswerEnd): Promise<void>;
}

/** How long the end of an answer may take once Mosaic is stopping. */
const shutdownPatienceMs = 1_200;
const firstRetryMs = 200;
const maxRetryMs = 2_000;

/**
 * Writes a turn's events into its log. Events that came within a moment go together, and a crash costs no more than that moment. A database that is
 * away holds nobody up.
 */
export class TurnLogWriter {
  /** Sent, but not confirmed. The database may have it, so the same events are sent again. */
  private batch: readonly TurnEvent[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isEnded = false;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly feed: TurnFeed,
    private readonly store: TurnStore,
    private readonly limits: Pick<TurnLimits, "logEveryMs" | "savePatienceMs">,
    private readonly onLost: () => void,
    /** Of the feed's events: so many are in the log already. */
    private writtenCount = 0,
  ) {
    this.unsubscribe = feed.subscribe(() => this.writeSoon());
    if (feed.events.length > writtenCount) {
      this.writeSoon();
    }
  }

  /** Stores the end, and waits for a database that is away. False when it did not come back in time. */
  async finish(answer: Answer, end: AnswerEnd, stopping: AbortSignal): Promise<boolean> {
    this.stop();
    await Promise.race([this.writing, untilPatienceEnds(stopping)]);
    const startedAtMs = performance.now();
    for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, maxRetryMs)) {
      try {
        await this.store.finish(answer, end);
        return true;
      } catch {
        const patienceMs = stopping.aborted ? shutdownPatienceMs : this.limits.savePatienceMs;
        if (performance.now() - startedAtMs + delayMs > patienceMs) {
          return false;
        }
        await sleep(delayMs, undefined, { signal: stopping.aborted ? undefined : stopping }).catch(() => undefined);
      }
    }
  }

  /** Writes what is not in the log yet, for whoever goes on with the turn. False when it could not be done at once. */
  async flush(stopping: AbortSignal): Promise<boolean> {
    this.stop();
    await Promise.race([this.writing, untilPatienceEnds(stopping)]);
    for (let attempt = 0; attempt < 2 && this.feed.events.length > this.writtenCount; attempt += 1) {
      await this.write();
    }
    this.stop();
    return this.feed.events.length === this.writtenCount;
  }

  private writeSoon(): void {
    if (!this.isEnded) {
      this.timer ??= setTimeout(() => {
        this.writing = this.write();
      }, this.limits.logEveryMs);
    }
  }

  private async write(): Promise<void> {
    if (this.batch.length === 0) {
      this.batch = this.feed.events.slice(this.writtenCount);
    }
    try {
      if (!(await this.store.append(this.writtenCount + 1, this.batch))) {
        this.stop();
        this.onLost();
      }
      this.writtenCount += this.batch.length;
      this.batch = [];
    } catch {
      // The next moment tries again.
    }
    this.timer = undefined;
    if (this.feed.events.length > this.writtenCount) {
      this.writeSoon();
    }
  }

  private stop(): void {
    this.isEnded = true;
    clearTimeout(this.timer);
    this.unsubscribe();
  }
}

async function untilPatienceEnds(stopping: AbortSignal): Promise<void> {
  await sleep(stopping.aborted ? shutdownPatienceMs / 2 : 10_000, undefined, { ref: false });
}
