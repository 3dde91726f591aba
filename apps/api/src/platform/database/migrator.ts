import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { fromConnecting } from "./database-errors.js";

/** The advisory lock that `prisma migrate deploy` takes (prisma-engines, `ADVISORY_LOCK` of the Postgres connector), so both exclude each other. */
const prismaMigrationLock = 72_707_369;

const createHistory = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedMigration {
  readonly migration_name: string;
  readonly checksum: string;
  readonly is_finished: boolean;
}

export class MigrationError extends Error {}

/** Reads `prisma/migrations`, oldest first. A checksum is the SHA-256 of the file, as Prisma counts it. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/**
 * What has still to be applied, in order. Refuses a history that is not ours to go on from: one that failed half-way, or a migration
 * that was changed after it had been applied. A migration that only the database knows is a newer release's and is left alone.
 */
export function pendingMigrations(all: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const unfinished = applied.find((row) => !row.is_finished);
  if (unfinished !== undefined) {
    throw new MigrationError(
      `The migration ${unfinished.migration_name} failed half-way. Repair it with \`prisma migrate resolve\`, or restore a backup.`,
    );
  }
  const byName = new Map(applied.map((row) => [row.migration_name, row.checksum]));
  for (const migration of all) {
    const checksum = byName.get(migration.name);
    if (checksum !== undefined && checksum !== migration.checksum) {
      throw new MigrationError(
        `The migration ${migration.name} differs from the one that was applied to this database. This is another version of Mosaic than the one that made it.`,
      );
    }
  }
  return all.filter((migration) => !byName.has(migration.name));
}

/**
 * Applies what is pending and tells the names. Idempotent, and safe with several processes at once: an advisory lock lets one work while
 * the others wait. Each migration and its row of history commit together, so a crash leaves no half of one. Needs none of Prisma's engines;
 * `prisma migrate deploy` reads and writes the same history.
 */
export async function migrate(databaseUrl: string, folder: string): Promise<string[]> {
  const all = await readMigrations(folder);
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect().catch((error: unknown) => {
    throw fromConnecting(error);
  });
  try {
    await client.query("SELECT pg_advisory_lock($1)", [prismaMigrationLock]);
    await client.query(createHistory);
    const history = await client.query<AppliedMigration>(
      `SELECT migration_name, checksum, finished_at IS NOT NULL AS is_finished FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
    );
    const pending = pendingMigrations(all, history.rows);
    for (const migration of pending) {
      await apply(client, migration);
    }
    return pending.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new MigrationError(`The migration ${migration.name} could not be applied; nothing of it was kept.`, { cause: error });
  }
}
