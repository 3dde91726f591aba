import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";

const nanosecondsPerMs = 1_000_000;

/** `null` when the container is gone. One sample: the engine's usual answer takes a second to compare two. */
export async function readCpuTimeMs(engine: Engine, id: string): Promise<number | null> {
  try {
    const options = { stream: false as const, "one-shot": true as const };
    const usage = await engine.call((docker) => docker.getContainer(id).stats(options));
    const nanoseconds = usage.cpu_stats?.cpu_usage?.total_usage;
    return typeof nanoseconds === "number" ? nanoseconds / nanosecondsPerMs : null;
  } catch (error) {
    if (isStatus(error, 404, 409)) return null;
    throw error;
  }
}
