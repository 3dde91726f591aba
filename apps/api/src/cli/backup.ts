import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import type { AgentImage } from "@mosaic/runtime/workload-spec";
import type { Client } from "pg";
import { imageOf } from "../modules/containers/start/workload.js";
import { keyIdOf } from "../modules/crypto/sealed-box.js";
import { ArchiveWriter, type AgentState } from "./archive.js";
import { CommandError, inTransaction, type Terminal } from "./command.js";
import { readCanary } from "./stored-settings.js";

/** Signed-in browsers, sign-ins under way and counters: what nobody wants back. */
const leftOut = new Set(["_prisma_migrations", "sessions", "oidc_flows", "login_throttles", "api_processes", "boot_places"]);
const fetchRows = 500;

export interface BackupOptions {
  readonly file: string;
  /** `null`: no runtime is chosen, so there is no state. */
  readonly runtime: AgentRuntime | null;
  readonly terminal: Terminal;
}

/**
 * Writes the database, as it is at one moment, and the state of every agent into one new file. Secrets stay sealed in it: without the
 * secret key it opens nothing.
 */
export async function backup(database: Client, { file, runtime, terminal }: BackupOptions): Promise<void> {
  const writer = await ArchiveWriter.create(file);
  try {
    const rest = await inTransaction(
      database,
      async () => {
        const tables = await writeTables(database, writer, terminal);
        const states = await writeStates(database, writer, runtime, terminal);
        const migrations = await appliedMigrations(database);
        const canary = await canaryOf(database);
        return { tables, states, migrations, keyId: keyIdOf(canary) };
      },
      "ISOLATION LEVEL REPEATABLE READ READ ONLY",
    );
    await writer.finish({ format: "mosaic-backup-1", createdAt: new Date().toISOString(), ...rest });
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  terminal.say(`The backup is ${file}. It needs MOSAIC_SECRET_KEY to be of use, which is not in it: keep that key in another place.`);
}

export async function appliedMigrations(database: Client): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    "SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

async function canaryOf(database: Client): Promise<string> {
  const value = await readCanary(database);
  if (value === null) {
    throw new CommandError("There is nothing to back up yet: Mosaic has not been started on this database.");
  }
  return value;
}

/** Those that others refer to first. */
export async function tablesInOrder(database: Client): Promise<string[]> {
  const { rows: tables } = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  );
  const { rows: links } = await database.query<{ from: string; to: string }>(
    `SELECT DISTINCT conrelid::regclass::text AS from, confrelid::regclass::text AS to FROM pg_constraint
     WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid`,
  );
  const rest = new Set(tables.map(({ name }) => name));
  const ordered: string[] = [];
  while (rest.size > 0) {
    const ready = [...rest].filter((name) => links.every((link) => link.from !== name || !rest.has(link.to)));
    if (ready.length === 0) {
      throw new Error("the tables refer to each other in a circle");
    }
    for (const name of ready) {
      rest.delete(name);
      ordered.push(name);
    }
  }
  return ordered.filter((name) => !leftOut.has(name));
}

async function writeTables(database: Client, writer: ArchiveWriter, terminal: Terminal): Promise<{ name: string; rows: number }[]> {
  const written: { name: string; rows: number }[] = [];
  for (const name of await tablesInOrder(database)) {
    let rows = 0;
    await database.query(`DECLARE all_rows NO SCROLL CURSOR FOR SELECT to_jsonb(t)::text AS row FROM "${name}" t`);
    const lines = async function* (): AsyncGenerator<string> {
      for (;;) {
        const { rows: batch } = await database.query<{ row: string }>(`FETCH ${fetchRows} FROM all_rows`);
        rows += batch.length;
        if (batch.length === 0) {
          return;
        }
        yield batch.map(({ row }) => `${row}\n`).join("");
      }
    };
    await writer.addStream(`database/${name}`, lines());
    await database.query("CLOSE all_rows");
    written.push({ name, rows });
    terminal.note(`${name}: ${rows} rows`);
  }
  return written;
}

async function writeStates(
  database: Client,
  writer: ArchiveWriter,
  runtime: AgentRuntime | null,
  terminal: Terminal,
): Promise<AgentState[]> {
  if (runtime === null) {
    return [];
  }
  const { rows } = await database.query<{ agent_id: string; name: string; status: string; backend: string; image: string; agent: string }>(
    `SELECT c.agent_id::text, c.name, c.status, b.id AS backend, b.image, a.name AS agent
     FROM agent_containers c JOIN agents a ON a.id = c.agent_id JOIN backends b ON b.id = a.backend_id ORDER BY c.agent_id`,
  );
  const states: AgentState[] = [];
  for (const row of rows) {
    const owner = { name: row.name, agentId: row.agent_id, image: imageFor(row.backend, row.image) };
    const tar = await runtime.exportState(owner);
    if (tar !== null) {
      if (row.status !== "stopped") {
        terminal.note(
          `warning: an agent is ${row.status}, so what it writes just now may be half in the backup. Stop Mosaic first for one without doubt.`,
        );
      }
      await writer.addStream(`state/${row.agent_id}`, tar);
      states.push({ agentId: row.agent_id, name: row.name, backend: row.backend, image: row.image });
      terminal.note(`state of agent ${row.agent_id}`);
    }
  }
  return states;
}

export function imageFor(backend: string, image: string): AgentImage {
  return imageOf({ id: backend, image });
}
