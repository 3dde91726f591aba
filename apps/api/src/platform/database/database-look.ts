import type { Client } from "pg";
import { DatabaseUnfitError, fromConnection } from "./database-errors.js";
import { SerialClient } from "./serial-client.js";

const oldestVersion = 14;
/** Each is a chance that a pooler gives two of our connections the same one of Postgres. */
const poolingRounds = 5;

interface Facts {
  readonly version: string;
  readonly versionNumber: number;
  readonly encoding: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly schema: string | null;
  readonly mayCreate: boolean;
  readonly mayWrite: boolean;
}

const factsSql = `SELECT current_setting('server_version') AS "version", current_setting('server_version_num')::int AS "versionNumber",
  current_setting('server_encoding') AS "encoding", pg_is_in_recovery() AS "isStandby",
  current_setting('transaction_read_only') = 'on' AS "isReadOnly", current_schema() AS "schema",
  coalesce(has_schema_privilege(current_user, to_regnamespace('public')::oid, 'CREATE'), false) AS "mayCreate",
  coalesce(has_table_privilege(current_user, to_regclass('public.users')::oid, 'SELECT, INSERT, UPDATE, DELETE'), true) AS "mayWrite"`;

/** Connects for one purpose. What it throws can be explained by `explainDatabaseFault`. */
export async function connectTo(databaseUrl: string, applicationName: string): Promise<Client> {
  const client = new SerialClient({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000, application_name: applicationName });
  // A connection that breaks rejects the query that is under way; without a listener it would end the process as well.
  client.on("error", () => undefined);
  await client.connect().catch((error: unknown) => {
    throw fromConnection(error);
  });
  return client;
}

/** Looks at a database before it is used. Throws `DatabaseUnfitError` with everything that is wrong; tells the version of Postgres. */
export async function assertFit(databaseUrl: string): Promise<string> {
  const first = await connectTo(databaseUrl, "mosaic-look");
  try {
    if (await isPooledByTransaction(first, databaseUrl)) {
      throw new DatabaseUnfitError(
        "What answers at DATABASE_URL is a pooler in transaction mode (such as PgBouncer with pool_mode = transaction): locks and notices lose their meaning there. Set its pool_mode to session, or name Postgres itself.",
      );
    }
    const { rows } = await first.query<Facts>(factsSql);
    const [facts] = rows;
    const faults = facts === undefined ? ["The database did not tell what it is."] : faultsOf(facts);
    if (faults.length > 0) {
      throw new DatabaseUnfitError(faults.join("\n"));
    }
    return facts?.version ?? "";
  } finally {
    await first.end().catch(() => undefined);
  }
}

/** Everything that keeps Mosaic from using a database, in words. */
export function faultsOf(facts: Facts): string[] {
  const { version, versionNumber, encoding, isStandby, isReadOnly, schema, mayCreate, mayWrite } = facts;
  const faults: (string | false)[] = [
    versionNumber < oldestVersion * 10_000 && `Postgres ${version} is too old. Mosaic needs ${oldestVersion} or newer.`,
    encoding !== "UTF8" &&
      `The database is encoded in ${encoding}, which can't hold all letters. Make one in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    isStandby && "The database is a standby and read-only. Name the primary server in DATABASE_URL.",
    isReadOnly && !isStandby && "The database is read-only: default_transaction_read_only is on. Turn it off for this database and user.",
    schema !== "public" &&
      `Mosaic keeps its tables in the schema public, and this user's search_path leads to ${schema ?? "no schema"}. Make the schema, or put public first: ALTER ROLE … SET search_path = public.`,
    !mayCreate && "The user in DATABASE_URL may not create tables in the schema public: GRANT ALL ON SCHEMA public TO ….",
    !mayWrite && "The user in DATABASE_URL may not read and write Mosaic's tables: make it their owner, or give it all rights on them.",
  ];
  return faults.filter((fault) => fault !== false);
}

/**
 * Whether two connections that are open at once are ever the same session of Postgres, or one changes its session: then a pooler hands sessions
 * out by transaction. While the second one keeps a session for itself, the first must still have its own.
 */
async function isPooledByTransaction(first: Client, databaseUrl: string): Promise<boolean> {
  const second = await connectTo(databaseUrl, "mosaic-look");
  try {
    const own = await sessionOf(first);
    for (let round = 0; round < poolingRounds; round += 1) {
      await second.query("BEGIN");
      const other = await sessionOf(second);
      const isSame = other === own || (await sessionOf(first)) !== own;
      await second.query("COMMIT");
      if (isSame) {
        return true;
      }
    }
    return false;
  } catch (error) {
    if (error instanceof Error && /statement pooling/i.test(error.message)) {
      return true;
    }
    throw error;
  } finally {
    await second.end().catch(() => undefined);
  }
}

async function sessionOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}
