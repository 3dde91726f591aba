import type { Clock } from "../../src/platform/clock/clock.js";

/** A clock that stands still until it is moved. */
export class StoppedClock implements Clock {
  #now = new Date();

  now(): Date {
    return this.#now;
  }

  move(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}
