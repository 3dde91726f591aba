import { randomUUID } from "node:crypto";
import { constants, type Dirent, type Stats } from "node:fs";
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
  /** May be left unread. Fails with `file_unreadable` if the file is another one by then, or can't be read. */
  content(): AsyncIterable<Buffer>;
}

export interface FolderLimits {
  /** Folders in folders. */
  readonly depth: number;
  /** Names that are looked at, of files or not. */
  readonly entries: number;
  /** Of all files that are shown, read or not. Nothing is looked at beyond. */
  readonly bytes: number;
}

/** What is looked through. */
export interface FolderRequest {
  /** Below the state, with `/`. */
  readonly path: string;
  readonly limits: FolderLimits;
  /** What is older, by the agent's clock, is passed by, and counts for its name alone. */
  readonly modifiedSince: Date;
  readonly signal: AbortSignal;
}

/** Is shown one file after the other. False: that was enough. */
export type TakeFile = (file: FoundFile) => Promise<boolean>;

const closed = ["EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"];

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

/**
 * Shows `take` one regular file after the other. Links, sockets and the like are passed by; so is a folder that is missing, or none. False if a limit was
 * reached, or a folder could not be looked into.
 */
export async function walkBelow(root: string, { path, limits, modifiedSince, signal }: FolderRequest, take: TakeFile): Promise<boolean> {
  signal.throwIfAborted();
  let folder = root;
  for (const part of partsOf(path)) {
    folder = join(folder, part);
    if ((await statOf(folder))?.isDirectory() !== true) return true;
  }
  const state = { left: { ...limits }, isAll: true };
  await walk(folder, "", { state, depth: limits.depth, modifiedSince, signal, take });
  return state.isAll;
}

interface Walk extends Pick<FolderRequest, "modifiedSince" | "signal"> {
  readonly state: { readonly left: { entries: number; bytes: number }; isAll: boolean };
  readonly depth: number;
  readonly take: TakeFile;
}

/** False: it ends here. */
async function walk(folder: string, prefix: string, { depth, ...all }: Walk): Promise<boolean> {
  const { state, modifiedSince, signal } = all;
  for await (const { name } of entriesOf(folder, state)) {
    signal.throwIfAborted();
    state.left.entries -= 1;
    if (state.left.entries < 0) return endEarly(state);
    const place = join(folder, name);
    const stat = await statOf(place);
    if (stat?.isDirectory() === true && depth > 0) {
      if (!(await walk(place, `${prefix}${name}/`, { ...all, depth: depth - 1 }))) return false;
    } else if (stat?.isFile() === true && stat.mtime >= modifiedSince) {
      state.left.bytes -= stat.size;
      if (state.left.bytes < 0) return endEarly(state);
      const content = (): AsyncGenerator<Buffer> => readRegular(place, stat, signal);
      if (!(await all.take({ path: prefix + name, sizeBytes: stat.size, modifiedAt: stat.mtime, content }))) return false;
    }
  }
  return true;
}

function endEarly(state: Walk["state"]): false {
  state.isAll = false;
  return false;
}

/** None of a folder that the agent has closed, or removed meanwhile. */
async function* entriesOf(folder: string, state: Walk["state"]): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch (error) {
    assertCode(error, "ENOENT", "ENOTDIR", ...closed);
    state.isAll &&= !isCode(error, ...closed);
  }
}

/** Of the file that was looked at, and of no other that has its name by now. */
async function* readRegular(place: string, seen: Stats, signal: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable("The file can't be read.", error);
  });
  try {
    const { dev, ino } = await handle.stat();
    if (dev !== seen.dev || ino !== seen.ino) throw unreadable("The file was replaced while Mosaic read it.");
    for await (const chunk of handle.createReadStream({ autoClose: false, end: seen.size - 1 })) {
      signal.throwIfAborted();
      yield chunk as Buffer;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof RuntimeError ? error : unreadable("The file can't be read.", error);
  } finally {
    await handle.close();
  }
}

function unreadable(detail: string, cause?: unknown): RuntimeError {
  return new RuntimeError("file_unreadable", detail, { cause });
}

/** `null` for what is gone, or closed to Mosaic. */
async function statOf(place: string): Promise<Stats | null> {
  return lstat(place).catch((error: unknown) => {
    assertCode(error, "ENOENT", "ENOTDIR", ...closed);
    return null;
  });
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function assertCode(error: unknown, ...codes: string[]): void {
  if (!isCode(error, ...codes)) throw error;
}
