import { statfs } from "node:fs/promises";
import type { DiskSpace } from "./agent-runtime.js";

/** `null` where there is no such folder. */
export async function spaceOf(folder: string): Promise<DiskSpace | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}

/** What `du -sk` printed, by path. A line that was cut off is none. */
export function readDu(text: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [, kibibytes, path] = /^(\d+)\s+(\/.*)$/.exec(line.trimEnd()) ?? [];
    if (kibibytes !== undefined && path !== undefined) sizes.set(path, Number(kibibytes) * 1024);
  }
  return sizes;
}

/** What `df -kP` printed of one folder. */
export function readDf(text: string): DiskSpace | null {
  const [, total, free] = /^\S+\s+(\d+)\s+\d+\s+(\d+)\s+\d+%\s+\//m.exec(text) ?? [];
  return total === undefined || free === undefined ? null : { totalBytes: Number(total) * 1024, freeBytes: Number(free) * 1024 };
}
