// Loaded before Mosaic: at each message says how long its event loop was held up since the last one, in milliseconds.
import { monitorEventLoopDelay } from "node:perf_hooks";

const resolutionMs = 10;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();

// What answers the same message after this collects garbage, which is not to count.
const restartAfterMs = 500;

process.on("message", () => {
  const lateMs = (value) => Math.max(0, value / 1e6 - resolutionMs);
  process.send({ loop: { medianMs: lateMs(delay.percentile(50)), p99Ms: lateMs(delay.percentile(99)), worstMs: lateMs(delay.max) } });
  delay.disable();
  setTimeout(() => {
    delay.reset();
    delay.enable();
  }, restartAfterMs).unref();
});
