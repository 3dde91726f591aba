import { Client } from "pg";
import type { TestDatabase } from "./test-database.js";

/** Holds tables as a slow database does: whoever wants them waits, with the connection in hand, until the returned function is called. */
export async function lockTables(database: TestDatabase, tables: readonly string[]): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: database.url });
  // A test that fails drops its database with the lock in hand.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("BEGIN");
  await client.query(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE`);
  return async () => client.end();
}

/** How many connections wait for a lock now, with a query that says `text`. */
export async function waitingConnections(database: TestDatabase, text = ""): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%' || $1 || '%'",
    [text],
  );
  return row?.count ?? 0;
}
