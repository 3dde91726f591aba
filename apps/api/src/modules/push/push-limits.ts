/** The times and sizes of pushes, so that tests can lower them. */
export interface PushLimits {
  /** How long a page in view has time to say that its owner sees the answer. */
  readonly graceMs: number;
  readonly lookEveryMs: number;
  /** Of one call to a push service. */
  readonly callMs: number;
  /** A process that has not told what became of a push by then is dead, and another one sends it. */
  readonly leaseMs: number;
  /** After the first failed attempt; each further one waits four times as long. */
  readonly retryMs: number;
  readonly mostAttempts: number;
  /** What is older is no news. */
  readonly staleMs: number;
}

export const PUSH_LIMITS = Symbol("PUSH_LIMITS");

export const pushLimits: PushLimits = {
  graceMs: 3_000,
  lookEveryMs: 5_000,
  callMs: 8_000,
  leaseMs: 60_000,
  retryMs: 15_000,
  mostAttempts: 4,
  staleMs: 30 * 60_000,
};

export const maxDevices = 10;
/** In a row, after which a device is forgotten. */
export const maxFailures = 50;
/** Calls under way of this process: in all, and pushes of one person. */
export const atOnce = 16;
export const atOncePerUser = 2;
