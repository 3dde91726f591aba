import type { Launch } from "@mosaic/contracts/agent-config";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

type Repair = Launch["repairs"][number];

const busyMs = 5_000;

/**
 * Carries out one repair, whole or not at all; tells how many rows its last statement changed. A database or a table that is not there is no
 * fault: there is nothing to repair. Must only be called while nothing else runs on this state.
 */
export async function repair(stateDir: string, { database: file, tables, statements }: Repair, now = Date.now()): Promise<number> {
  const path = join(stateDir, file);
  if (!existsSync(path)) return 0;
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path, { timeout: busyMs });
  try {
    if (!hasTables(database, tables)) return 0;
    database.exec("BEGIN IMMEDIATE");
    try {
      const changed = runAll(database, statements, now);
      database.exec("COMMIT");
      return changed;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  } finally {
    database.close();
  }
}

function runAll(database: DatabaseSync, statements: readonly string[], now: number): number {
  let changed = 0;
  for (const statement of statements) {
    const prepared = database.prepare(statement);
    prepared.setAllowUnknownNamedParameters(true);
    changed = Number(prepared.run({ now }).changes);
  }
  return changed;
}

function hasTables(database: DatabaseSync, tables: readonly string[]): boolean {
  const find = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  return tables.every((table) => find.get(table) !== undefined);
}

// Node says that its SQLite is experimental; the supervisor prints nothing but its own lines.
async function loadSqlite(): Promise<typeof import("node:sqlite")> {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return await import("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
