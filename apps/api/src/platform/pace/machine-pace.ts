import { availableParallelism, loadavg } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { paceOf } from "./pace-of.js";

const resolutionMs = 20;
const windowMs = 10_000;

/** How busy this machine is now, for limits of time that were measured on an idle one. */
@Injectable()
export class MachinePace implements OnApplicationShutdown {
  private readonly delay = monitorEventLoopDelay({ resolution: resolutionMs });
  private windowSinceMs = performance.now();
  private formerLoopDelayMs = 0;

  constructor() {
    this.delay.enable();
  }

  /** 1 on a machine with room; up to 6 on one without. */
  now(): number {
    return paceOf({ loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(), loopDelayMs: this.loopDelayMs() });
  }

  onApplicationShutdown(): void {
    this.delay.disable();
  }

  /** The worse of the last full window and the present one. */
  private loopDelayMs(): number {
    const presentMs = Math.max(0, (this.delay.percentile(90) || 0) / 1e6 - resolutionMs);
    const worseMs = Math.max(presentMs, this.formerLoopDelayMs);
    if (performance.now() - this.windowSinceMs > windowMs) {
      this.windowSinceMs = performance.now();
      this.formerLoopDelayMs = presentMs;
      this.delay.reset();
    }
    return worseMs;
  }
}
