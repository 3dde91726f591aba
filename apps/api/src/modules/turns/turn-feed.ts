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
  /** How many events there were when the turn was taken over. If a reader has more, a dead process sent them, and they do not count. */
  private resumedAfter = 0;
  private isOver = false;

  /** All but the last one, `done`. */
  get events(): readonly TurnEvent[] {
    return this.pushed;
  }

  push(event: TurnEvent): void {
    if (event.type === "resumed") {
      this.resumedAfter = this.pushed.length;
    }
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

  /**
   * What comes after the event of number `after`, until the end or `signal`. A reader that comes after the end gets the last one alone. Of a turn that
   * was taken over, a reader gets everything since, whatever it has.
   */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    let count = after;
    let knownResumption = 0;
    while (!signal.aborted) {
      if (this.resumedAfter > knownResumption) {
        knownResumption = this.resumedAfter;
        count = Math.min(count, knownResumption);
      }
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

  /** Whether an event of that number can have been told, by this process or by one that died. */
  canHaveTold(number: number): boolean {
    return number <= this.pushed.length || this.resumedAfter > 0;
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
