import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import type { Client } from "pg";
import { sealKey, unseal } from "../modules/crypto/sealed-box.js";
import { settingContext } from "../modules/settings/setting-context.js";
import { readArchive, verifyArchive, type Manifest } from "./archive.js";
import { appliedMigrations, imageFor, tablesInOrder } from "./backup.js";
import { auditCommand, CommandError, inTransaction, type Terminal } from "./command.js";
import { readCanary, readSetting } from "./stored-settings.js";

export interface RestoreOptions {
  readonly file: string;
  readonly secret: string;
  /** Made once the installation that is restored has a name and a runtime; `null`: nowhere to put states. */
  readonly openRuntime: (instanceId: string, kind: string | null) => AgentRuntime | null;
  readonly terminal: Terminal;
}

/**
 * Fills an empty, migrated database and the agents' states from a backup. Everything is checked first; the database is all or nothing, and states
 * that were made are removed again when something fails.
 */
export async function restore(database: Client, { file, secret, openRuntime, terminal }: RestoreOptions): Promise<void> {
  const manifest = await verifyArchive(file);
  terminal.note(`The backup of ${manifest.createdAt} is whole.`);
  await assertFits(database, manifest, secret);
  const done: { runtime: AgentRuntime; name: string }[] = [];
  let runtime: AgentRuntime | null = null;
  try {
    await inTransaction(database, async () => {
      await empty(database);
      await fill(database, file, terminal);
      await putToRest(database);
      await assertKey(database, secret);
      runtime = openRuntime((await readSetting(database, "instance.id")) ?? "", await readSetting(database, "runtime.kind"));
      await putStates(file, manifest, runtime, done, terminal);
      await auditCommand(database, { action: "backup.restore", details: { createdAt: manifest.createdAt, agents: done.length } });
    });
  } catch (error) {
    for (const { runtime: holder, name } of done) {
      await holder.removeState(name).catch(() => undefined);
    }
    throw error;
  } finally {
    await (runtime as AgentRuntime | null)?.close();
  }
  terminal.say("Restored. Start Mosaic: people sign in again, and agents wake with their memory.");
}

async function assertFits(database: Client, manifest: Manifest, secret: string): Promise<void> {
  if (sealKey(secret).id !== manifest.keyId) {
    throw new CommandError(
      "MOSAIC_SECRET_KEY is not the key of this backup. Set the key that Mosaic ran with when it was made. Nothing was changed.",
    );
  }
  const here = await appliedMigrations(database);
  if (here.join() !== manifest.migrations.join()) {
    const newest = manifest.migrations.at(-1) ?? "none";
    throw new CommandError(
      `The backup is of another version of Mosaic (its newest migration is ${newest}). Restore it with that version, then update.`,
    );
  }
  const { rows } = await database.query<{ count: number }>("SELECT count(*)::int AS count FROM users");
  if (rows[0]?.count !== 0) {
    throw new CommandError("This installation is in use. A backup is restored into an empty one only. Nothing was changed.");
  }
}

/** What the migrations and a first start have put there. */
async function empty(database: Client): Promise<void> {
  await database.query("LOCK TABLE users IN EXCLUSIVE MODE");
  await database.query("DELETE FROM backends");
  await database.query("DELETE FROM system_config");
}

async function fill(database: Client, file: string, terminal: Terminal): Promise<void> {
  const tables = new Set(await tablesInOrder(database));
  let rest = "";
  let current = "";
  await readArchive(file, async (name, content) => {
    const [kind, table = ""] = name.split("/");
    if (kind !== "database") {
      return;
    }
    if (!tables.has(table)) {
      throw new CommandError(`The backup has a table ${table} that this version does not know. Nothing was changed.`);
    }
    if (table !== current) {
      terminal.note(table);
      current = table;
      rest = "";
    }
    const lines = (rest + (await text(content))).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      await database.query(`INSERT INTO "${table}" SELECT * FROM jsonb_populate_record(NULL::"${table}", $1::jsonb)`, [line]);
    }
  });
}

/** Nothing of what the backup tells of runs here. Answers in flight are ended, with the text of their logs, by the first process that starts. */
async function putToRest(database: Client): Promise<void> {
  await database.query(
    `UPDATE agent_containers SET status = 'stopped', endpoint_host = NULL, endpoint_port = NULL, stage = NULL, generation = NULL,
       restart_pending_since = NULL, status_since = now()`,
  );
}

async function assertKey(database: Client, secret: string): Promise<void> {
  const canary = await readCanary(database);
  try {
    unseal(sealKey(secret), canary ?? "", settingContext("crypto.canary"));
  } catch {
    throw new CommandError("MOSAIC_SECRET_KEY does not open this backup. Nothing was changed.");
  }
}

async function putStates(
  file: string,
  manifest: Manifest,
  runtime: AgentRuntime | null,
  done: { runtime: AgentRuntime; name: string }[],
  terminal: Terminal,
): Promise<void> {
  if (manifest.states.length > 0 && runtime === null) {
    throw new CommandError(
      "The backup has the states of agents, and no runtime is there to put them. Set MOSAIC_RUNTIME. Nothing was changed.",
    );
  }
  const open = new Map<string, { pieces: PassThrough; ended: Promise<void> }>();
  const finish = async (): Promise<void> => {
    for (const [agentId, { pieces, ended }] of open) {
      pieces.end();
      await ended;
      open.delete(agentId);
    }
  };
  await readArchive(file, async (name, content) => {
    const [kind, agentId = ""] = name.split("/");
    if (kind !== "state" || runtime === null) {
      return;
    }
    if (!open.has(agentId)) {
      await finish();
      const state = manifest.states.find((candidate) => candidate.agentId === agentId);
      if (state === undefined) {
        throw new CommandError("The backup's list of contents does not fit. Nothing was changed.");
      }
      const pieces = new PassThrough();
      const owner = { name: state.name, agentId, image: imageFor(state.backend, state.image) };
      const ended = runtime.importState(owner, pieces).then(() => void done.push({ runtime, name: state.name }));
      ended.catch((error: unknown) => pieces.destroy(error instanceof Error ? error : new Error("the state could not be written")));
      open.set(agentId, { pieces, ended });
      terminal.note(`state of agent ${agentId}`);
    }
    const { pieces, ended } = open.get(agentId) ?? { pieces: new PassThrough(), ended: Promise.resolve() };
    for await (const chunk of content) {
      if (!pieces.write(chunk)) {
        await Promise.race([new Promise<void>((resolve) => pieces.once("drain", resolve)), ended]);
      }
    }
  });
  await finish();
}
