// Fails on what could be written in two ways and is written in the other one. The linter decides where it has a rule (braces); this is the rest.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { otherDialectIn } from "../lib/dialect.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Holds what nothing may print, not even a debugger that reads every property of an object. */
const mustHide = new Set(["apps/api/src/platform/config/secret.ts"]);

const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx", "*.mjs"], {
  cwd: root,
  encoding: "utf8",
});
if (listed.status !== 0) throw new Error(`git can't list the files of the tree: ${listed.stderr}`);
const files = listed.stdout.split("\n").filter((file) => file !== "" && !mustHide.has(file));
const faults = files.flatMap((file) => otherDialectIn(file, readFileSync(join(root, file), "utf8")));
for (const { file, line, text } of faults) console.error(`${file}:${line} ${text}`);
if (faults.length > 0) {
  console.error("In TypeScript write `private` for `#`, and constants in camelCase; only a token of injection is UPPER_CASE.");
  process.exitCode = 1;
} else console.log(`${files.length} files in one dialect`);
