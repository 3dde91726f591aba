// A mark in the agent's volume, by which Mosaic knows it again: a volume that is gone, emptied or another agent's has no mark, or another one.
import type { Launch, SupervisorStatus } from "@mosaic/contracts/agent-config";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const stateFile = ".mosaic-state";
const markPattern = /^[0-9a-f-]{36}$/;

/**
 * `isNew`: the mark was made just now. `isEmpty`: there is no memory beside it. A volume with memory and without a mark is older than the marks,
 * or somebody took the mark away. To be called before anything is written into the volume.
 */
export async function readStateMark(stateDir: string, memoryFile: Launch["memoryFile"]): Promise<NonNullable<SupervisorStatus["state"]>> {
  const path = join(stateDir, stateFile);
  const isEmpty =
    memoryFile === null ? (await readdir(stateDir)).every((name) => name === stateFile) : !existsSync(join(stateDir, memoryFile));
  const text = await readFile(path, "utf8").catch(() => "");
  if (markPattern.test(text.trim())) return { mark: text.trim(), isNew: false, isEmpty };
  const mark = randomUUID();
  const draft = `${path}.tmp`;
  await rm(draft, { force: true, recursive: true });
  await writeFile(draft, `${mark}\n`, { mode: 0o600, flag: "wx" });
  await rename(draft, path);
  return { mark, isNew: true, isEmpty };
}
