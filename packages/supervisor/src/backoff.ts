const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 5_000;

/** Delays that double up to 5 s, each spread over half its length, so that many containers don't ask at the same moment. */
export class Backoff {
  #delayMs = FIRST_DELAY_MS;

  reset(): void {
    this.#delayMs = FIRST_DELAY_MS;
  }

  next(): number {
    const current = this.#delayMs;
    this.#delayMs = Math.min(current * 2, MAX_DELAY_MS);
    return current / 2 + (Math.random() * current) / 2;
  }
}
