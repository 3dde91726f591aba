import { AppError } from "../errors/app-error.js";
import { Places, PlacesTaken } from "./places.js";

export interface GateLimits {
  /** How many may be inside at once, in all and of one key. */
  readonly atOnce: number;
  readonly atOncePerKey: number;
  /** How many may wait, in all and of one key. Whoever comes beyond is refused at once. */
  readonly waiting: number;
  readonly waitingPerKey: number;
  /** Whoever has waited for so long is refused. */
  readonly longestWaitMs: number;
  /** What is said to who is refused, in one sentence each: too many of one's own, and too many in all. */
  readonly words: { readonly ofKey: string; readonly inAll: string };
}

const retryAfterSeconds = 5;

/**
 * Lets a few in at once and keeps the others waiting in memory, where they cost no connection and no thread. Keys take turns: whoever sends
 * many waits behind their own, not before others. What is refused is `overloaded` (503), in words.
 */
export class FairGate {
  private readonly places: Places;

  constructor(private readonly limits: GateLimits) {
    const { atOnce, atOncePerKey, waiting, waitingPerKey } = limits;
    this.places = new Places({ size: atOnce, sizePerKey: atOncePerKey, maxWaiting: waiting, maxWaitingPerKey: waitingPerKey });
  }

  /** Runs `work` when it is its turn. Aborting `signal` gives a place in the queue up; work that has begun is not disturbed. */
  async run<Result>(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const leave = await this.enter(key, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** For work that no function encloses. Whoever is in calls what it returns; a second call does nothing. */
  async enter(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    return this.places.takeNow({ key }) ?? (await this.wait(key, signal));
  }

  private async wait(key: string, signal: AbortSignal | undefined): Promise<() => void> {
    const { longestWaitMs, words } = this.limits;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(refusal(words.inAll)), longestWaitMs);
    try {
      return await this.places.take({ key, signal: AbortSignal.any([patience.signal, ...(signal === undefined ? [] : [signal])]) });
    } catch (error) {
      throw error instanceof PlacesTaken ? refusal(error.by === "key" ? words.ofKey : words.inAll) : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function refusal(detail: string): AppError {
  return new AppError("overloaded", { detail, retryAfterSeconds });
}
