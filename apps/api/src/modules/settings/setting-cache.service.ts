import type { Clock } from "../../platform/clock/clock.js";

/** Changes are told; this is for those that were missed without anybody noticing. */
const keptMs = 30_000;

/** What was last read of a setting. The promise is kept, not its value: a look that began before a change is dropped with it. */
export class SettingCache<T> {
  private readonly read: () => Promise<T>;
  private readonly clock: Clock;
  private kept: { readonly value: Promise<T>; readonly sinceMs: number } | undefined;

  constructor(clock: Clock, read: () => Promise<T>) {
    this.clock = clock;
    this.read = read;
  }

  async get(): Promise<T> {
    const nowMs = this.clock.now().getTime();
    if (this.kept !== undefined && Math.abs(nowMs - this.kept.sinceMs) < keptMs) {
      return this.kept.value;
    }
    const kept = { value: this.read(), sinceMs: nowMs };
    this.kept = kept;
    kept.value.catch(() => {
      if (this.kept === kept) {
        this.drop();
      }
    });
    return kept.value;
  }

  drop(): void {
    this.kept = undefined;
  }
}
