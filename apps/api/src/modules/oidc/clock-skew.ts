/** As openid-client allows for the times of a token. */
export const clockToleranceSeconds = 30;

/** By how much a server's clock is ahead of ours (negative: behind), from the `Date` of its answer; `null` where it does not say. */
export function skewSecondsOf(headers: Headers, askedAtMs: number, answeredAtMs: number): number | null {
  const serverMs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(serverMs)) {
    return null;
  }
  // `Date` is in whole seconds and from some moment in between: within that, the clocks agree.
  const [earliest, latest] = [askedAtMs - 1_000, answeredAtMs];
  const differenceMs = serverMs > latest ? serverMs - latest : Math.min(0, serverMs - earliest);
  return Math.round(differenceMs / 1000);
}

export function isSkewed(seconds: number | null): seconds is number {
  return seconds !== null && Math.abs(seconds) > clockToleranceSeconds;
}

/** `600` → `10 minutes`. */
export function skewWords(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 120) return `${size} seconds`;
  return size < 7_200 ? `${Math.round(size / 60)} minutes` : `${Math.round(size / 3600)} hours`;
}
