import { isDatabaseUnavailable } from "../database/database-errors.js";
import type { Logger } from "../logging/logger.js";
import type { Shutdown } from "../shutdown/shutdown.js";

/** How long the end of the process waits for a run that does not heed its signal: all of Mosaic has 4 s to stop. */
export const lastRunMs = 1_500;

export interface Task {
  /** What its runs do, as the subject of a line of the log: "looking for idle agents". */
  readonly what: string;
  readonly everyMs: number;
  /** One run. It ends soon once `signal` has aborted. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  /** What an error says to be out of reach (`engine`), `null` for a fault. That the database is away is known without it. */
  readonly obstacleOf?: (error: unknown) => string | null;
}

/**
 * Runs one task again and again: never twice at once, and whatever becomes of one run, the next one comes. What is out of reach is told when
 * that begins and when it is over; any other fault is told each time. Nothing begins once Mosaic stops, which waits for the run in flight.
 */
export class Loop {
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private obstacle: string | null = null;

  constructor(
    private readonly task: Task,
    private readonly shutdown: Pick<Shutdown, "signal" | "waitFor">,
    private readonly logger: Pick<Logger, "log" | "warn" | "error">,
  ) {
    shutdown.signal.addEventListener("abort", () => this.stop(), { once: true });
  }

  /** The first run comes after `everyMs`. A tick during a run is left out. */
  start(): void {
    if (!this.shutdown.signal.aborted) {
      this.timer = setInterval(() => void (this.running ?? this.runNow()), this.task.everyMs).unref();
    }
  }

  /** Resolves after a run that began after this call; all who call during a run share the one that follows it. Never rejects. */
  async runNow(): Promise<void> {
    if (this.running === undefined) {
      return this.next ?? this.begin();
    }
    this.next ??= this.running.then(async () => {
      this.next = undefined;
      return this.begin();
    });
    return this.next;
  }

  /** One run for all calls within `delayMs`. */
  runSoon(delayMs: number): void {
    if (!this.shutdown.signal.aborted) {
      this.soon ??= setTimeout(() => {
        this.soon = undefined;
        void this.runNow();
      }, delayMs).unref();
    }
  }

  private async begin(): Promise<void> {
    // In a later step: who asks again from within the run finds it under way.
    this.running = Promise.resolve().then(async () => this.run());
    return this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.shutdown;
    try {
      if (!signal.aborted) {
        await this.task.run(signal);
        this.overcome();
      }
    } catch (error) {
      this.stumble(error);
    } finally {
      this.running = undefined;
    }
  }

  private stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.soon);
    if (this.running !== undefined) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, lastRunMs);
      this.shutdown.waitFor(Promise.race([this.running, late.promise]).finally(() => clearTimeout(timer)));
    }
  }

  private stumble(error: unknown): void {
    const obstacle = isDatabaseUnavailable(error) ? "database" : (this.task.obstacleOf?.(error) ?? null);
    if (this.shutdown.signal.aborted || (obstacle !== null && obstacle === this.obstacle)) {
      return;
    }
    this.obstacle = obstacle;
    if (obstacle === null) {
      this.logger.error(`${this.task.what} failed, and is tried again`, error);
    } else {
      this.logger.warn(`${this.task.what} has to wait: the ${obstacle} can't be reached`);
    }
  }

  private overcome(): void {
    if (this.obstacle !== null) {
      this.logger.log(`${this.task.what} goes on: the ${this.obstacle} can be reached again`);
      this.obstacle = null;
    }
  }
}
