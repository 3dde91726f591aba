const firstMs = 5_000;
const longestMs = 600_000;
/** Who was left alone for this long is fine: the next attempt counts as the first again. */
const calmMs = 60_000;

/** How long to wait after the end of the `count`th attempt in a row to start an agent: 5 s, doubled each time, 10 minutes at most. */
export function retryDelayMs(count: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(count - 1, 20));
}

interface Attempt {
  readonly count: number;
  /** `null` while it is under way. */
  readonly endedAtMs: number | null;
}

/** When an agent may be started again. One that dies right after each start has to wait as long as one that does not start. */
export class StartAttempts {
  private readonly last = new Map<string, Attempt>();

  /** Whether it may be started now, by a clock that never goes back; then `end` has to be called when the start has ended, either way. */
  begin(agentId: string, nowMs: number): boolean {
    this.forgetCalm(nowMs);
    const last = this.last.get(agentId) ?? { count: 0, endedAtMs: -Infinity };
    if (last.endedAtMs === null || nowMs < last.endedAtMs + retryDelayMs(last.count)) {
      return false;
    }
    this.last.set(agentId, { count: last.count + 1, endedAtMs: null });
    return true;
  }

  end(agentId: string, nowMs: number): void {
    this.last.set(agentId, { count: this.last.get(agentId)?.count ?? 1, endedAtMs: nowMs });
  }

  private forgetCalm(nowMs: number): void {
    for (const [agentId, { count, endedAtMs }] of this.last) {
      if (endedAtMs !== null && nowMs > endedAtMs + retryDelayMs(count) + calmMs) {
        this.last.delete(agentId);
      }
    }
  }
}
