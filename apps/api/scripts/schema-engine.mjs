// Prisma's own schema engine in its wasm form, since the native one is a download.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";

export const prismaFolder = join(dirname(fileURLToPath(import.meta.url)), "../../../prisma");
export const schemaContent = readFileSync(join(prismaFolder, "schema.prisma"), "utf8");

/** The engine over the database at `databaseUrl`. */
export async function openSchemaEngine(databaseUrl) {
  const factory = new PrismaPg({ connectionString: databaseUrl });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => wholeScripts(readableCatalog(await connect()));
  const SchemaEngine = await loadEngine();
  return SchemaEngine.new({ datamodels: [["schema.prisma", schemaContent]] }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
}

/** The package's own entry imports the .wasm file as a module, which Node does not do without a flag. */
async function loadEngine() {
  const folder = dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm"));
  const glue = await import(pathToFileURL(join(folder, "schema_engine_bg.js")).href);
  const { instance } = await WebAssembly.instantiate(readFileSync(join(folder, "schema_engine_bg.wasm")), {
    "./schema_engine_bg.js": glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue.SchemaEngine;
}

const catalogChars =
  /\b((?:\w+\.)?(?:confdeltype|confupdtype|contype|typtype|provolatile|prokind|relkind|attidentity|attgenerated))\b(?=\s*(?:,|as\b|\n))/gi;

/** The adapter can't read the catalog's type `"char"`: it is read as text, and named a character again where the engine insists. */
function readableCatalog(adapter) {
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw({ ...query, sql: query.sql.replaceAll(catalogChars, "$1::text") });
    const columnTypes = result.columnTypes.map((type, index) =>
      result.columnNames[index] === "constraint_type" ? ColumnTypeEnum.Character : type,
    );
    return { ...result, columnTypes };
  };
  return adapter;
}

/** The adapter cuts a script at every semicolon, also at those inside a function's body. Postgres takes it as it is. */
function wholeScripts(adapter) {
  adapter.executeScript = async (script) => {
    await adapter.client.query(script);
  };
  return adapter;
}

globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };
