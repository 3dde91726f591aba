import { Client } from "pg";
import { boundedTables } from "./crowded-database.js";
import type { Statement } from "./statements.js";
import type { TestDatabase } from "./test-database.js";

export type Session = Pick<Client, "query">;

export interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly PlanNode[];
}

export interface Plan {
  readonly root: PlanNode;
  readonly executionMs: number;
}

interface Explained {
  readonly "QUERY PLAN": readonly { readonly Plan: PlanNode; readonly "Execution Time"?: number }[];
}

/**
 * Runs a statement inside a transaction that is undone, and tells how Postgres did it. `settings` are SQL that comes before it and is undone
 * as well.
 */
export async function explain(client: Session, { text, values, settings: own = "" }: Statement, settings = ""): Promise<Plan> {
  await client.query("BEGIN");
  try {
    await client.query(settings);
    await client.query(own);
    const { rows } = await client.query<Explained>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, [...values]);
    const [plan] = rows[0]?.["QUERY PLAN"] ?? [];
    if (plan === undefined) {
      throw new Error("Postgres explained nothing.");
    }
    return { root: plan.Plan, executionMs: plan["Execution Time"] ?? 0 };
  } finally {
    await client.query("ROLLBACK");
  }
}

/** One connection for all that `run` does. */
export async function connected<T>(database: TestDatabase, run: (session: Session) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** One visit of a table that grows. */
export interface Visit {
  readonly table: string;
  readonly how: string;
  /** Rows that were looked at, whether or not they fitted. */
  readonly rows: number;
  /** Reads the table from its beginning, in search of what fits. */
  readonly isScan: boolean;
}

export function visitsOf({ root }: Plan): Visit[] {
  return visit(root, false);
}

function visit(node: PlanNode, isLimited: boolean): Visit[] {
  const table = node["Relation Name"];
  const children = (node.Plans ?? []).flatMap((child) => visit(child, isLimited || node["Node Type"] === "Limit"));
  if (table === undefined || table in boundedTables || table.startsWith("pg_") || node["Node Type"] === "ModifyTable") {
    return children;
  }
  const removed = (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  const rows = Math.round(((node["Actual Rows"] ?? 0) + removed) * (node["Actual Loops"] ?? 1));
  // Under a limit it stops when it has enough; whether that is soon, its rows tell.
  const isScan = node["Node Type"] === "Seq Scan" && !isLimited;
  return [
    ...children,
    { table, how: `${node["Node Type"]}${node["Index Name"] === undefined ? "" : ` on ${node["Index Name"]}`}`, rows, isScan },
  ];
}
