import { access, readFile } from "node:fs/promises";
import { join } from "node:path";

const POLL_MS = 1_000;

interface LockEntry {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly link?: boolean;
}

/** The folders that an installation from this lockfile makes on this kind of machine. */
export function packagesToInstall(
  lock: { readonly packages?: Readonly<Record<string, LockEntry>> },
  platform: string,
  architecture: string,
): string[] {
  return Object.entries(lock.packages ?? {})
    .filter(([path, entry]) => path !== "" && !entry.dev && !entry.link && fits(entry.os, platform) && fits(entry.cpu, architecture))
    .map(([path]) => path);
}

function fits(list: readonly string[] | undefined, value: string): boolean {
  if (!list || list.length === 0) return true;
  if (list.includes(`!${value}`)) return false;
  return list.includes(value) || list.every((item) => item.startsWith("!"));
}

/** Counts what is there while npm works: npm itself tells nothing that could be shown. */
export async function trackInstalledPackages(
  folder: string,
  onCount: (count: { installed: number; total: number }) => void,
): Promise<{ stop(): Promise<void> }> {
  const lock = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8")) as Parameters<typeof packagesToInstall>[0];
  const pending = new Set(packagesToInstall(lock, process.platform, process.arch));
  const total = pending.size;
  let current = Promise.resolve();
  const count = async () => {
    const before = pending.size;
    await Promise.all([...pending].map((path) => forgetIfThere(join(folder, path, "package.json"), path, pending)));
    if (pending.size !== before) onCount({ installed: total - pending.size, total });
  };
  const timer = setInterval(() => {
    current = current.then(count);
  }, POLL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}

async function forgetIfThere(file: string, path: string, pending: Set<string>): Promise<void> {
  try {
    await access(file);
    pending.delete(path);
  } catch {
    // Not yet.
  }
}
