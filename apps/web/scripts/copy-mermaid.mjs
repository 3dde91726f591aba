// Puts Mermaid beside the document that draws with it: what has no origin can't take part in the pages' own bundle.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const from = join(dirname(fileURLToPath(import.meta.resolve("mermaid"))));
const to = fileURLToPath(new URL("../public/frames/generated", import.meta.url));

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
for (const part of ["mermaid.esm.min.mjs", "chunks/mermaid.esm.min"]) {
  cpSync(join(from, part), join(to, part), { recursive: true, filter: (path) => !path.endsWith(".map") });
}
