import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack, type Extract } from "tar-stream";
import { partsOf, type FolderRequest, type StateFile, type TakeFile } from "../state-files.js";
import type { Engine } from "./engine.js";
import { isStatus } from "./engine-errors.js";

/** Also with a slow engine and the largest file. */
const transferLimitMs = 120_000;

interface Place {
  readonly containerId: string;
  /** Where the state lies in the container. */
  readonly stateDir: string;
  readonly uid: number;
}

/**
 * The engine unpacks in the container's own file system, so whatever links an agent has made lead nowhere else. What stands in the way of a folder,
 * it replaces.
 */
export async function putIntoState(engine: Engine, { containerId, stateDir, uid }: Place, file: StateFile): Promise<void> {
  const owner = { uid, gid: uid, mtime: new Date() };
  const parts = partsOf(file.path);
  const tar = pack();
  const body = Readable.from(tar);
  const fill = async (): Promise<void> => {
    for (let depth = 1; depth < parts.length; depth += 1) {
      tar.entry({ ...owner, name: `${parts.slice(0, depth).join("/")}/`, type: "directory", mode: 0o700 });
    }
    const entry = tar.entry({ ...owner, name: parts.join("/"), type: "file", mode: 0o600, size: file.sizeBytes });
    await pipeline(file.content, entry);
    tar.finalize();
  };
  const put = engine.call(
    async (docker, abortSignal) => docker.getContainer(containerId).putArchive(body, { path: stateDir, abortSignal }),
    transferLimitMs,
  );
  await Promise.all([
    put.catch((error: unknown) => {
      tar.destroy();
      throw error;
    }),
    fill().catch((error: unknown) => {
      tar.destroy(error instanceof Error ? error : undefined);
      throw error;
    }),
  ]);
}

/** As `walkBelow`, of what the engine archives: links come as links, and are passed by. It archives old files, too; nobody waits for what is in them. */
export async function walkState(
  engine: Engine,
  { containerId, stateDir }: Place,
  request: FolderRequest,
  take: TakeFile,
): Promise<boolean> {
  const path = `${stateDir}/${partsOf(request.path).join("/")}`;
  const signal = AbortSignal.any([AbortSignal.timeout(transferLimitMs), request.signal]);
  request.signal.throwIfAborted();
  let archive: Readable;
  try {
    archive = await engine.open(async (docker, abortSignal) => docker.getContainer(containerId).getArchive({ path, abortSignal }), signal);
  } catch (error) {
    if (isStatus(error, 404)) return true;
    throw error;
  }
  const entries = extract();
  archive.on("error", (error) => entries.destroy(error));
  // Whoever reads the entries hears of it; what comes after that is nobody's.
  entries.on("error", () => undefined);
  const onAbort = (): void => void archive.destroy(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  signal.addEventListener("abort", onAbort, { once: true });
  archive.pipe(entries);
  try {
    return await walkEntries(entries, request, take);
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    archive.destroy();
  }
}

async function walkEntries(entries: Extract, { path, limits, modifiedSince, signal }: FolderRequest, take: TakeFile): Promise<boolean> {
  const top = `${partsOf(path).at(-1) ?? ""}/`;
  const { depth, ...left } = limits;
  for await (const entry of entries) {
    const { name, type, size, mtime } = entry.header;
    signal.throwIfAborted();
    left.entries -= 1;
    if (left.entries < 0) return false;
    const below = name.startsWith(top) ? name.slice(top.length) : "";
    const modifiedAt = mtime ?? new Date(0);
    if (type === "file" && modifiedAt >= modifiedSince && below !== "" && below.split("/").length <= depth + 1) {
      left.bytes -= size;
      if (left.bytes < 0) return false;
      const content = (): AsyncIterable<Buffer> => entry as AsyncIterable<Buffer>;
      if (!(await take({ path: below, sizeBytes: size, modifiedAt, content }))) return true;
    }
    entry.resume();
  }
  return true;
}
