// Compares databases and `schema.prisma` with Prisma's own schema engine.
//   node scripts/schema-diff.mjs        the SQL that takes the migrated database at DATABASE_URL to schema.prisma (exit 2 if there is any)
//   node scripts/schema-diff.mjs empty  the same from an empty schema (DATABASE_URL is only connected to)
import { openSchemaEngine, prismaFolder, schemaContent } from "./schema-engine.mjs";

const databaseUrl = process.env.DATABASE_URL;
if (databaseUrl === undefined) {
  console.error("schema-diff.mjs needs DATABASE_URL");
  process.exit(1);
}
const engine = await openSchemaEngine(databaseUrl);
const files = [{ path: "schema.prisma", content: schemaContent }];
const result = await engine.diff({
  from: process.argv[2] === "empty" ? { tag: "empty" } : { tag: "schemaDatasource", files, configDir: prismaFolder },
  to: { tag: "schemaDatamodel", files },
  script: true,
  exitCode: true,
  shadowDatabaseUrl: null,
  filters: { externalTables: ["public._prisma_migrations"], externalEnums: [] },
});
process.stdout.write(result.stdout ?? "");
process.exit(result.exitCode);
