// Fails on a class with more than 8 public methods: it is several, and whoever needs one of them depends on all.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publicMethodsIn, sizeFaults } from "../lib/public-methods.mjs";
import { sourceFiles } from "./linear-patterns.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const limit = 8;

/** May only shrink: one that is lower than it says, or is needed no more, fails too. */
const exceptions = {
  "apps/api/src/modules/llm-providers/llm-providers.service.ts#LlmProvidersService": 11,
  "apps/api/src/platform/http/admission.ts#Admission": 10,
  // The port itself has them: what each driver does is in its helpers.
  "packages/runtime/src/docker/docker-runtime.ts#DockerRuntime": 22,
  "packages/runtime/src/process/process-runtime.ts#ProcessRuntime": 22,
  "packages/runtime/src/process/agent-records.ts#AgentRecords": 9,
};

const files = sourceFiles().filter((file) => /^(?:apps\/api|packages\/[^/]+)\/src\//.test(file));
const sizes = new Map(
  files.flatMap((file) =>
    publicMethodsIn(file, readFileSync(join(root, file), "utf8")).map(({ name, methods }) => [`${file}#${name}`, methods.length]),
  ),
);
const faults = sizeFaults(sizes, exceptions, limit);
for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error("Cut a class along its ideas, so that each caller depends on the one that it needs.");
  process.exitCode = 1;
} else console.log(`${sizes.size} classes with at most ${limit} public methods, ${Object.keys(exceptions).length} of them excepted`);
