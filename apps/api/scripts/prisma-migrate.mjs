// What `prisma migrate deploy` and `prisma migrate status` do, with Prisma's own schema engine, on the database at DATABASE_URL.
//   node scripts/prisma-migrate.mjs deploy   prints the names of the migrations that it applied, as JSON
//   node scripts/prisma-migrate.mjs status   prints the engine's diagnosis of the history, as JSON
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openSchemaEngine, prismaFolder } from "./schema-engine.mjs";

const databaseUrl = process.env.DATABASE_URL;
const command = process.argv[2];
if (databaseUrl === undefined || (command !== "deploy" && command !== "status")) {
  console.error("prisma-migrate.mjs needs DATABASE_URL, and runs only: deploy, status");
  process.exit(2);
}
const baseDir = join(prismaFolder, "migrations");
const migrationDirectories = readdirSync(baseDir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    path: name,
    migrationFile: { path: "migration.sql", content: { tag: "ok", value: readFileSync(join(baseDir, name, "migration.sql"), "utf8") } },
  }));
const migrationsList = {
  baseDir,
  lockfile: { path: "migration_lock.toml", content: readFileSync(join(baseDir, "migration_lock.toml"), "utf8") },
  migrationDirectories,
  shadowDbInitScript: "",
};
const filters = { externalTables: [], externalEnums: [] };
const engine = await openSchemaEngine(databaseUrl);
const result =
  command === "deploy"
    ? (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames
    : await engine.diagnoseMigrationHistory({ migrationsList, filters, optInToShadowDatabase: false });
console.log(JSON.stringify(result));
process.exit(0);
