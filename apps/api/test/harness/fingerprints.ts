import type { TestDatabase } from "./test-database.js";

/** When somebody was seen last is no change of anything, nor is what is made ready to be found. */
const ofItself: Readonly<Record<string, string>> = {
  users: " - 'last_seen_at'",
  sessions: " - 'last_used_at' - 'idle_expires_at' - 'address'",
  conversations: " - 'indexed_title'",
  messages: " - 'is_indexed'",
};

/** Of everything that is not about who is looking or which process lives: each table with a fingerprint of its rows. */
export async function fingerprints(database: TestDatabase): Promise<Record<string, string>> {
  const tables = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('login_throttles', 'api_processes', '_prisma_migrations', 'audit_events') AND tablename NOT LIKE 'search%' ORDER BY 1",
  );
  const entries = tables.map(async ({ name }) => {
    const seen = ofItself[name] ?? "";
    // A container's row is made before its first start: at rest it says no more than none.
    const where = name === "agent_containers" ? "WHERE status <> 'stopped'" : "";
    const [row] = await database.query<{ hash: string }>(
      `SELECT md5(coalesce(string_agg(r, E'\\n' ORDER BY r), '')) AS hash FROM (SELECT (to_jsonb(t)${seen})::text AS r FROM "${name}" t ${where}) rows`,
    );
    return [name, row?.hash ?? ""] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
