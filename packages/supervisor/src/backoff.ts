const firstDelayMs = 200;
const maxDelayMs = 5_000;

/** Delays that double up to 5 s, each spread over half its length, so that many containers don't ask at the same moment. */
export class Backoff {
  private delayMs = firstDelayMs;

  reset(): void {
    this.delayMs = firstDelayMs;
  }

  next(): number {
    const current = this.delayMs;
    this.delayMs = Math.min(current * 2, maxDelayMs);
    return current / 2 + (Math.random() * current) / 2;
  }
}
