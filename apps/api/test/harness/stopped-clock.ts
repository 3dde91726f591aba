import type { Clock } from "../../src/platform/clock/clock.js";

/** A clock that stands still until it is moved. */
export class StoppedClock implements Clock {
  private time = new Date();

  now(): Date {
    return this.time;
  }

  move(ms: number): void {
    this.time = new Date(this.time.getTime() + ms);
  }
}
