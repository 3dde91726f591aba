import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Language } from "@mosaic/contracts/language";
import { languageOfFile } from "./page-language.js";

/** How a file can be sent. The endings are those that the web app's build gives to what it compressed (`apps/web/scripts/compress.mjs`). */
const endings = { br: ".br", gzip: ".gz", identity: "" } as const;

export type Encoding = keyof typeof endings;

/** Of encodings that a browser takes equally gladly, the smaller one. */
export const preferredEncodings: readonly Encoding[] = ["br", "gzip"];

export interface EncodedFile {
  /** On the disk. */
  readonly path: string;
  readonly etag: string;
}

/** A file of the exported web app, as it is and as it was compressed when it was built. */
export interface WebFile {
  /** Under the folder, with `/` between its parts whatever the system. */
  readonly name: string;
  readonly encodings: ReadonlyMap<Encoding, EncodedFile>;
}

/** The files that the folder has now, hidden ones left out. A compressed file is a way to send another one and none of its own. */
export async function readWebFiles(folder: string): Promise<WebFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = new Set(entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)));
  const isCompressed = (path: string): boolean =>
    [endings.br, endings.gzip].some((ending) => path.endsWith(ending) && paths.has(path.slice(0, -ending.length)));
  const plain = [...paths].filter((path) => !isCompressed(path));
  const files = await Promise.all(
    plain.map(async (path): Promise<WebFile> => {
      const name = relative(folder, path).split(sep).join("/");
      const language = languageOfFile(name)?.language;
      const ways = (Object.keys(endings) as Encoding[]).filter((encoding) => paths.has(path + endings[encoding]));
      const encodings = await Promise.all(ways.map(async (encoding) => [encoding, await encodedFile(path, encoding, language)] as const));
      return { name, encodings: new Map(encodings) };
    }),
  );
  return files.filter(({ name }) => !/(^|\/)\./.test(name));
}

/** Its tag names the encoding and the language too: bytes of one are never taken for the other's when an answer goes on where it broke off. */
async function encodedFile(plainPath: string, encoding: Encoding, language: Language | undefined): Promise<EncodedFile> {
  const path = plainPath + endings[encoding];
  const { size, mtimeMs } = await stat(path);
  return {
    path,
    etag: `"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}-${language === undefined ? "" : `${language}-`}${encoding}"`,
  };
}
