const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;
const leastFreeBytes = gibibyte;
const leastFreeShare = 0.05;

export interface DiskRoom {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** `5.2 GB`, or `310 MB` where that says more. */
export function sizeWords(bytes: number): string {
  return bytes >= gibibyte ? `${(bytes / gibibyte).toFixed(1)} GB` : `${Math.ceil(bytes / mebibyte)} MB`;
}

/** What has to stay free: the database and everybody's agents lie on it. */
export function leastFree({ totalBytes }: DiskRoom): number {
  return Math.max(leastFreeBytes, totalBytes * leastFreeShare);
}

/** `null` while there is enough. */
export function lowDiskWords(space: DiskRoom): string | null {
  const least = leastFree(space);
  return space.freeBytes >= least
    ? null
    : `Only ${sizeWords(space.freeBytes)} of ${sizeWords(space.totalBytes)} are free on the agents' disk. No agent is started below ${sizeWords(least)}: make room there, or ask an admin to.`;
}
