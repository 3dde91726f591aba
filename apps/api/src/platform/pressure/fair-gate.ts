import { AppError } from "../errors/app-error.js";

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

interface Waiter {
  enter(): void;
}

const retryAfterSeconds = 5;

/**
 * Lets a few in at once and keeps the others waiting in memory, where they cost no connection and no thread. Keys take turns: whoever sends
 * many waits behind their own, not before others. What is refused is `overloaded` (503), in words.
 */
export class FairGate {
  /** In the order of their turns: a key that has had one goes to the end. */
  readonly #waiting = new Map<string, Waiter[]>();
  readonly #inside = new Map<string, number>();
  #waitingCount = 0;
  #insideCount = 0;

  constructor(private readonly limits: GateLimits) {}

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
    if (this.#hasRoom(key)) {
      this.#enter(key);
    } else {
      await this.#wait(key, signal);
    }
    let isInside = true;
    return () => {
      if (isInside) {
        isInside = false;
        this.#leave(key);
      }
    };
  }

  #hasRoom(key: string): boolean {
    return this.#insideCount < this.limits.atOnce && (this.#inside.get(key) ?? 0) < this.limits.atOncePerKey;
  }

  #enter(key: string): void {
    this.#insideCount += 1;
    this.#inside.set(key, (this.#inside.get(key) ?? 0) + 1);
  }

  #leave(key: string): void {
    this.#insideCount -= 1;
    const left = (this.#inside.get(key) ?? 1) - 1;
    if (left === 0) {
      this.#inside.delete(key);
    } else {
      this.#inside.set(key, left);
    }
    this.#admit();
  }

  #admit(): void {
    for (const [key, waiters] of this.#waiting) {
      if (this.#insideCount >= this.limits.atOnce) {
        return;
      }
      const [first] = waiters;
      if (first !== undefined && this.#hasRoom(key)) {
        this.#enter(key);
        this.#forget(key, first);
        this.#toTheEnd(key);
        first.enter();
      }
    }
  }

  async #wait(key: string, signal: AbortSignal | undefined): Promise<void> {
    const waiters = this.#waiting.get(key) ?? [];
    if (waiters.length >= this.limits.waitingPerKey) {
      throw refusal(this.limits.words.ofKey);
    }
    if (this.#waitingCount >= this.limits.waiting) {
      throw refusal(this.limits.words.inAll);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { enter: resolve };
    waiters.push(waiter);
    this.#waiting.set(key, waiters);
    this.#waitingCount += 1;
    const giveUp = (reason: unknown): void => {
      this.#forget(key, waiter);
      reject(reason);
    };
    const left = (): void => giveUp(signal?.reason);
    const patience = setTimeout(() => giveUp(refusal(this.limits.words.inAll)), this.limits.longestWaitMs);
    signal?.addEventListener("abort", left, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(patience);
      signal?.removeEventListener("abort", left);
    }
  }

  #forget(key: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(key) ?? [];
    const index = waiters.indexOf(waiter);
    if (index === -1) {
      return;
    }
    waiters.splice(index, 1);
    this.#waitingCount -= 1;
    if (waiters.length === 0) {
      this.#waiting.delete(key);
    }
  }

  #toTheEnd(key: string): void {
    const waiters = this.#waiting.get(key);
    if (waiters !== undefined) {
      this.#waiting.delete(key);
      this.#waiting.set(key, waiters);
    }
  }
}

function refusal(detail: string): AppError {
  return new AppError("overloaded", { detail, retryAfterSeconds });
}
