import type { ServerResponse } from "node:http";

export interface ReaderBounds {
  /** How often it is looked at. */
  readonly lookEveryMs: number;
  /** A reader for whom something has waited at each look of so long a time must have taken at least so much. */
  readonly windowMs: number;
  readonly leastBytes: number;
}

/** Few are answered at once: who takes a few bytes now and then would keep a place for days. */
const usual: ReaderBounds = { lookEveryMs: 5_000, windowMs: 60_000, leastBytes: 1024 * 1024 };

/**
 * Cuts off a reader that takes too little while data waits for it. One that has taken all that there is, is never slow. The returned function
 * ends it; it ends with the answer, too.
 */
export function cutOffSlowReader(response: ServerResponse, bounds: ReaderBounds = usual): () => void {
  const taken = (): number => response.socket?.bytesWritten ?? 0;
  let [bytes, lookedMs] = [taken(), 0];
  const timer = setInterval(() => {
    lookedMs += bounds.lookEveryMs;
    if (response.writableNeedDrain && lookedMs >= bounds.windowMs && taken() - bytes < bounds.leastBytes) {
      response.destroy();
    }
    if (!response.writableNeedDrain || lookedMs >= bounds.windowMs) {
      [bytes, lookedMs] = [taken(), 0];
    }
  }, bounds.lookEveryMs);
  const end = (): void => clearInterval(timer);
  response.once("close", end);
  if (response.destroyed) {
    end();
  }
  return end;
}
