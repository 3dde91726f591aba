import { createHash, randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { Client, Pool } from "pg";
import { migrate, readMigrations } from "../../src/platform/database/migrator.js";

export const migrationsFolder = fileURLToPath(new URL("../../../../prisma/migrations", import.meta.url));

/** Any number that nothing else locks: orders the processes that want to make the template. */
const templateLock = 418_231_001;

export interface TestDatabase {
  readonly url: string;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Idempotent. Throws out whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of its own, with all migrations: a copy of a template that the first process of a run makes. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = await ensureTemplate();
  return createDatabase(`TEMPLATE ${template}`);
}

export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase("TEMPLATE template0");
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `mosaic_test_${Date.now()}_${randomBytes(4).toString("hex")}`;
  await asSuperuser((client) => client.query(`CREATE DATABASE ${name} ${options}`));
  const url = urlOf(name);
  const pool = new Pool({ connectionString: url, max: 2 });
  pool.on("error", () => undefined);
  let dropping: Promise<void> | undefined;
  return {
    url,
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => (await pool.query<Row>(sql, [...values])).rows,
    drop: async () => {
      dropping ??= pool
        .end()
        .then(async () => asSuperuser(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))));
      await dropping;
    },
  };
}

/** Named after its migrations, so that a server that outlives the run never lends an outdated one. */
async function ensureTemplate(): Promise<string> {
  const migrations = await readMigrations(migrationsFolder);
  const fingerprint = createHash("sha256")
    .update(migrations.map((migration) => `${migration.name} ${migration.checksum}`).join("\n"))
    .digest("hex");
  const name = `mosaic_template_${fingerprint.slice(0, 16)}`;
  await asSuperuser(async (client) => {
    await client.query("SELECT pg_advisory_lock($1)", [templateLock]);
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (found.rows.length > 0) {
      return;
    }
    const draft = `${name}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft} TEMPLATE template0`);
    await migrate(urlOf(draft), migrationsFolder);
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  });
  return name;
}

function superuserUrl(): string {
  const url = process.env["TEST_DATABASE_URL"];
  if (url === undefined || url === "") {
    throw new Error("The API tests need TEST_DATABASE_URL: the address of a Postgres superuser.");
  }
  return url;
}

function urlOf(database: string): string {
  const url = new URL(superuserUrl());
  url.pathname = `/${database}`;
  return url.href;
}

async function asSuperuser<T>(run: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: superuserUrl() });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}
