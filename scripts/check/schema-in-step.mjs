// Applies all migrations to a new database and fails when `schema.prisma` says something else than what came out.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "../../apps/api/dist/platform/database/migrator.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { Client } = createRequire(join(root, "apps/api/package.json"))("pg");

const serverUrl = process.env.TEST_DATABASE_URL;
if (serverUrl === undefined) {
  console.error("schema-in-step.mjs needs TEST_DATABASE_URL, an address that may create databases");
  process.exit(1);
}
const name = `schema_in_step_${randomBytes(6).toString("hex")}`;
const url = new URL(serverUrl);
url.pathname = `/${name}`;
const server = new Client({ connectionString: serverUrl });
await server.connect();
await server.query(`CREATE DATABASE ${name}`);
try {
  await migrate(url.href, join(root, "prisma/migrations"));
  const diff = spawnSync(process.execPath, [join(root, "apps/api/scripts/schema-diff.mjs")], {
    env: { ...process.env, DATABASE_URL: url.href },
    encoding: "utf8",
  });
  if (diff.status !== 0) {
    console.error("prisma/schema.prisma and prisma/migrations differ. A migration is missing:");
    console.error(diff.stdout, diff.stderr);
    process.exitCode = 1;
  }
} finally {
  await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await server.end();
}
