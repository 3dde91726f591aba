// Builds the pages once for each language and puts the exports together: the default language lies at the top of `out`, another one's pages in a
// folder of its own, and the files under `_next/static`, whose names are hashes of their content, once for all. So a page has its words in its
// HTML before any script runs, and loads no other language.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { languageTags } from "@mosaic/contracts/language";

const folder = fileURLToPath(new URL("..", import.meta.url));
const out = join(folder, "out");
const [first, ...others] = languageTags;

/** @param {string} language */
function build(language) {
  const { status } = spawnSync("next", ["build"], {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, MOSAIC_WEB_LANGUAGE: language, NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string} path */
const filesOf = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));

/**
 * Adds the export of another language to the first one's.
 *
 * @param {string} from
 * @param {string} language
 */
function merge(from, language) {
  for (const name of filesOf(from)) {
    const isAsset = name.startsWith(join("_next", "static"));
    const shared = join(out, name);
    const isSame = existsSync(shared) && readFileSync(shared).equals(readFileSync(join(from, name)));
    if (isSame) continue;
    if (isAsset && existsSync(shared)) throw new Error(`${name} has one name and two contents: browsers would keep the wrong one`);
    const to = isAsset ? shared : join(out, language, name);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(from, name), to);
  }
}

/**
 * Where nothing looks at it and the next build does not clear it away.
 *
 * @param {string} language
 */
const kept = (language) => join(folder, "node_modules", `.export-${language}`);

for (const language of others) {
  build(language);
  rmSync(kept(language), { recursive: true, force: true });
  renameSync(out, kept(language));
}
build(first);
for (const language of others) {
  merge(kept(language), language);
  rmSync(kept(language), { recursive: true });
}
