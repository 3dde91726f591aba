import type { TurnLimits } from "./turn-limits.js";

/** Watches over a gateway that may say nothing: tells once that it is slow, and aborts when it has been silent for too long. */
export class SilenceWatch {
  readonly #silent = new AbortController();
  readonly #slow: NodeJS.Timeout;
  readonly #silence: NodeJS.Timeout;

  constructor({ slowAfterMs, silenceMs }: Pick<TurnLimits, "slowAfterMs" | "silenceMs">, onSlow: () => void) {
    this.#slow = setTimeout(onSlow, slowAfterMs);
    this.#silence = setTimeout(() => this.#silent.abort(new Error("the gateway is silent")), silenceMs);
  }

  /** Aborts when the gateway was silent for too long. */
  get silent(): AbortSignal {
    return this.#silent.signal;
  }

  /** The gateway said something; `isText`: something of the answer. */
  heard(isText: boolean): void {
    this.#silence.refresh();
    if (isText) {
      clearTimeout(this.#slow);
    }
  }

  end(): void {
    clearTimeout(this.#slow);
    clearTimeout(this.#silence);
  }
}
