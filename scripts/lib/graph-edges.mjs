import { posix } from "node:path";

/** As the formatter leaves them: what is imported stands right behind. */
const imported = /(?:from |import |import\()"([^"\n]{1,300})"/g;

/**
 * From which folder of `base` to which other one the files import, as `from → to`.
 * @param {readonly { path: string, text: string }[]} files
 * @param {string} base such as `apps/web/features`
 * @param {Readonly<Record<string, string>>} aliases such as `@/` → `apps/web/`
 */
export function usedEdges(files, base, aliases = {}) {
  /** @type {Set<string>} */
  const edges = new Set();
  for (const { path, text } of files) {
    const from = folderIn(base, path);
    for (const match of from === undefined ? [] : text.matchAll(imported)) {
      const to = folderIn(base, target(path, match[1] ?? "", aliases));
      if (to !== undefined && to !== from) edges.add(`${from} → ${to}`);
    }
  }
  return edges;
}

/**
 * Edges that a graph lists and nothing uses.
 * @param {Readonly<Record<string, readonly string[]>>} graph
 * @param {ReadonlySet<string>} used
 */
export function unusedEdges(graph, used) {
  return Object.entries(graph).flatMap(([from, lower]) => lower.map((to) => `${from} → ${to}`).filter((edge) => !used.has(edge)));
}

/** @returns {string | undefined} */
function folderIn(/** @type {string} */ base, /** @type {string} */ path) {
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1).split("/", 1)[0] : undefined;
}

function target(/** @type {string} */ file, /** @type {string} */ name, /** @type {Readonly<Record<string, string>>} */ aliases) {
  const alias = Object.keys(aliases).find((prefix) => name.startsWith(prefix));
  return alias === undefined ? posix.join(posix.dirname(file), name) : (aliases[alias] ?? "") + name.slice(alias.length);
}
