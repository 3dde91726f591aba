import type { TestDatabase } from "./test-database.js";

/** Of everything that is not about who is looking or which process lives: each table with a fingerprint of its rows. */
export async function fingerprints(database: TestDatabase): Promise<Record<string, string>> {
  const tables = await database.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('login_throttles', 'api_processes', '_prisma_migrations', 'audit_events') ORDER BY 1",
  );
  const entries = tables.map(async ({ name }) => {
    // When somebody was seen last is no change of anything.
    const seen = name === "users" ? " - 'last_seen_at'" : name === "sessions" ? " - 'last_used_at' - 'idle_expires_at' - 'address'" : "";
    // A container's row is made before its first start: at rest it says no more than none.
    const where = name === "agent_containers" ? "WHERE status <> 'stopped'" : "";
    const [row] = await database.query<{ hash: string }>(
      `SELECT md5(coalesce(string_agg(r, E'\\n' ORDER BY r), '')) AS hash FROM (SELECT (to_jsonb(t)${seen})::text AS r FROM "${name}" t ${where}) rows`,
    );
    return [name, row?.hash ?? ""] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
