import type { HangLimits } from "./hang-limits.js";

/** What is known of a gateway that has not answered for a while. */
export interface Unanswered {
  readonly questions: number;
  readonly forMs: number;
  /** The last stretch of it, and the milliseconds of processor time that its container used in it; `null` where that is not known. */
  readonly stretchMs: number;
  readonly cpuMs: number | null;
}

/** `busy`: it works, so the next stretch of time is looked at for itself. */
export type HangVerdict = "too_early" | "busy" | "hung";

/**
 * Whether a gateway hangs. On an overloaded machine an event loop stands for seconds, and whoever ends the agent then makes everything worse:
 * one that still works is left alone for long. An engine that does not tell how much it works is no reason to end anything early either.
 */
export function hangVerdict({ questions, forMs, stretchMs, cpuMs }: Unanswered, limits: HangLimits): HangVerdict {
  if (questions < limits.hungAfterQuestions || stretchMs < limits.hungAfterMs) {
    return "too_early";
  }
  const standsStill = cpuMs !== null && cpuMs < stretchMs * limits.busyShare;
  return standsStill || forMs >= limits.busyPatienceMs ? "hung" : "busy";
}
