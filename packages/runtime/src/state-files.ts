import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, opendir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { RuntimeError } from "./agent-runtime.js";

/** A file that is put into an agent's state. */
export interface StateFile {
  /** Below the state, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file that an agent has made. */
export interface FoundFile {
  /** Below the folder that was looked through. */
  readonly path: string;
  readonly sizeBytes: number;
  /** By the agent's clock. */
  readonly modifiedAt: Date;
  /** May be left unread. Fails if the file is another one by then. */
  content(): AsyncIterable<Buffer>;
}

export interface FolderLimits {
  /** Folders in folders. */
  readonly depth: number;
  /** Names that are looked at, of files or not. */
  readonly entries: number;
  /** Of all files together, read or not. Nothing is looked at beyond. */
  readonly bytes: number;
}

/** The parts of a path below a state. Throws `refused` for one that could lead out of it. */
export function partsOf(path: string): string[] {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === ".." || part.includes("\0"))) {
    throw new RuntimeError("refused", "This is no path in an agent's state.");
  }
  return parts;
}

/** Writes beside, then renames. No link on the way is followed. */
export async function writeBelow(root: string, { path, content }: StateFile): Promise<void> {
  const parts = partsOf(path);
  const name = parts.pop() ?? "";
  let folder = root;
  for (const part of parts) {
    folder = join(folder, part);
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => assertCode(error, "EEXIST"));
    if (!(await lstat(folder)).isDirectory()) {
      throw new RuntimeError("refused", `"${part}" in the agent's state is no folder. Rename or remove it, then try again.`);
    }
  }
  const draft = join(folder, `.mosaic-${randomUUID()}`);
  const handle = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    for await (const bytes of content) await handle.writeFile(bytes);
    await handle.close();
    await rename(draft, join(folder, name));
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw isCode(error, "EISDIR") ? new RuntimeError("refused", `"${name}" in the agent's state is a folder.`, { cause: error }) : error;
  }
}

/** Shows `take` one regular file after the other. Links, sockets and the like are passed by; so is a folder that is missing, or none. */
export async function walkBelow(root: string, path: string, limits: FolderLimits, take: (file: FoundFile) => Promise<void>): Promise<void> {
  let folder = root;
  for (const part of partsOf(path)) {
    folder = join(folder, part);
    if ((await statOf(folder))?.isDirectory() !== true) return;
  }
  await walk(folder, "", { left: { ...limits }, depth: limits.depth, take });
}

interface Walk {
  readonly left: { entries: number; bytes: number };
  readonly depth: number;
  readonly take: (file: FoundFile) => Promise<void>;
}

async function walk(folder: string, prefix: string, { left, depth, take }: Walk): Promise<void> {
  for await (const { name } of await opendir(folder)) {
    left.entries -= 1;
    if (left.entries < 0 || left.bytes <= 0) return;
    const place = join(folder, name);
    const stat = await statOf(place);
    if (stat?.isDirectory() === true && depth > 0) {
      await walk(place, `${prefix}${name}/`, { left, depth: depth - 1, take });
    } else if (stat?.isFile() === true) {
      left.bytes -= stat.size;
      if (left.bytes < 0) return;
      await take({ path: prefix + name, sizeBytes: stat.size, modifiedAt: stat.mtime, content: () => readRegular(place, stat) });
    }
  }
}

/** Of the file that was looked at, and of no other that has its name by now. */
async function* readRegular(place: string, seen: Stats): AsyncGenerator<Buffer> {
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { dev, ino } = await handle.stat();
    if (dev !== seen.dev || ino !== seen.ino) throw new RuntimeError("refused", "The file was exchanged while it was read.");
    for await (const chunk of handle.createReadStream({ autoClose: false, end: seen.size - 1 })) yield chunk as Buffer;
  } finally {
    await handle.close();
  }
}

async function statOf(place: string): Promise<Stats | null> {
  return lstat(place).catch((error: unknown) => {
    assertCode(error, "ENOENT", "ENOTDIR");
    return null;
  });
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function assertCode(error: unknown, ...codes: string[]): void {
  if (!isCode(error, ...codes)) throw error;
}
