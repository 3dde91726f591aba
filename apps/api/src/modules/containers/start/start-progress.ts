import type { StageProgress, StartPace } from "@mosaic/contracts/agent";

export interface ProgressSink {
  /** Stores a stage; false when this start is not the one under way any more. */
  store(stage: StageProgress): Promise<boolean>;
  tell(stage: StageProgress): Promise<void>;
  isUnderWay(): Promise<boolean>;
  onStage(stage: StageProgress): void;
  onSuperseded(): void;
}

const checkMs = 500;

/**
 * Reports how far one start has come, in the background: a slow database does not slow the start down, and of many percents only the latest
 * is written. Also notices when the start was superseded: its agent was stopped or deleted.
 */
export class StartProgress {
  private last: StageProgress | null = null;
  private pending: StageProgress | null = null;
  private draining: Promise<void> = Promise.resolve();
  private isDraining = false;
  private pace: StartPace | null = null;
  private readonly check: NodeJS.Timeout;

  constructor(private readonly sink: ProgressSink) {
    this.check = setInterval(() => void this.lookForSuperseding(), checkMs);
  }

  /** Its turn has come: every stage from now on says since when, and what is usual. */
  begin(pace: StartPace): void {
    this.pace = pace;
  }

  set(told: StageProgress): void {
    const percent = told.percent === null ? null : Math.floor(told.percent);
    const next = { ...told, percent, ...(this.pace === null ? {} : { pace: this.pace }) };
    if (isSameStage(this.last, next)) {
      return;
    }
    this.last = next;
    this.sink.onStage(this.last);
    this.pending = this.last;
    if (!this.isDraining) {
      this.draining = this.drain();
    }
  }

  /** Nothing is written after it has resolved. */
  async end(): Promise<void> {
    clearInterval(this.check);
    this.pending = null;
    await this.draining;
  }

  private async drain(): Promise<void> {
    this.isDraining = true;
    while (this.pending !== null) {
      const stage = this.pending;
      this.pending = null;
      const isOurs = await this.sink.store(stage).catch(() => true);
      if (isOurs) {
        await this.sink.tell(stage);
      } else {
        this.sink.onSuperseded();
      }
    }
    this.isDraining = false;
  }

  private async lookForSuperseding(): Promise<void> {
    // While it waits for its turn the queue looks, for all of its starts at once.
    if (this.last?.stage === "queued") {
      return;
    }
    // A database that is away supersedes nothing.
    if (!(await this.sink.isUnderWay().catch(() => true))) {
      this.sink.onSuperseded();
    }
  }
}

function isSameStage(last: StageProgress | null, next: StageProgress): boolean {
  return last?.stage === next.stage && last.percent === next.percent && last.detail === next.detail && last.place === next.place;
}
