import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";

/**
 * A new folder for what must not reach the disk: the agent's configuration with its keys. In memory where the machine offers a place for that,
 * else beside the state. Its name can't be guessed, so nobody can have put it there before us.
 */
export async function makeRunFolder(name: string, agentRoot: string): Promise<string> {
  return mkdtemp(`/dev/shm/mosaic-${name}-`).catch(() => mkdtemp(join(agentRoot, "run-")));
}
