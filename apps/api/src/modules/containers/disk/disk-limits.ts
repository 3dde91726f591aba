import { sizeWords } from "@mosaic/contracts/disk-words";

/** For how long an agent above its limit may run to be cleaned up, and by how much it may grow within. */
export const cleanUpMs = 10 * 60_000;
const cleanUpGrowthBytes = 64 * 1024 ** 2;
/** From here on it is warned of. */
export const nearLimitShare = 0.8;

export interface Measurement {
  readonly bytes: number;
  /** The one before; `null`: this is the first. */
  readonly formerBytes: number | null;
  readonly limitBytes: number;
  readonly runningMs: number;
}

/**
 * Whether an agent has to be stopped for what it keeps. Whoever crosses the limit is. Whoever is started above it has ten minutes to make room,
 * since only a running agent can delete its files, and loses them by growing.
 */
export function mustStop({ bytes, formerBytes, limitBytes, runningMs }: Measurement): boolean {
  if (bytes <= limitBytes) {
    return false;
  }
  if (runningMs >= cleanUpMs) {
    return true;
  }
  return formerBytes !== null && (formerBytes <= limitBytes || bytes > formerBytes + cleanUpGrowthBytes);
}

export function aboveLimitWords({ bytes, limitBytes }: Pick<Measurement, "bytes" | "limitBytes">): string {
  return `It keeps ${sizeWords(bytes)} on the disk, and ${sizeWords(limitBytes)} are allowed, so it was stopped. Start it and let it delete files: it has ${cleanUpMs / 60_000} minutes to get below the limit. Or ask an admin to raise the limit under Admin → Backends.`;
}
