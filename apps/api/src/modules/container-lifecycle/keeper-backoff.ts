const firstMs = 5_000;
const longestMs = 600_000;

/** How long to wait after the `count`th attempt in a row to start an agent: 5 s, doubled each time, 10 minutes at most. */
export function retryDelayMs(count: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(count - 1, 20));
}
