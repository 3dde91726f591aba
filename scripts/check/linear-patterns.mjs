// Fails on every pattern of the tree whose time can grow faster than the text that it meets: one such text would hold up everybody.
// Tests are left out: theirs meet only what we wrote.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { slowPatternsIn } from "../lib/slow-patterns.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const isTest = /(?:\.test\.[a-z]+$|(?:^|\/)(?:test|e2e|bench|stand-in)\/)/;

/** Their patterns are put together of words of ours that are known to be short, and were looked at. */
const mayBuild = new Set([
  "apps/api/src/modules/auth/bearer-token.ts",
  "apps/api/src/modules/llm-providers/dialect-finder.ts",
  "packages/testing/src/reverse-proxies.ts",
  "scripts/lib/configuration-docs.mjs",
]);

/** @returns {string[]} */
export function sourceFiles() {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.tsx", "*.mjs", "*.cjs"], {
    cwd: root,
    encoding: "utf8",
  });
  if (listed.status !== 0) throw new Error(`git can't list the files of the tree: ${listed.stderr}`);
  return listed.stdout.split("\n").filter((file) => file !== "" && !isTest.test(file));
}

if (import.meta.url === pathToFileURL(argv[1] ?? "").href) {
  const files = sourceFiles();
  const faults = files.flatMap((file) => slowPatternsIn(file, readFileSync(join(root, file), "utf8"), { mayBuild: mayBuild.has(file) }));
  for (const { file, line, pattern, why } of faults) console.error(`${file}:${line} ${pattern}\n  ${why}`);
  if (faults.length > 0) {
    console.error("Write them so that no text can be read in two ways, bound what repeats, or look for a word instead.");
    process.exitCode = 1;
  } else console.log(`${files.length} files, no pattern that could be slow`);
}
