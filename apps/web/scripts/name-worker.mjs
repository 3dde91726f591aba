// Writes the name of this build into the service worker. A browser takes a worker for a new one when its bytes differ, and the name differs
// when anything that the pages load does.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../out", import.meta.url));
const path = join(folder, "service-worker.js");
const placeholder = 'const build = "unbuilt";';

const source = await readFile(path, "utf8");
if (!source.includes(placeholder)) throw new Error(`${path} has no place for the name of the build`);
const name = createHash("sha256");
for (const entry of (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".html")).toSorted()) {
  // Pages name their scripts and styles, and these have hashes in their names.
  name.update(entry).update(await readFile(join(folder, entry)));
}
name.update(source);
await writeFile(path, source.replace(placeholder, `const build = "${name.digest("hex").slice(0, 16)}";`));
