import { BlobReader, ERR_ENCRYPTED, ZipReader, type FileEntry } from "@zip.js/zip.js/lib/zip-core-native.js";
import { WrongFile, type ImportText } from "@/features/data/import/import-text";

/** ChatGPT's: one, or several with a number, beside files that are about something else. */
const conversationsName = /(?:^|\/)conversations[^/]*\.json$/i;
const textName = /\.(?:json|jsonl|ndjson)$/i;

/**
 * The texts of an archive that may hold conversations, in the order of their names. They are unpacked as they are read. Throws `WrongFile` where there is
 * none, and for an archive that can't be opened.
 */
export const zipTexts = async (file: Blob, signal: AbortSignal): Promise<readonly ImportText[]> => {
  const reader = new ZipReader(new BlobReader(file), { useWebWorkers: false, filenameValidation: "tolerant" });
  const all = await reader.getEntries().catch(() => {
    throw new WrongFile("broken");
  });
  const entries = all.flatMap((entry) => (entry.directory ? [] : [entry])).filter(isText);
  const named = entries.filter(({ filename }) => conversationsName.test(filename));
  const wanted = (named.length > 0 ? named : entries).toSorted((a, b) => a.filename.localeCompare(b.filename, "en", { numeric: true }));
  if (wanted.length === 0) throw new WrongFile("zip");
  return wanted.map((entry) => ({ size: entry.uncompressedSize, chunks: () => unpacked(entry, signal) }));
};

/** Files of macOS beside each file have its name, too. */
const isText = ({ filename }: { readonly filename: string }): boolean =>
  textName.test(filename) && !/(?:^|\/)(?:\._|__MACOSX\/)/.test(filename);

async function* unpacked(entry: FileEntry, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const written = entry.getData(writable, { signal, checkSignature: true });
  const reader = readable.getReader();
  // What can't even begin ends the promise alone, and not the stream.
  written.catch(async () => reader.cancel().catch(() => undefined));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    await written;
  } catch (error) {
    signal.throwIfAborted();
    throw new WrongFile(isEncrypted(error) ? "locked" : "broken");
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

const isEncrypted = (error: unknown): boolean => error instanceof Error && error.message === ERR_ENCRYPTED;
