import type { TestDatabase } from "./test-database.js";

export interface Column {
  readonly name: string;
  readonly type: string;
  /** `table.column` that it refers to. */
  readonly target: string | null;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** What a constraint asks for that a type does not tell. */
const special: Readonly<Record<string, string>> = {
  "users.role": "'admin'",
  // The breakglass account is neither disabled nor being deleted.
  "users.disabled_at": "NULL",
  "users.language": "'de'",
  "users.deleting_at": "NULL",
  "agent_containers.status": "'running'",
  "conversations.archived_at": "NULL",
  "messages.role": "'assistant'",
  "messages.status": "'complete'",
  "messages.content_format": "'text'",
  "messages.agent_event_kind": "'assistant'",
  // A copy is for a link, whose token opens it, or has a key.
  "conversation_shares.key_encrypted": "NULL",
  "model_assignments.user_id": "NULL",
  "audit_events.actor_kind": "'system'",
  "audit_events.outcome": "'done'",
  "access_tokens.scopes": "ARRAY['read']",
  "invites.role": "'member'",
};

const valueOfType: Readonly<Record<string, string>> = {
  uuid: "gen_random_uuid()",
  text: "'text of ' || gen_random_uuid()",
  boolean: "true",
  integer: "7",
  bigint: "7",
  jsonb: `'[{"id": "m-1"}]'`,
  bytea: "decode('00ff', 'hex')",
  tsvector: "array_to_tsvector(ARRAY['token'])",
  "timestamp with time zone": "now()",
};

/** The tables of the application, each after the ones that it refers to. */
export async function tablesOf(database: TestDatabase): Promise<Table[]> {
  const rows = await database.query<{ table: string; column: string; type: string; target: string | null }>(`
    SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type,
      (SELECT f.confrelid::regclass || '.' || fa.attname FROM pg_constraint f
        JOIN pg_attribute fa ON fa.attrelid = f.confrelid AND fa.attnum = f.confkey[1]
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]) AS target
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> '_prisma_migrations'
    ORDER BY c.relname, a.attnum`);
  const groups = Map.groupBy(rows, (row) => row.table);
  const tables = [...groups].map(([name, columns]) => ({
    name,
    columns: columns.map(({ column, type, target }) => ({ name: column, type, target })),
  }));
  return inOrder(tables);
}

function inOrder(tables: readonly Table[]): Table[] {
  const ordered: Table[] = [];
  while (ordered.length < tables.length) {
    const placed = new Set(ordered.map((table) => table.name));
    const next = tables.filter(
      (table) => !placed.has(table.name) && table.columns.every(({ target }) => target === null || placed.has(target.split(".")[0] ?? "")),
    );
    if (next.length === 0) {
      throw new Error("The tables refer to each other in a circle.");
    }
    ordered.push(...next);
  }
  return ordered;
}

/** One row in every table that has none, with a value in every column. Knows types and references, so that a new table is filled too. */
export async function fillEveryTable(database: TestDatabase): Promise<void> {
  for (const { name, columns } of await tablesOf(database)) {
    const values = columns.map((column) => valueOf(name, column));
    const names = columns.map((column) => `"${column.name}"`);
    await database.query(
      `INSERT INTO "${name}" (${names.join(", ")}) SELECT ${values.join(", ")} WHERE NOT EXISTS (SELECT 1 FROM "${name}")`,
    );
  }
}

function valueOf(table: string, column: Column): string {
  const known = special[`${table}.${column.name}`];
  if (known !== undefined) {
    return known;
  }
  if (column.target !== null) {
    const [target = "", key = ""] = column.target.split(".");
    return `(SELECT "${key}" FROM "${target}" LIMIT 1)`;
  }
  const value = valueOfType[column.type];
  if (value === undefined) {
    throw new Error(`There is no example of ${column.type} for ${table}.${column.name}.`);
  }
  return value;
}
