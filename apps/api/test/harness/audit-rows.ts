import type { TestDatabase } from "./test-database.js";

export interface AuditRow {
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
  readonly address: string;
  readonly action: string;
  readonly target_type: string | null;
  readonly target_id: string | null;
  readonly target_name: string;
  readonly outcome: string;
  readonly details: Record<string, unknown>;
}

/** What the audit holds, oldest first; of one action, if it is named. */
export async function auditRows(database: TestDatabase, action?: string): Promise<AuditRow[]> {
  return database.query<AuditRow>("SELECT * FROM audit_events WHERE $1::text IS NULL OR action = $1 ORDER BY at, id", [action ?? null]);
}
