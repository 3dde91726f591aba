/** As many places as may be taken at once, and callers that wait for one. Keys take turns; one key's callers come in the order in which they came. */
export interface PlacesLimits {
  readonly size: number;
  /** Of these, one key may hold so many. All, unless told. */
  readonly sizePerKey?: number;
  /** More than these are sent away. */
  readonly maxWaiting: number;
}

export interface PlaceWish {
  /** How many places it takes, at most all that its key may hold. */
  readonly count?: number;
  /** On whose behalf. Wishes without one belong together. */
  readonly key?: string;
  /** Goes before all that are not: somebody waits for it. */
  readonly isUrgent?: boolean;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly count: number;
  readonly admit: () => void;
}

/** Of each key, in the order of their turns: a key that has had one goes to the end. */
type Queue = Map<string, Waiting[]>;

/** Too many wait already. */
export class PlacesTaken extends Error {
  constructor() {
    super("no place is free, and too many wait for one");
    this.name = "PlacesTaken";
  }
}

/** Bounds what runs at once: of a piece of work, or of what it holds (a place per kilobyte). */
export class Places {
  #free: number;
  #waitingCount = 0;
  readonly #takenOf = new Map<string, number>();
  readonly #urgent: Queue = new Map();
  readonly #patient: Queue = new Map();
  readonly #sizePerKey: number;

  constructor(private readonly limits: PlacesLimits) {
    this.#free = limits.size;
    this.#sizePerKey = Math.min(limits.sizePerKey ?? limits.size, limits.size);
  }

  get takenCount(): number {
    return this.limits.size - this.#free;
  }

  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Resolves with what gives the place back; calling that again does nothing. Rejects with `PlacesTaken`, or the signal's reason. */
  async take({ count = 1, key = "", isUrgent = false, signal }: PlaceWish = {}): Promise<() => void> {
    signal?.throwIfAborted();
    const wanted = Math.min(count, this.#sizePerKey);
    const queue = isUrgent ? this.#urgent : this.#patient;
    // Whoever only waits for what their own key holds stands in nobody's way but their own.
    const isNext = !this.#urgent.has(key) && !queue.has(key) && this.#next() === undefined;
    if (isNext && wanted <= this.#free && this.#hasShare(key, wanted)) {
      this.#enter(key, wanted);
    } else {
      await this.#wait(queue, key, wanted, signal);
    }
    let isTaken = true;
    return () => {
      if (isTaken) {
        isTaken = false;
        this.#leave(key, wanted);
      }
    };
  }

  async run<T>(work: () => Promise<T>, wish?: PlaceWish): Promise<T> {
    const leave = await this.take(wish);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #hasShare(key: string, count: number): boolean {
    return (this.#takenOf.get(key) ?? 0) + count <= this.#sizePerKey;
  }

  #enter(key: string, count: number): void {
    this.#free -= count;
    this.#takenOf.set(key, (this.#takenOf.get(key) ?? 0) + count);
  }

  #leave(key: string, count: number): void {
    this.#free += count;
    const left = (this.#takenOf.get(key) ?? count) - count;
    if (left > 0) {
      this.#takenOf.set(key, left);
    } else {
      this.#takenOf.delete(key);
    }
    this.#admitNext();
  }

  async #wait(queue: Queue, key: string, count: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#waitingCount >= this.limits.maxWaiting) {
      throw new PlacesTaken();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { count, admit: resolve };
    const giveUp = (): void => {
      if (this.#forget(queue, key, entry)) {
        reject(signal?.reason as Error);
        this.#admitNext();
      }
    };
    queue.set(key, [...(queue.get(key) ?? []), entry]);
    this.#waitingCount++;
    signal?.addEventListener("abort", giveUp, { once: true });
    await promise.finally(() => signal?.removeEventListener("abort", giveUp));
  }

  /** False when it does not wait any more. Its key keeps its turn. */
  #forget(queue: Queue, key: string, entry: Waiting): boolean {
    const own = queue.get(key) ?? [];
    const others = own.filter((each) => each !== entry);
    if (others.length === own.length) {
      return false;
    }
    this.#waitingCount--;
    if (others.length > 0) {
      queue.set(key, others);
    } else {
      queue.delete(key);
    }
    return true;
  }

  /** Strictly in turn: who wants much is not overtaken for ever by those who want little. */
  #admitNext(): void {
    for (let next = this.#next(); next !== undefined && next.entry.count <= this.#free; next = this.#next()) {
      const { queue, key, entry } = next;
      this.#enter(key, entry.count);
      this.#forget(queue, key, entry);
      const rest = queue.get(key);
      if (rest !== undefined) {
        queue.delete(key);
        queue.set(key, rest);
      }
      entry.admit();
    }
  }

  /** Whose turn it is, of the keys that do not hold their share already. */
  #next(): { queue: Queue; key: string; entry: Waiting } | undefined {
    for (const queue of [this.#urgent, this.#patient]) {
      for (const [key, [entry]] of queue) {
        const isBehindOwn = queue === this.#patient && this.#urgent.has(key);
        if (entry !== undefined && !isBehindOwn && this.#hasShare(key, entry.count)) {
          return { queue, key, entry };
        }
      }
    }
    return undefined;
  }
}
