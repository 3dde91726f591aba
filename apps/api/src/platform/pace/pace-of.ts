/** What a machine shows of how busy it is. */
export interface MachineSigns {
  /** Processes that want to run, for each processor: above 1 some of them wait. */
  readonly loadPerCore: number;
  /** By how much this process's own timers come late. */
  readonly loopDelayMs: number;
}

const longest = 6;
/** A busy process is late by this much now and then, without anything being slow for it. */
const usualLoopDelayMs = 50;

/** By how much everything takes longer here than on a machine that has nothing else to do: from 1 to 6, by the worst of the signs. */
export function paceOf({ loadPerCore, loopDelayMs }: MachineSigns): number {
  const worst = Math.max(1, loadPerCore, loopDelayMs / usualLoopDelayMs);
  return Number.isFinite(worst) ? Math.min(longest, Math.round(worst * 10) / 10) : longest;
}
