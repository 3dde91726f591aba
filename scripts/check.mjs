// All static checks, each by name and with its time: `pnpm check`. One that fails does not hide the others.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTestPostgres } from "./launch/test-postgres.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @type {readonly { name: string, command: readonly string[] }[]} */
const checks = [
  { name: "types", command: ["pnpm", "exec", "turbo", "run", "types", "--output-logs=errors-only"] },
  { name: "types of scripts", command: ["pnpm", "exec", "tsc", "-p", "scripts/tsconfig.json"] },
  { name: "lint", command: ["pnpm", "exec", "oxlint"] },
  { name: "format", command: ["pnpm", "exec", "oxfmt", "--check", "."] },
  {
    name: "dependency rules",
    command: ["pnpm", "exec", "depcruise", "--config", "dependency-cruiser.config.cjs", "apps/api/src", "apps/web", "packages"],
  },
  { name: "listed dependencies are used", command: ["node", "scripts/check/edges-in-use.mjs"] },
  { name: "dead code", command: ["pnpm", "exec", "knip"] },
  { name: "patterns take linear time", command: ["node", "scripts/check/linear-patterns.mjs"] },
  { name: "kinds are compared in registries only", command: ["node", "scripts/check/kinds-in-registries.mjs"] },
  { name: "words stand in the catalogue", command: ["node", "scripts/check/messages.mjs"] },
  { name: "other languages say what the API says", command: ["node", "scripts/check/said.mjs"] },
  { name: "one dialect", command: ["node", "scripts/check/one-dialect.mjs"] },
  { name: "classes are small", command: ["node", "scripts/check/small-classes.mjs"] },
  { name: "notices go one way", command: ["node", "scripts/check/one-way-for-notices.mjs"] },
  { name: "generated files", command: ["node", "scripts/generate.mjs", "--check"] },
  { name: "schema is valid", command: ["node", "apps/api/scripts/prisma.mjs", "validate"] },
  { name: "schema and migrations in step", command: ["node", "scripts/check/schema-in-step.mjs"] },
];

/** @returns {Promise<{ code: number, output: string }>} */
function run(/** @type {readonly string[]} */ [program = "", ...rest], /** @type {NodeJS.ProcessEnv} */ env) {
  return new Promise((resolve) => {
    const child = spawn(program, rest, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

const postgres = process.env.TEST_DATABASE_URL === undefined ? await startTestPostgres() : undefined;
const env = { ...process.env, TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? postgres?.url };
const failed = [];
for (const { name, command } of checks) {
  const startedAt = performance.now();
  const { code, output } = await run(command, env);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (code !== 0) {
    failed.push(name);
    console.log(output);
  }
}
await postgres?.stop();
if (failed.length > 0) {
  console.log(`Failed: ${failed.join(", ")}`);
  process.exit(1);
}
