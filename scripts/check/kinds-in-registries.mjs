// Fails on a comparison with the word of a kind outside the registries: what is decided by a kind belongs into its definition, so that a new kind
// does not compile until everything is decided. Tests are left out: they name the kind that they are about.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtInBackendId } from "../../packages/contracts/dist/agent.js";
import { runtimeKind } from "../../packages/contracts/dist/onboarding.js";
import { providerKind } from "../../packages/contracts/dist/provider.js";
import { kindComparisonsIn } from "../lib/kind-comparisons.mjs";
import { sourceFiles } from "./linear-patterns.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const kinds = new Set([...runtimeKind.options, ...providerKind.options, ...builtInBackendId.options]);
const isRegistry = /(?:^|[/-])registry\.tsx?$/;

/** Servers for tests that speak protocols, which are called as the kinds are. */
const speaksProtocols = /^packages\/(?:demo-llm|testing)\//;

const files = sourceFiles().filter((file) => /^(?:apps|packages)\//.test(file) && !isRegistry.test(file) && !speaksProtocols.test(file));
const faults = files.flatMap((file) => kindComparisonsIn(file, readFileSync(join(root, file), "utf8"), kinds));
for (const { file, line, text } of faults) console.error(`${file}:${line} ${text}`);
if (faults.length > 0) {
  console.error("Move what is decided here into the definition of the kind, in its registry.");
  process.exitCode = 1;
} else console.log(`${files.length} files, no kind is compared outside the registries`);
