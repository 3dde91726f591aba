import { createHash } from "node:crypto";
import { lstat, mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { HostEnvironment } from "./child-environment.js";

/**
 * A folder for what must not reach the disk: the agent's configuration with its keys. In memory where the machine offers a place for that,
 * else beside the state. A place in which someone else could have put the folder before us is not used.
 */
export async function makeRunFolder(name: string, stateDir: string, environment: HostEnvironment): Promise<string> {
  for (const parent of memoryFolders(stateDir, environment)) {
    if (await isOurs(parent)) return freshFolder(join(parent, name));
  }
  return freshFolder(join(stateDir, "run", name));
}

/** When no agent runs any more: leaves nothing outside the state. A folder that is still in use stays. */
export async function removeRunFolders(stateDir: string, environment: HostEnvironment): Promise<void> {
  for (const parent of memoryFolders(stateDir, environment)) await rmdir(parent).catch(() => undefined);
}

function memoryFolders(stateDir: string, environment: HostEnvironment): string[] {
  const unique = createHash("sha256").update(stateDir).digest("hex").slice(0, 12);
  const places = ["/dev/shm", environment["XDG_RUNTIME_DIR"]].filter((place): place is string => Boolean(place));
  return places.map((place) => join(place, `mosaic-${userId()}-${unique}`));
}

function userId(): number {
  return process.getuid?.() ?? 0;
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    const found = await lstat(folder);
    return found.isDirectory() && found.uid === userId() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

async function freshFolder(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
