// Puts a brotli and a gzip file beside each text file of the export. The API sends them to browsers that take them; made here, they cost
// a server nothing and may be as small as they get.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const folder = fileURLToPath(new URL("../out", import.meta.url));
const textFile = /\.(?:css|html|m?js|json|svg|txt|webmanifest)$/;

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** What every visit loads is made as small as it gets; the rest, most of it grammars for code, takes a tenth of the time this way. */
const onDemandQuality = 9;

/** @type {readonly { ending: string, compress: (content: Buffer, isFirst: boolean) => Promise<Buffer> }[]} */
const encodings = [
  {
    ending: ".br",
    compress: (content, isFirst) =>
      brotli(content, {
        params: {
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_QUALITY]: isFirst ? constants.BROTLI_MAX_QUALITY : onDemandQuality,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        },
      }),
  },
  { ending: ".gz", compress: (content) => gzipped(content, { level: constants.Z_BEST_COMPRESSION }) },
];

/** @param {string} path */
async function compressFile(path) {
  const content = await readFile(path);
  const isFirst = path.endsWith(".html") || named.has(basename(path));
  for (const { ending, compress } of encodings) {
    const compressed = await compress(content, isFirst);
    // The head of an answer names the encoding: what saves less than that is sent as it is.
    if (compressed.length + 64 < content.length) await writeFile(path + ending, compressed);
  }
}

const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && textFile.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const pages = await Promise.all(paths.filter((path) => path.endsWith(".html")).map(async (path) => readFile(path, "utf8")));
/** Scripts and styles that a page itself names. */
const named = new Set(pages.flatMap((html) => [...html.matchAll(/\/_next\/static\/chunks\/([\w.~-]{1,100})/g)].map(([, name]) => name)));

const work = async () => {
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) await compressFile(path);
};
// As many at once as zlib has threads at most; a small machine has less to give.
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
