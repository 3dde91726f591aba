/** How long a deleted conversation can be brought back, and when it is removed, so that tests can lower them. */
export interface DeletionTimes {
  readonly undoMs: number;
  /** Longer than `undoMs`, since the clocks of two processes differ: what one may still bring back, no other removes. */
  readonly keptMs: number;
  readonly removeEveryMs: number;
}

export const DELETION_TIMES = Symbol("DELETION_TIMES");

export const deletionTimes: DeletionTimes = { undoMs: 120_000, keptMs: 180_000, removeEveryMs: 60_000 };
