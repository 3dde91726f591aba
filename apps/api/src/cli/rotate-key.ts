import type { Client } from "pg";
import { makeRing, openRing, type OpenRing, type StoredRing } from "../modules/crypto/key-ring.js";
import { seal, SealError, sealKey, unseal, type SealKey } from "../modules/crypto/sealed-box.js";
import { lockNumberSql } from "../platform/database/lock-sql.js";
import { settingContext } from "../modules/settings/setting-context.js";
import { auditCommand, CommandError, inTransaction, type Terminal } from "./command.js";
import { Followers } from "./followers.js";
import { readCanary, readSetting, removeSetting, storeSetting } from "./stored-settings.js";
import { droppedColumns, sealedColumns, type SealedColumn } from "./sealed-columns.js";

const batchSize = 200;

export interface RotationOptions {
  /** The key that Mosaic runs with. */
  readonly currentSecret: string;
  /** Not needed to go on with a rotation that was interrupted. */
  readonly newSecret: string | null;
  readonly terminal: Terminal;
  /** Called after each batch: a test stops there. */
  readonly onBatch?: () => Promise<void> | void;
}

/**
 * Seals everything in the database anew under another key, while Mosaic runs. Interrupted anywhere, it goes on when it is run again. Every
 * process first learns to open with the new key, then to seal with it; only then the stored values are sealed anew.
 */
export async function rotateKey(database: Client, options: RotationOptions): Promise<{ count: number }> {
  const { terminal } = options;
  const { rows } = await database.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(${lockNumberSql("'mosaic:rotate-key'")}) AS locked`,
  );
  if (rows[0]?.locked !== true) {
    throw new CommandError("Another rotation is running. Wait until it is over.");
  }
  const own = sealKey(options.currentSecret);
  let ring = await currentRing(database, own, options);
  const keys = openRing(ring, own);
  const followers = new Followers(database, terminal);
  if (ring.phase === "announced") {
    await followers.haveHeard(ring);
    ring = { ...ring, phase: "sealing" };
    await storeRing(database, ring);
  }
  await followers.haveHeard(ring);
  const count = await sealAnew(database, keys, options);
  await finish(database, ring, count);
  return { count };
}

/** The rotation that was begun, or a new one. */
async function currentRing(database: Client, own: SealKey, { currentSecret, newSecret, terminal }: RotationOptions): Promise<StoredRing> {
  const stored = await readSetting(database, "crypto.key_ring");
  if (stored === null) {
    await assertOwnKey(database, own);
    if (newSecret === null) {
      throw new CommandError("A new key is needed.");
    }
    if (sealKey(newSecret).id === own.id) {
      throw new CommandError("The new key is the present one. Make another: openssl rand -base64 48");
    }
    const ring = makeRing(currentSecret, newSecret);
    await storeRing(database, ring);
    return ring;
  }
  if (own.id !== stored.from && own.id !== stored.to) {
    throw new CommandError("A rotation between two other keys was begun. Run this with the key from before it, or with the new one.");
  }
  if (newSecret !== null && sealKey(newSecret).id !== stored.to) {
    throw new CommandError(
      "A rotation to another new key was begun and has to be finished first. Run this with that key, or without a new one.",
    );
  }
  terminal.note("Going on with the rotation that was begun before.");
  return stored;
}

async function assertOwnKey(database: Client, own: SealKey): Promise<void> {
  const canary = await readCanary(database);
  try {
    if (canary !== null) {
      unseal(own, canary, settingContext("crypto.canary"));
    }
  } catch (error) {
    if (error instanceof SealError) {
      throw new CommandError("MOSAIC_SECRET_KEY is not the key of this database. Nothing was changed.");
    }
    throw error;
  }
}

async function storeRing(database: Client, ring: StoredRing): Promise<void> {
  await inTransaction(database, async () => storeSetting(database, "crypto.key_ring", ring));
}

async function sealAnew(database: Client, keys: OpenRing, options: RotationOptions): Promise<number> {
  for (const { table, column } of droppedColumns) {
    await database.query(`DELETE FROM ${table} WHERE ${column} LIKE $1`, [`enc:${keys.from.id}:%`]);
  }
  let total = 0;
  for (const column of sealedColumns) {
    let found = 0;
    let pass: number;
    do {
      pass = await sealColumn(database, column, keys, options);
      found += pass;
    } while (pass > 0);
    total += found;
    options.terminal.note(`${column.table}: ${found} sealed anew.`);
  }
  return total;
}

interface SealedRow {
  readonly id: string;
  readonly value: string;
  readonly owner: string | null;
}

/** One pass over a column, in batches that each are all or nothing. */
async function sealColumn(database: Client, column: SealedColumn, keys: OpenRing, options: RotationOptions): Promise<number> {
  let after: string | null = null;
  let count = 0;
  for (;;) {
    const batch = await sealBatch(database, column, keys, after);
    count += batch.length;
    after = batch.at(-1)?.id ?? null;
    await options.onBatch?.();
    if (batch.length < batchSize) {
      return count;
    }
  }
}

async function sealBatch(
  database: Client,
  { table, id, column, rows: source, owner, context }: SealedColumn,
  { from, to }: OpenRing,
  after: string | null,
): Promise<SealedRow[]> {
  return inTransaction(database, async () => {
    const { rows } = await database.query<SealedRow>(
      `SELECT ${id}::text AS id, t.${column} AS value, ${owner} AS owner FROM ${source}
       WHERE t.${column} LIKE $1 ${after === null ? "" : `AND ${id} > $2`} ORDER BY ${id} LIMIT ${batchSize} FOR UPDATE OF t`,
      [`enc:${from.id}:%`, ...(after === null ? [] : [after])],
    );
    for (const row of rows) {
      const where = context(row.id, row.owner);
      await database.query(`UPDATE ${table} t SET ${column} = $1 WHERE ${id} = $2`, [
        seal(to, unseal(from, row.value, where), where),
        row.id,
      ]);
    }
    return rows;
  });
}

async function finish(database: Client, ring: StoredRing, count: number): Promise<void> {
  await inTransaction(database, async () => {
    for (const { rows: source, column, table } of sealedColumns) {
      const sealed = `t.${column} LIKE 'enc:%' AND t.${column} NOT LIKE 'enc:${ring.to}:%'`;
      const { rows } = await database.query(`SELECT 1 FROM ${source} WHERE ${sealed} LIMIT 1`);
      if (rows.length > 0) {
        throw new CommandError(`In ${table} something is still sealed with another key. Run this again.`);
      }
    }
    const at = new Date().toISOString();
    await removeSetting(database, "crypto.key_ring");
    await storeSetting(database, "crypto.last_rotation", { from: ring.from, to: ring.to, at });
    await auditCommand(database, { action: "key.rotate", details: { count } });
  });
}
