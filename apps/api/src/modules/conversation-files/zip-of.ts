import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { ExportedFile } from "./export.service.js";
import { fileNameOf } from "./file-name.js";

/** A ZIP archive of files that are written one after the other, each when the reader has taken the one before. */
export function zipOf(files: AsyncIterable<ExportedFile>): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  fill(zip, output, files).then(
    () => zip.end(),
    (error: unknown) => output.destroy(error as Error),
  );
  return output;
}

async function fill(zip: ZipFile, output: Readable, files: AsyncIterable<ExportedFile>): Promise<void> {
  let number = 0;
  for await (const { title, pieces } of files) {
    number += 1;
    const content = Readable.from(pieces, { highWaterMark: 1 });
    // A reader that has left takes nothing any more, so the file would wait for ever.
    const leave = (): void => void content.destroy(new Error("the reader has left"));
    output.once("close", leave);
    zip.addReadStream(content, `${String(number).padStart(5, "0")}-${fileNameOf(title, "md")}`);
    await finished(content, { writable: false });
    output.off("close", leave);
  }
}
