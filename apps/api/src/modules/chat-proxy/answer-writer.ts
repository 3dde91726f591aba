import { setTimeout as sleep } from "node:timers/promises";
import type { AnswerEnd } from "../conversations/conversations.types.js";
import type { TurnLimits } from "./turn-limits.js";

export interface AnswerStore {
  /** False when the answer is gone. */
  saveText(text: string): Promise<boolean>;
  finish(text: string, end: AnswerEnd): Promise<void>;
}

/** How long the end of an answer may take once Mosaic is stopping. */
const shutdownPatienceMs = 1_200;
const firstRetryMs = 200;
const maxRetryMs = 2_000;

/** Keeps an answer as it grows: at least every second, so that a crash costs no more than that. A database that is away does not hold up the stream. */
export class AnswerWriter {
  #text = "";
  #savedLength = 0;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isEnded = false;

  constructor(
    private readonly store: AnswerStore,
    private readonly limits: Pick<TurnLimits, "saveEveryMs" | "savePatienceMs">,
    private readonly onGone: () => void,
  ) {}

  get text(): string {
    return this.#text;
  }

  push(text: string): void {
    this.#text += text;
    this.#timer ??= setTimeout(() => {
      this.#saving = this.#save();
    }, this.limits.saveEveryMs);
  }

  /** Stores the end, and waits for a database that is away. False when it did not come back in time. */
  async finish(end: AnswerEnd, stopping: AbortSignal): Promise<boolean> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await Promise.race([this.#saving, untilPatienceEnds(stopping)]);
    const startedAtMs = performance.now();
    for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, maxRetryMs)) {
      try {
        await this.store.finish(this.#text, end);
        return true;
      } catch {
        const patienceMs = stopping.aborted ? shutdownPatienceMs : this.limits.savePatienceMs;
        if (performance.now() - startedAtMs + delayMs > patienceMs) {
          return false;
        }
        await sleep(delayMs, undefined, { signal: stopping.aborted ? undefined : stopping }).catch(() => undefined);
      }
    }
  }

  async #save(): Promise<void> {
    const length = this.#text.length;
    try {
      if (!(await this.store.saveText(this.#text))) {
        this.onGone();
      }
      this.#savedLength = length;
    } catch {
      // The next second tries again.
    }
    this.#timer = undefined;
    if (!this.#isEnded && this.#text.length > this.#savedLength) {
      this.push("");
    }
  }
}

async function untilPatienceEnds(stopping: AbortSignal): Promise<void> {
  await sleep(stopping.aborted ? shutdownPatienceMs / 2 : 10_000, undefined, { ref: false });
}
