import { createHash } from "node:crypto";
import { lstat, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { HostEnvironment } from "./child-environment.js";

/**
 * A folder for what must not reach the disk: the agent's configuration with its keys. In memory where the machine offers a place for that,
 * else beside the state. A place in which someone else could have put the folder before us is not used.
 */
export async function makeRunFolder(name: string, stateDir: string, environment: HostEnvironment): Promise<string> {
  const unique = createHash("sha256").update(stateDir).digest("hex").slice(0, 12);
  const uid = process.getuid?.() ?? 0;
  for (const memory of ["/dev/shm", environment["XDG_RUNTIME_DIR"]]) {
    if (!memory) continue;
    const parent = join(memory, `mosaic-${uid}-${unique}`);
    if (await isOurs(parent, uid)) return freshFolder(join(parent, name));
  }
  return freshFolder(join(stateDir, "run", name));
}

async function isOurs(folder: string, uid: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    const found = await lstat(folder);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

async function freshFolder(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
