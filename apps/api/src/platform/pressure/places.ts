/** As many places as may be taken at once, and callers that wait for one. Keys take turns; one key's callers come in the order in which they came. */
export interface PlacesLimits {
  readonly size: number;
  /** Of these, one key may hold so many. All, unless told. */
  readonly sizePerKey?: number;
  /** More than these are sent away, and of one key more than those. All that may wait, unless told. */
  readonly maxWaiting: number;
  readonly maxWaitingPerKey?: number;
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

/** Of each key, in the order of their turns: a key that has had one goes to the end. */
type Queue = Map<string, WaitingLine>;

/** Too many wait already, of this key or in all. */
export class PlacesTaken extends Error {
  constructor(readonly by: "key" | "all") {
    super("no place is free, and too many wait for one");
    this.name = "PlacesTaken";
  }
}

/** Bounds what runs at once: of a piece of work, or of what it holds (a place per kilobyte). */
export class Places {
  private free: number;
  private waitingNow = 0;
  private readonly takenOf = new Map<string, number>();
  private readonly urgent: Queue = new Map();
  private readonly patient: Queue = new Map();
  private readonly sizePerKey: number;

  constructor(private readonly limits: PlacesLimits) {
    this.free = limits.size;
    this.sizePerKey = Math.min(limits.sizePerKey ?? limits.size, limits.size);
  }

  get takenCount(): number {
    return this.limits.size - this.free;
  }

  get waitingCount(): number {
    return this.waitingNow;
  }

  /** Resolves with what gives the place back; calling that again does nothing. Rejects with `PlacesTaken`, or the signal's reason. */
  async take(wish: PlaceWish = {}): Promise<() => void> {
    wish.signal?.throwIfAborted();
    const leave = this.takeNow(wish);
    if (leave !== undefined) {
      return leave;
    }
    const { count = 1, key = "", isUrgent = false, signal } = wish;
    const wanted = Math.min(count, this.sizePerKey);
    await this.wait(isUrgent ? this.urgent : this.patient, key, wanted, signal);
    return this.leaver(key, wanted);
  }

  /** The same for whoever does not wait: `undefined` when it is not their turn. */
  takeNow({ count = 1, key = "", isUrgent = false }: PlaceWish = {}): (() => void) | undefined {
    const wanted = Math.min(count, this.sizePerKey);
    const hasPlace = wanted <= this.free && this.hasShare(key, wanted);
    const isBehindOwn = this.urgent.has(key) || (!isUrgent && this.patient.has(key));
    // Whoever only waits for what their own key holds stands in nobody's way but their own.
    if (!hasPlace || isBehindOwn || this.next() !== undefined) {
      return undefined;
    }
    this.enter(key, wanted);
    return this.leaver(key, wanted);
  }

  async run<T>(work: () => Promise<T>, wish?: PlaceWish): Promise<T> {
    const leave = await this.take(wish);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  private hasShare(key: string, count: number): boolean {
    return (this.takenOf.get(key) ?? 0) + count <= this.sizePerKey;
  }

  private enter(key: string, count: number): void {
    this.free -= count;
    this.takenOf.set(key, (this.takenOf.get(key) ?? 0) + count);
  }

  private leaver(key: string, count: number): () => void {
    let isTaken = true;
    return () => {
      if (isTaken) {
        isTaken = false;
        this.leave(key, count);
      }
    };
  }

  private leave(key: string, count: number): void {
    this.free += count;
    const left = (this.takenOf.get(key) ?? count) - count;
    if (left > 0) {
      this.takenOf.set(key, left);
    } else {
      this.takenOf.delete(key);
    }
    this.admitNext();
  }

  private async wait(queue: Queue, key: string, count: number, signal: AbortSignal | undefined): Promise<void> {
    const { maxWaiting, maxWaitingPerKey = maxWaiting } = this.limits;
    if ((this.urgent.get(key)?.size ?? 0) + (this.patient.get(key)?.size ?? 0) >= maxWaitingPerKey) {
      throw new PlacesTaken("key");
    }
    if (this.waitingNow >= maxWaiting) {
      throw new PlacesTaken("all");
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = new Waiting(count, resolve);
    const giveUp = (): void => {
      if (this.forget(queue, key, entry)) {
        reject(signal?.reason as Error);
        this.admitNext();
      }
    };
    const line = queue.get(key) ?? new WaitingLine();
    line.add(entry);
    queue.set(key, line);
    this.waitingNow++;
    signal?.addEventListener("abort", giveUp, { once: true });
    await promise.finally(() => signal?.removeEventListener("abort", giveUp));
  }

  /** False when it does not wait any more. Its key keeps its turn. */
  private forget(queue: Queue, key: string, entry: Waiting): boolean {
    const line = queue.get(key);
    if (line?.remove(entry) !== true) {
      return false;
    }
    this.waitingNow--;
    if (line.size === 0) {
      queue.delete(key);
    }
    return true;
  }

  /** Strictly in turn: who wants much is not overtaken for ever by those who want little. */
  private admitNext(): void {
    for (let next = this.next(); next !== undefined && next.entry.count <= this.free; next = this.next()) {
      const { queue, key, entry } = next;
      this.enter(key, entry.count);
      this.forget(queue, key, entry);
      const rest = queue.get(key);
      if (rest !== undefined) {
        queue.delete(key);
        queue.set(key, rest);
      }
      entry.admit();
    }
  }

  /** Whose turn it is, of the keys that do not hold their share already. */
  private next(): { queue: Queue; key: string; entry: Waiting } | undefined {
    for (const queue of [this.urgent, this.patient]) {
      for (const [key, { first: entry }] of queue) {
        const isBehindOwn = queue === this.patient && this.urgent.has(key);
        if (entry !== undefined && !isBehindOwn && this.hasShare(key, entry.count)) {
          return { queue, key, entry };
        }
      }
    }
    return undefined;
  }
}

class Waiting {
  before: Waiting | undefined;
  behind: Waiting | undefined;
  isInLine = false;

  constructor(
    readonly count: number,
    readonly admit: () => void,
  ) {}
}

/** Who waits of one key, linked: coming, having had a turn and giving up cost the same, however many wait. An array or a `Set` would be gone over. */
class WaitingLine {
  first: Waiting | undefined;
  size = 0;
  private last: Waiting | undefined;

  add(entry: Waiting): void {
    entry.before = this.last;
    entry.isInLine = true;
    if (this.last === undefined) {
      this.first = entry;
    } else {
      this.last.behind = entry;
    }
    this.last = entry;
    this.size++;
  }

  /** False when it is not in line any more. */
  remove(entry: Waiting): boolean {
    if (!entry.isInLine) {
      return false;
    }
    const { before, behind } = entry;
    [entry.isInLine, entry.before, entry.behind] = [false, undefined, undefined];
    if (before === undefined) {
      this.first = behind;
    } else {
      before.behind = behind;
    }
    if (behind === undefined) {
      this.last = before;
    } else {
      behind.before = before;
    }
    this.size--;
    return true;
  }
}
