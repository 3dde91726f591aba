/** How long a deleted conversation can be brought back, and when it is removed, so that tests can lower them. */
export interface DeletionTimes {
  readonly undoMs: number;
  /** Longer than `undoMs`, since the clocks of two processes differ: what one may still bring back, no other removes. */
  readonly keptMs: number;
  /** Of an unlisted conversation, since its last message: nobody sees it who could delete it. */
  readonly unlistedKeptMs: number;
  readonly removeEveryMs: number;
}

export const DELETION_TIMES = Symbol("DELETION_TIMES");

const dayMs = 24 * 3_600_000;

export const deletionTimes: DeletionTimes = { undoMs: 120_000, keptMs: 180_000, unlistedKeptMs: 30 * dayMs, removeEveryMs: 60_000 };
