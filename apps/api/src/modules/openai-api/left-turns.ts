/** A client that lost its connection asks again after half a second, then after twice as long each time, up to 8 s (OpenAI's own); and it may be slow. */
const leftForMs = (retries: number): number => 2_000 + Math.min(500 * 2 ** Math.min(retries, 10), 8_000);

/** How long the same request after an answer that broke off gets that again: not every client heeds `x-should-retry`, and the agent has acted. Most wait two seconds, then four. */
const brokenForMs = 10_000;

/** A turn that a program reads. */
export interface ReadTurn {
  readonly answerId: string;
  readonly conversationId: string;
  /** Of the request that reads it. */
  readonly request: string;
  /** How often its client has asked again already. */
  readonly retries: number;
}

/** How a reader leaves. `over`: the turn has ended, or is to go on without them. */
export type Leaving = "left" | "over" | "broken_off";

interface LeftTurn {
  readonly conversationId: string;
  readonly request: string;
  readonly timer: NodeJS.Timeout;
  readonly stop: () => Promise<void>;
}

/** Turns whose program reads them, and those that it has left: they end, unless it comes back at once. */
export class LeftTurns {
  private readonly readers = new Map<string, number>();
  private readonly left = new Map<string, LeftTurn>();
  private readonly broken = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly afterMs = leftForMs,
    private readonly brokenMs = brokenForMs,
  ) {}

  /** Whether this request has a turn that it can come back to: one that its program has just left, or one that broke off a moment ago. */
  isAwaited(request: string): boolean {
    return this.broken.has(request) || [...this.left.values()].some((turn) => turn.request === request);
  }

  /** Whoever reads leaves by what it returns. */
  enter({ answerId, conversationId, request, retries }: ReadTurn, stop: () => Promise<void>): (how: Leaving) => void {
    clearTimeout(this.left.get(answerId)?.timer);
    this.left.delete(answerId);
    this.readers.set(answerId, (this.readers.get(answerId) ?? 0) + 1);
    return (how) => {
      const others = (this.readers.get(answerId) ?? 1) - 1;
      if (others > 0) {
        this.readers.set(answerId, others);
        return;
      }
      this.readers.delete(answerId);
      if (how === "broken_off") {
        this.breakOff(request);
      } else if (how === "left") {
        const timer = setTimeout(() => {
          this.left.delete(answerId);
          void stop().catch(() => undefined);
        }, this.afterMs(retries));
        this.left.set(answerId, { conversationId, request, timer, stop });
      }
    };
  }

  /** Somebody goes on in this conversation: what was left there ends now. */
  async endIn(conversationId: string): Promise<void> {
    for (const [answerId, turn] of [...this.left].filter(([, { conversationId: there }]) => there === conversationId)) {
      clearTimeout(turn.timer);
      this.left.delete(answerId);
      await turn.stop();
    }
  }

  private breakOff(request: string): void {
    // Whoever asks again and again is not kept from asking anew.
    if (this.broken.has(request)) {
      return;
    }
    const timer = setTimeout(() => this.broken.delete(request), this.brokenMs);
    timer.unref();
    this.broken.set(request, timer);
  }
}
