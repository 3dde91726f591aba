import type { TurnEvent } from "@mosaic/contracts/chat";

export interface NumberedEvent {
  /** From 1 on. */
  readonly number: number;
  readonly event: TurnEvent;
}

/** The events of one turn as they come, for any number of readers, each at a pace of its own: none holds up another or the turn itself. */
export class TurnFeed {
  private readonly pushed: TurnEvent[] = [];
  private readonly listeners = new Set<() => void>();
  private last: TurnEvent | null = null;
  private isOver = false;

  /** All but the last one, `done`. */
  get events(): readonly TurnEvent[] {
    return this.pushed;
  }

  push(event: TurnEvent): void {
    this.pushed.push(event);
    this.tell();
  }

  /** Nothing comes any more but `last`: `done`, or nothing if the answer is gone. Idempotent. */
  end(last: TurnEvent | null): void {
    if (!this.isOver) {
      this.isOver = true;
      this.last = last;
      this.tell();
    }
  }

  /** What comes after the event of number `after`, until the end or `signal`. A reader that comes after the end gets the last one alone. */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    let count = after;
    while (!signal.aborted) {
      const event = this.pushed[count];
      if (event !== undefined) {
        count += 1;
        yield { number: count, event };
      } else if (this.isOver) {
        yield* this.last === null ? [] : [{ number: count + 1, event: this.last }];
        return;
      } else {
        await this.changed(signal);
      }
    }
  }

  /** Calls `listener` on each change until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private async changed(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const proceed = (): void => {
        unsubscribe();
        signal.removeEventListener("abort", proceed);
        resolve();
      };
      const unsubscribe = this.subscribe(proceed);
      signal.addEventListener("abort", proceed, { once: true });
    });
  }

  private tell(): void {
    for (const listener of this.listeners) {
      listener();
    }
  }
}
