import type { Client } from "pg";
import { builtInDefinitions, findBackend } from "@mosaic/agent-backends/registry";
import type { RuntimeKind } from "@mosaic/contracts/onboarding";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { openRing } from "../modules/crypto/key-ring.js";
import { keyIdOf, SealError, sealKey, unseal, type SealKey } from "../modules/crypto/sealed-box.js";
import { softwareLook } from "../modules/containers/views/image-check.service.js";
import {
  agentFilesFinding,
  clockFinding,
  diskFinding,
  failing,
  isolationFinding,
  memoryLook,
  ok,
  settingsFinding,
  warning,
  type Look,
} from "../modules/health/host-findings.js";
import { readRuntimeKind, runtimes, type RuntimeDefinition } from "../modules/runtime-host/runtime-registry.js";
import { settingContext } from "../modules/settings/setting-context.js";
import type { Open, SettingRead } from "../modules/settings/setting-registry.js";
import type { ConfigurationError, Env } from "../platform/config/env.js";
import { assertFit } from "../platform/database/database-look.js";
import { explainDatabaseFault } from "../platform/database/database-words.js";
import { readMigrations } from "../platform/database/migrator.js";
import { withDatabase } from "./command.js";
import { readCanary, readSetting, settingFaults } from "./stored-settings.js";

export interface Finding extends Look {
  readonly check: string;
}

const slowMs = 200;

export interface DoctorOptions {
  readonly env: Env;
  readonly migrationsFolder: string;
  readonly createRuntime: (kind: RuntimeKind, instanceId: string) => AgentRuntime;
}

/** The only finding when there is no configuration to look at anything with. */
export function unconfigured({ message }: ConfigurationError): Finding[] {
  return [{ check: "Configuration", ...failing(message) }];
}

/** Looks at everything that Mosaic needs. Each check stands by itself: one that fails keeps no other from being made. */
export async function examine({ env, migrationsFolder, createRuntime }: DoctorOptions): Promise<Finding[]> {
  const url = env.DATABASE_URL.open();
  const findings: Finding[] = [
    { check: "Configuration", ...ok("DATABASE_URL and MOSAIC_SECRET_KEY are set, and all other settings can be read.") },
  ];
  const look = async (check: string, how: () => Promise<Look>): Promise<void> => {
    findings.push({ check, ...(await how().catch((error: unknown) => failing(wordsOf(error)))) });
  };
  await look("Database", async () => lookAtDatabase(url));
  await look("Migrations", async () => withDatabase(url, async (database) => lookAtMigrations(database, migrationsFolder)));
  await look("Secret key", async () => withDatabase(url, async (database) => lookAtKey(database, env)));
  await look("Settings", async () => withDatabase(url, async (database) => lookAtSettings(database, env)));
  await look("Clock", async () => withDatabase(url, lookAtClock));
  await look("Disk", async () => diskFinding(env.MOSAIC_STATE_DIR));
  findings.push(...(await lookAtRuntime(env, url, createRuntime)));
  return findings;
}

async function lookAtDatabase(url: string): Promise<Look> {
  const version = await assertFit(url);
  const ms = await withDatabase(url, async (database) => {
    const startedAt = performance.now();
    await database.query("SELECT 1");
    return performance.now() - startedAt;
  });
  return ms > slowMs
    ? warning(`Postgres ${version} answers in ${Math.round(ms)} ms. Bring it nearer to Mosaic.`)
    : ok(`Postgres ${version} answers in ${ms.toFixed(1)} ms.`);
}

async function isFilled(database: Client): Promise<boolean> {
  const { rows } = await database.query<{ name: string | null }>("SELECT to_regclass('system_config') AS name");
  return rows[0]?.name != null;
}

async function lookAtMigrations(database: Client, folder: string): Promise<Look> {
  const all = await readMigrations(folder);
  if (!(await isFilled(database))) {
    return warning("The database is empty. Mosaic fills it when it starts.");
  }
  const { rows } = await database.query<{ name: string; finished: boolean }>(
    "SELECT migration_name AS name, finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  const broken = rows.find(({ finished }) => !finished);
  if (broken !== undefined) {
    return failing(`The migration ${broken.name} did not finish. Restore the last backup, or ask for help with this name.`);
  }
  const known = new Set(all.map(({ name }) => name));
  const newer = rows.find(({ name }) => !known.has(name));
  if (newer !== undefined) {
    return failing(`The database was filled by a newer Mosaic (${newer.name}). Run that version.`);
  }
  const pending = all.length - rows.length;
  return pending > 0
    ? warning(`${pending} migrations are pending. Mosaic applies them when it starts.`)
    : ok(`All ${all.length} are applied.`);
}

const nothingSealed = warning("Nothing is sealed yet. Back the key up, apart from the database.");

async function lookAtKey(database: Client, env: Env): Promise<Look> {
  const own = sealKey(env.MOSAIC_SECRET_KEY.open());
  if (!(await isFilled(database))) {
    return nothingSealed;
  }
  const canary = await readCanary(database);
  if (canary === null) {
    return nothingSealed;
  }
  const ring = await readSetting(database, "crypto.key_ring");
  try {
    const keys = keysOf(ring, own);
    const fits = keys.some((key) => opens(key, canary));
    if (!fits) {
      return failing("MOSAIC_SECRET_KEY is not the key of this database. Start with the right one, or restore it from your backup.");
    }
  } catch (error) {
    if (error instanceof SealError) {
      return failing("A rotation between two other keys is under way. Set MOSAIC_SECRET_KEY to one of them.");
    }
    throw error;
  }
  return ring === null
    ? ok("It opens what is in the database.")
    : warning("A rotation was begun and not finished. Run mosaic rotate-key again.");
}

/** Throws `SealError` for a rotation between two other keys. */
function keysOf(ring: SettingRead<"crypto.key_ring">, own: SealKey): SealKey[] {
  return ring === null ? [own] : Object.values(openRing(ring, own));
}

async function lookAtSettings(database: Client, env: Env): Promise<Look> {
  if (!(await isFilled(database))) {
    return ok("Nothing is stored yet.");
  }
  const own = sealKey(env.MOSAIC_SECRET_KEY.open());
  // What is wrong with the ring or with the key is told by their own findings.
  const ring = await readSetting(database, "crypto.key_ring").catch(() => null);
  const keys = ring !== null && [ring.from, ring.to].includes(own.id) ? keysOf(ring, own) : [own];
  const open: Open = (sealed, context) => unseal(keys.find(({ id }) => id === keyIdOf(sealed)) ?? own, sealed, context);
  return settingsFinding(await settingFaults(database, open));
}

function opens(key: SealKey, canary: string): boolean {
  try {
    unseal(key, canary, settingContext("crypto.canary"));
    return true;
  } catch {
    return false;
  }
}

async function lookAtClock(database: Client): Promise<Look> {
  const before = Date.now();
  const { rows } = await database.query<{ ms: number }>("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms");
  return clockFinding(rows[0]?.ms ?? 0, (before + Date.now()) / 2);
}

async function lookAtRuntime(env: Env, url: string, createRuntime: DoctorOptions["createRuntime"]): Promise<Finding[]> {
  const facts = await withDatabase(url, async (database) => ((await isFilled(database)) ? readRuntimeFacts(database) : null)).catch(
    () => "unknown" as const,
  );
  const known = facts === "unknown" || facts === null ? noFacts : facts;
  const { chosen, instanceId, backends } = known;
  const { kind, fault } = readRuntimeKind(env.MOSAIC_RUNTIME ?? chosen);
  if (fault !== null) {
    return [{ check: "Runtime", ...failing(fault) }];
  }
  if (kind === null && facts === "unknown") {
    return [{ check: "Runtime", ...warning("It can't be looked at without the database, which says what it is.") }];
  }
  if (kind === null) {
    return [{ check: "Runtime", ...warning("None is chosen yet: the wizard in the web page asks for it.") }];
  }
  const definition = runtimes[kind];
  const refusal = definition.refusal(env);
  if (refusal !== null) {
    return [{ check: "Runtime", ...failing(refusal) }];
  }
  const runtime = createRuntime(kind, instanceId);
  try {
    const { isReachable, detail } = await runtime.check();
    return [
      { check: "Runtime", ...(isReachable ? ok(detail) : failing(detail)) },
      { check: "Isolation", ...isolationFinding(definition.isIsolated) },
      ...(backends.length === 0 ? [] : [{ check: "Memory per agent", ...memoryLook(definition.isIsolated, backends) }]),
      ...(isReachable ? [{ check: "Agents' files", ...agentFilesFinding(await runtime.diskSpace(), known.files) }] : []),
      ...(isReachable ? await Promise.all(backends.map(async (backend) => lookAtImage(runtime, definition, backend))) : []),
    ];
  } finally {
    await runtime.close();
  }
}

interface StoredBackend {
  readonly id: string;
  readonly label: string;
  readonly image: string;
  readonly memoryLimitBytes: number;
}

interface RuntimeFacts {
  readonly chosen: string | null;
  readonly instanceId: string;
  readonly backends: readonly StoredBackend[];
  /** Of agents: how many are near or above their limit. */
  readonly files: { readonly near: number; readonly above: number };
}

const noFacts: RuntimeFacts = { chosen: null, instanceId: "doctor", backends: [], files: { near: 0, above: 0 } };

/** Of kinds, those that agents are of, and the first: that is looked after before anybody has an agent. */
async function readRuntimeFacts(database: Client): Promise<RuntimeFacts> {
  const backends = await database.query<StoredBackend>(
    `SELECT id, label, image, memory_limit_bytes::float8 AS "memoryLimitBytes" FROM backends b
      WHERE id = $1 OR EXISTS (SELECT 1 FROM agents a WHERE a.backend_id = b.id) ORDER BY id`,
    [builtInDefinitions[0]?.id],
  );
  return {
    chosen: await readSetting(database, "runtime.kind"),
    instanceId: (await readSetting(database, "instance.id")) ?? "doctor",
    // A newer release may have left one that this release does not know.
    backends: backends.rows.filter(({ id }) => findBackend(id) !== null),
    files: await readSizes(database),
  };
}

/** Nothing on a database that has still to be migrated. */
async function readSizes(database: Client): Promise<RuntimeFacts["files"]> {
  const sql = `SELECT count(*) FILTER (WHERE c.state_bytes > b.state_limit_bytes * 0.8 AND c.state_bytes <= b.state_limit_bytes)::int AS near,
    count(*) FILTER (WHERE c.state_bytes > b.state_limit_bytes)::int AS above
    FROM agent_containers c JOIN agents a ON a.id = c.agent_id JOIN backends b ON b.id = a.backend_id`;
  const { rows } = await database.query<RuntimeFacts["files"]>(sql).catch(() => ({ rows: [] }));
  return rows[0] ?? noFacts.files;
}

async function lookAtImage(runtime: AgentRuntime, definition: RuntimeDefinition, backend: StoredBackend): Promise<Finding> {
  const { isHere, words } = await softwareLook(runtime, definition, backend);
  return { check: `Software of ${backend.label}`, ...(isHere ? ok(words) : warning(words)) };
}

function wordsOf(error: unknown): string {
  return explainDatabaseFault(error) ?? wordsOfOther(error);
}

function wordsOfOther(error: unknown): string {
  return error instanceof Error ? error.message : "It could not be looked at.";
}
