import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { extract, pack, type Pack } from "tar-stream";
import { z } from "zod";
import { CommandError } from "./command.js";

/** Long streams are cut into pieces of this size, so that nothing is ever held whole. */
const pieceBytes = 4 * 1024 * 1024;
const manifestName = "manifest.json";

export const agentState = z.strictObject({ agentId: z.uuid(), name: z.string(), backend: z.string(), image: z.string() });
export type AgentState = z.infer<typeof agentState>;

/** Stands last in the file, since it has the checksums of all before it. */
export const manifest = z.strictObject({
  format: z.literal("mosaic-backup-1"),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  /** Which secret key opens what is in it. The key itself is not in it. */
  keyId: z.string(),
  tables: z.array(z.strictObject({ name: z.string(), rows: z.int() })),
  states: z.array(agentState),
  /** SHA-256 of each entry. */
  entries: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifest>;

/** Writes a new file that only its owner may read. It has its name once it is whole. */
export class ArchiveWriter {
  private readonly pack: Pack = pack();
  private readonly checksums: Record<string, string> = {};
  private readonly written: Promise<void>;
  private readonly draft: string;

  private constructor(
    private readonly file: string,
    handle: FileHandle,
    draft: string,
  ) {
    this.draft = draft;
    this.written = this.write(handle);
    this.written.catch(() => undefined);
  }

  /** Throws `CommandError` if there is such a file: nothing is written over. */
  static async create(file: string): Promise<ArchiveWriter> {
    const draft = `${file}.part`;
    // One that is there may be somebody else's, who would read along.
    const handle = await createNew(draft);
    try {
      await (await createNew(file)).close();
    } catch (error) {
      await handle.close();
      await rm(draft, { force: true });
      throw error;
    }
    return new ArchiveWriter(file, handle, draft);
  }

  private async write(handle: FileHandle): Promise<void> {
    try {
      await pipeline(this.pack, createGzip(), createWriteStream(this.draft, { fd: handle.fd, autoClose: false }));
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async add(name: string, content: Buffer): Promise<void> {
    this.checksums[name] = createHash("sha256").update(content).digest("hex");
    await new Promise<void>((resolve, reject) => {
      this.pack.entry({ name, size: content.length, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** In numbered pieces `<folder>/000000`, … */
  async addStream(folder: string, content: AsyncIterable<Buffer | string>): Promise<void> {
    let parts: Buffer[] = [];
    let size = 0;
    let count = 0;
    const flush = async (): Promise<void> => {
      await this.add(`${folder}/${String(count).padStart(6, "0")}`, Buffer.concat(parts));
      count += 1;
      parts = [];
      size = 0;
    };
    for await (const chunk of content) {
      const bytes = Buffer.from(chunk);
      parts.push(bytes);
      size += bytes.length;
      if (size >= pieceBytes) {
        await flush();
      }
    }
    if (size > 0 || count === 0) {
      await flush();
    }
  }

  async finish(rest: Omit<Manifest, "entries">): Promise<void> {
    const entries = { ...this.checksums };
    await this.add(manifestName, Buffer.from(JSON.stringify({ ...rest, entries } satisfies Manifest)));
    this.pack.finalize();
    await this.written;
    await rename(this.draft, this.file);
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    this.pack.destroy();
    await this.written.catch(() => undefined);
    await rm(this.draft, { force: true });
    await rm(this.file, { force: true });
  }
}

async function createNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, "wx", 0o600);
  } catch (error) {
    throw new CommandError(
      error instanceof Error && "code" in error && error.code === "EEXIST"
        ? `${file} exists already. Choose another name, or delete it: nothing is written over.`
        : `${file} can't be written: ${error instanceof Error ? error.message : "unknown reason"}`,
    );
  }
}

/** Calls `onEntry` with each entry of a file, in order. */
export async function readArchive(file: string, onEntry: (name: string, content: AsyncIterable<Buffer>) => Promise<void>): Promise<void> {
  const reader = extract();
  const reading = pipeline(createReadStream(file), createGunzip(), reader);
  reading.catch(() => undefined);
  try {
    for await (const entry of reader) {
      await onEntry(entry.header.name, entry as AsyncIterable<Buffer>);
      entry.resume();
    }
    await reading;
  } catch (error) {
    reader.destroy();
    if (error instanceof CommandError) {
      throw error;
    }
    throw new CommandError(`${file} can't be read as a backup of Mosaic: it is damaged, cut off, or something else.`, { cause: error });
  }
}

/** Reads the whole file once and compares every checksum, before anything is touched. Throws `CommandError`. */
export async function verifyArchive(file: string): Promise<Manifest> {
  const found: Record<string, string> = {};
  let last: unknown;
  await readArchive(file, async (name, content) => {
    if (name === manifestName) {
      last = JSON.parse(await text(content));
      return;
    }
    const hash = createHash("sha256");
    for await (const chunk of content) {
      hash.update(chunk);
    }
    found[name] = hash.digest("hex");
  });
  const parsed = manifest.safeParse(last);
  if (!parsed.success) {
    throw new CommandError(`${file} is no whole backup of this kind of Mosaic: it has no list of contents.`);
  }
  const { entries } = parsed.data;
  const isSame =
    Object.keys(entries).length === Object.keys(found).length && Object.entries(entries).every(([name, sum]) => found[name] === sum);
  if (!isSame) {
    throw new CommandError(`${file} is damaged: its checksums don't fit. Nothing was changed. Use another backup.`);
  }
  return parsed.data;
}
