/** When a gateway that does not answer counts as hung. One object, so that tests can lower it. */
export interface HangLimits {
  /** How often every running gateway is asked whether it is there. */
  readonly sweepEveryMs: number;
  /** How many are asked at once. */
  readonly sweepWidth: number;
  /** How often one is asked that has not answered, or that somebody waits for. */
  readonly askEveryMs: number;
  /** How long it has to answer one question. */
  readonly askTimeoutMs: number;
  /** Unanswered for so long, and at least so many times, one that stands still is hung. */
  readonly hungAfterMs: number;
  readonly hungAfterQuestions: number;
  /** A container that used this share of one processor since then is busy, not hung. */
  readonly busyShare: number;
  /** But nobody waits longer than this for a busy one: its event loop does not turn any more. */
  readonly busyPatienceMs: number;
}

export const HANG_LIMITS = Symbol("HANG_LIMITS");

/** A hung gateway is found and ended within 5 + 15 seconds and the little that its end takes: less than 30. */
export const hangLimits: HangLimits = {
  sweepEveryMs: 5_000,
  sweepWidth: 8,
  askEveryMs: 2_500,
  askTimeoutMs: 2_000,
  hungAfterMs: 15_000,
  hungAfterQuestions: 4,
  busyShare: 0.02,
  busyPatienceMs: 120_000,
};
