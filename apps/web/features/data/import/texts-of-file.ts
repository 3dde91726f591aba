import type { ImportText } from "@/features/data/import/import-text";

const readAtOnce = 1024 * 1024;

/** Throws `WrongFile` for an archive without conversations. */
export const textsOf = async (file: Blob, signal: AbortSignal): Promise<readonly ImportText[]> => {
  const start = await file.slice(0, 2).text();
  if (start === "PK") return (await import("@/features/data/import/zip-texts")).zipTexts(file, signal);
  return [{ size: file.size, chunks: () => slices(file) }];
};

async function* slices(file: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < file.size; start += readAtOnce) {
    yield new Uint8Array(await file.slice(start, start + readAtOnce).arrayBuffer());
  }
}
