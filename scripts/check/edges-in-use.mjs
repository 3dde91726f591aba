// Fails on an edge of the dependency graphs that no import uses: what stays listed is what somebody is allowed to bring back unseen.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../dependency-cruiser.config.cjs";
import { unusedEdges, usedEdges } from "../lib/graph-edges.mjs";
import { sourceFiles } from "./linear-patterns.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const files = sourceFiles().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const { everywhere, featureGraph, moduleGraph } = config.graphs;
const used = usedEdges(files, "apps/api/src/modules");
const usedByFeatures = usedEdges(files, "apps/web/features", { "@/": "apps/web/" });
const known = new Set(Object.values(moduleGraph).flat());
const faults = [
  ...unusedEdges(moduleGraph, used).map((edge) => `module ${edge}`),
  ...unusedEdges(featureGraph, usedByFeatures).map((edge) => `feature ${edge}`),
  ...everywhere.filter((name) => known.has(name)).map((name) => `every module may use ${name}: it is not listed again`),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error("Nothing imports along these edges. Take them out of dependency-cruiser.config.cjs.");
  process.exitCode = 1;
} else console.log(`${used.size} edges between modules and ${usedByFeatures.size} between features, all of them listed and used`);
