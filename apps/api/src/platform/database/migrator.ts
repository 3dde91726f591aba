import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { connectTo } from "./database-look.js";
import { fromConnection } from "./database-errors.js";
import { explainDatabaseFault } from "./database-words.js";

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
export async function migrate(databaseUrl: string, folder: string, waiting: MigrationWait = migrationWait): Promise<string[]> {
  const all = await readMigrations(folder);
  const client = await connectTo(databaseUrl, "mosaic-migrator");
  try {
    await takeMigrationLock(client, waiting);
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

export interface MigrationWait {
  readonly longestMs: number;
  readonly pollMs: number;
  /** Hears once that another process has the lock. */
  readonly onWaiting: (line: string) => void;
}

const migrationWait: MigrationWait = {
  longestMs: 600_000,
  pollMs: 500,
  onWaiting: (line) => void process.stderr.write(`${line}\n`),
};

/** Never waits without a word, and not for ever: whoever has the lock may hang, or be gone while a pooler keeps its session. */
async function takeMigrationLock(client: Client, { longestMs, pollMs, onWaiting }: MigrationWait): Promise<void> {
  const startedAtMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ isHeld: boolean }>(`SELECT pg_try_advisory_lock($1) AS "isHeld"`, [prismaMigrationLock]);
    if (rows[0]?.isHeld === true) {
      return;
    }
    if (performance.now() - startedAtMs >= longestMs) {
      const holder = await lockHolder(client);
      throw new MigrationError(
        `Another process has held the lock of migrations for more than ${Math.round(longestMs / 60_000)} minutes${holder}. End it, and start Mosaic again.`,
      );
    }
    if (attempt === 0) {
      onWaiting(`Another process brings this database up to date${await lockHolder(client)}. Waiting for it.`);
    }
    await sleep(pollMs);
  }
}

async function lockHolder(client: Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string | null }>(
    `SELECT l.pid, a.application_name AS name FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`,
    [prismaMigrationLock],
  );
  const [row] = rows;
  return row === undefined ? "" : ` (session ${row.pid} of Postgres${row.name === null || row.name === "" ? "" : `, ${row.name}`})`;
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
    await client.query("ROLLBACK").catch(() => undefined);
    const why = explainDatabaseFault(fromConnection(error)) ?? (error instanceof Error ? `Postgres said: ${error.message}` : "");
    throw new MigrationError(`The migration ${migration.name} could not be applied; nothing of it was kept. ${why}`, { cause: error });
  }
}
