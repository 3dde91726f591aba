// Fails on a notification of Postgres that is sent or heard by hand: only the table of channels keeps both ends to one name and one schema.
// Tests are left out: they may play somebody at the database.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { handWrittenNoticesIn } from "../lib/hand-written-notices.mjs";
import { sourceFiles } from "./linear-patterns.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const migrations = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.sql"], { cwd: root, encoding: "utf8" });
if (migrations.status !== 0) throw new Error(`git can't list the migrations: ${migrations.stderr}`);
const checker = "scripts/lib/hand-written-notices.mjs";
const files = [...sourceFiles(), ...migrations.stdout.split("\n")].filter((file) => file !== "" && file !== checker);
const faults = files.flatMap((file) => handWrittenNoticesIn(file, readFileSync(join(root, file), "utf8")));
for (const { file, line, text } of faults) console.error(`${file}:${line} ${text}`);
if (faults.length > 0) {
  console.error("Add the channel to apps/api/src/platform/notices/channels.ts, and use send and listen of notices.ts.");
  process.exitCode = 1;
} else console.log(`${files.length} files, every notice by its schema`);
