export interface ThrottleState {
  readonly failures: number;
  readonly windowStartAt: Date;
  readonly blockedUntil: Date | null;
}

/** How many failures are free, and for how long the first block lasts; each further failure doubles it. */
export interface ThrottleRule {
  readonly freeFailures: number;
  readonly firstBlockMs: number;
  readonly longestBlockMs: number;
  readonly windowMs: number;
  /** What is said while it blocks, where it is not what was tried from here. */
  readonly words?: string;
}

/** One name from one address, or in one browser that its owner uses: what an owner who mistypes sees. */
export const accountAtAddressRule: ThrottleRule = { freeFailures: 5, firstBlockMs: 10_000, longestBlockMs: 900_000, windowMs: 3_600_000 };
/** All names from one address: what guessing many names meets. */
export const addressRule: ThrottleRule = { freeFailures: 30, firstBlockMs: 10_000, longestBlockMs: 900_000, windowMs: 3_600_000 };

/** One name from everywhere that it has never signed in from: what guessing one name from many addresses meets. */
export const accountRule: ThrottleRule = {
  freeFailures: 20,
  firstBlockMs: 10_000,
  longestBlockMs: 60_000,
  windowMs: 3_600_000,
  words:
    "Somebody has tried many passwords for this account. Sign in from a browser or a network that you have signed in from before, or wait.",
};
/** New accounts from one address, and guessing of invites. */
export const signUpRule: ThrottleRule = { freeFailures: 10, firstBlockMs: 60_000, longestBlockMs: 3_600_000, windowMs: 3_600_000 };
/** Refused answers of a sign-in server at one address: beyond it they fill no audit. It keeps nobody from signing in. */
export const singleSignOnRule: ThrottleRule = { freeFailures: 60, firstBlockMs: 10_000, longestBlockMs: 300_000, windowMs: 3_600_000 };

/** After it a count that blocks nothing is as good as none. */
export const longestWindowMs = 3_600_000;

/** Milliseconds still to wait; 0 = go on. */
export function remainingBlockMs(state: ThrottleState | null, now: Date): number {
  return Math.max(0, (state?.blockedUntil?.getTime() ?? 0) - now.getTime());
}

/** The state after one more failure. */
export function afterFailure(state: ThrottleState | null, rule: ThrottleRule, now: Date): ThrottleState {
  const isSameWindow = state !== null && now.getTime() - state.windowStartAt.getTime() < rule.windowMs;
  const failures = (isSameWindow ? state.failures : 0) + 1;
  const windowStartAt = isSameWindow ? state.windowStartAt : now;
  const excess = failures - rule.freeFailures;
  const blockMs = excess <= 0 ? 0 : Math.min(rule.longestBlockMs, rule.firstBlockMs * 2 ** Math.min(excess - 1, 20));
  return { failures, windowStartAt, blockedUntil: blockMs === 0 ? null : new Date(now.getTime() + blockMs) };
}
