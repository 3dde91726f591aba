/** As many places as may be taken at once, and callers that wait for one in the order in which they came. */
export interface PlacesLimits {
  readonly size: number;
  /** More than these are sent away. */
  readonly maxWaiting: number;
}

export interface PlaceWish {
  /** How many places it takes, at most all. */
  readonly count?: number;
  /** Goes before all that are not: somebody waits for it. */
  readonly isUrgent?: boolean;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly count: number;
  readonly admit: () => void;
}

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
  readonly #urgent: Waiting[] = [];
  readonly #patient: Waiting[] = [];

  constructor(private readonly limits: PlacesLimits) {
    this.#free = limits.size;
  }

  get takenCount(): number {
    return this.limits.size - this.#free;
  }

  get waitingCount(): number {
    return this.#urgent.length + this.#patient.length;
  }

  /** Resolves with what gives the place back; calling that again does nothing. Rejects with `PlacesTaken`, or the signal's reason. */
  async take({ count = 1, isUrgent = false, signal }: PlaceWish = {}): Promise<() => void> {
    signal?.throwIfAborted();
    const wanted = Math.min(count, this.limits.size);
    if (this.waitingCount > 0 || wanted > this.#free) {
      await this.#wait(wanted, isUrgent ? this.#urgent : this.#patient, signal);
    } else {
      this.#free -= wanted;
    }
    let isTaken = true;
    return () => {
      if (isTaken) {
        isTaken = false;
        this.#free += wanted;
        this.#admitNext();
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

  async #wait(count: number, queue: Waiting[], signal: AbortSignal | undefined): Promise<void> {
    if (this.waitingCount >= this.limits.maxWaiting) {
      throw new PlacesTaken();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { count, admit: resolve };
    const giveUp = (): void => {
      const index = queue.indexOf(entry);
      if (index >= 0) {
        queue.splice(index, 1);
        reject(signal?.reason as Error);
        this.#admitNext();
      }
    };
    queue.push(entry);
    signal?.addEventListener("abort", giveUp, { once: true });
    await promise.finally(() => signal?.removeEventListener("abort", giveUp));
  }

  /** Strictly in order: who wants much is not overtaken for ever by those who want little. */
  #admitNext(): void {
    for (;;) {
      const queue = this.#urgent.length > 0 ? this.#urgent : this.#patient;
      const [next] = queue;
      if (next === undefined || next.count > this.#free) {
        return;
      }
      queue.shift();
      this.#free -= next.count;
      next.admit();
    }
  }
}
