import { setMaxListeners } from "node:events";
import { Injectable, type OnModuleDestroy } from "@nestjs/common";
import { Listeners } from "../http/listeners.js";

/** Tells everything that streams or waits to come to an end, before the connections are cut. */
@Injectable()
export class Shutdown implements OnModuleDestroy {
  private readonly controller = new AbortController();
  private readonly work = new Set<Promise<unknown>>();

  constructor(listeners: Listeners) {
    listeners.closing.addEventListener("abort", () => this.begin(), { once: true });
    setMaxListeners(0, this.controller.signal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Work that the end of the process waits for. It must be short once `signal` has aborted. */
  waitFor(work: Promise<unknown>): void {
    this.work.add(work);
    const forget = (): void => {
      this.work.delete(work);
    };
    work.then(forget, forget);
  }

  /** Idempotent. */
  begin(): void {
    if (!this.controller.signal.aborted) {
      this.controller.abort(new Error("Mosaic is stopping"));
    }
  }

  /** Resolves when the work that was under way has ended. */
  async finished(): Promise<void> {
    await Promise.allSettled(this.work);
  }

  /** The first of Nest's steps: the database's connections are closed in the last one. */
  async onModuleDestroy(): Promise<void> {
    this.begin();
    await this.finished();
  }
}
