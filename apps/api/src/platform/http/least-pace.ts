/** What the other side of a stream has to take or send on average, so that nobody holds a place for hours with a byte now and then. */
export interface PaceLimits {
  readonly bytesPerSecond: number;
  /** So long nobody is asked for anything. */
  readonly graceMs: number;
  readonly checkEveryMs: number;
}

/** Watches the pace of the other side of a stream. Only the time counts for which it is waited for: a slow database is not its fault. */
export class LeastPace {
  private bytes = 0;
  private waitedMs = 0;
  private waitsSinceMs: number | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly limits: PaceLimits,
    onTooSlow: () => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.timer = setInterval(() => {
      if (this.isTooSlow) {
        this.end();
        onTooSlow();
      }
    }, limits.checkEveryMs);
  }

  get isTooSlow(): boolean {
    const waitedMs = this.waitedMs + (this.waitsSinceMs === null ? 0 : this.nowMs() - this.waitsSinceMs);
    return waitedMs > this.limits.graceMs && this.bytes < (waitedMs / 1_000) * this.limits.bytesPerSecond;
  }

  /** From now on the other side is waited for. */
  wait(): void {
    this.waitsSinceMs ??= this.nowMs();
  }

  /** It has sent or taken so much. */
  moved(bytes: number): void {
    this.bytes += bytes;
    this.waitedMs += this.waitsSinceMs === null ? 0 : this.nowMs() - this.waitsSinceMs;
    this.waitsSinceMs = null;
  }

  end(): void {
    clearInterval(this.timer);
  }
}
