/** What the other side of a stream has to take or send, so that nobody holds a place for hours with a byte now and then. */
export interface PaceLimits {
  /** On average over `windowMs`. */
  readonly bytesPerSecond: number;
  /** Of waiting for it. So long nobody is asked for anything, and then again from the beginning: what went quickly before excuses nothing. */
  readonly windowMs: number;
  readonly checkEveryMs: number;
}

/** Watches the pace of the other side of a stream. Only the time counts for which it is waited for: a slow database is not its fault. */
export class LeastPace {
  private bytes = 0;
  private waitedMs = 0;
  private waitsSinceMs: number | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(
    limits: PaceLimits,
    onTooSlow: () => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.timer = setInterval(() => {
      this.countWait();
      if (this.waitedMs <= limits.windowMs) {
        return;
      }
      if (this.bytes < (this.waitedMs / 1_000) * limits.bytesPerSecond) {
        this.end();
        onTooSlow();
      }
      [this.bytes, this.waitedMs] = [0, 0];
    }, limits.checkEveryMs);
  }

  /** From now on the other side is waited for. */
  wait(): void {
    this.waitsSinceMs ??= this.nowMs();
  }

  /** It has sent or taken so much. */
  moved(bytes: number): void {
    this.bytes += bytes;
    this.countWait();
    this.waitsSinceMs = null;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private countWait(): void {
    if (this.waitsSinceMs !== null) {
      const nowMs = this.nowMs();
      this.waitedMs += nowMs - this.waitsSinceMs;
      this.waitsSinceMs = nowMs;
    }
  }
}

/** What is between two pieces of an answer is its reader's time, and what is after the last one until `pace` ends. */
export async function* paced<T extends Buffer | string>(pieces: AsyncIterable<T>, pace: LeastPace): AsyncGenerator<T> {
  for await (const piece of pieces) {
    pace.wait();
    yield piece;
    pace.moved(Buffer.byteLength(piece));
  }
  pace.wait();
}
