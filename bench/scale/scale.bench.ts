// Every query of the application against a large installation: how long it takes, how many rows it looks at, and whether it reads a large
// table from its beginning; with the indexes as they are, and without those of the migration `indexes_for_scale`.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { fillWithCrowd, type Crowd } from "../../apps/api/test/harness/crowded-database.js";
import { everyQuery } from "../../apps/api/test/harness/every-query.js";
import { connected, explain, visitsOf, type Plan, type Session } from "../../apps/api/test/harness/query-plans.js";
import { StatementLog, type Statement } from "../../apps/api/test/harness/statements.js";
import { startTestApp } from "../../apps/api/test/harness/test-app.js";
import { createTestDatabase, migrationsFolder, type TestDatabase } from "../../apps/api/test/harness/test-database.js";
import { rewritten } from "./former-statements.js";

const crowd: Crowd = { users: 50_000, agents: 100_000, conversations: 200_000, messages: 1_000_000, auditEvents: 1_000_000 };
const migration = `${migrationsFolder}/20261128020000_indexes_for_scale/migration.sql`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0).padStart(9)} ms`;

interface Measured {
  readonly statement: Statement;
  readonly now: Plan;
  readonly before: Plan | null;
}

test("every query at scale", async () => {
  const database = await createTestDatabase();
  try {
    const startedAt = performance.now();
    await fillWithCrowd(database, crowd);
    await database.query("VACUUM ANALYZE");
    say(`filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${JSON.stringify(crowd)}`);
    const statements = await ask(database);
    await connected(database, async (session) => {
      await session.query("SET statement_timeout = '120s'");
      const now = await plansOf(session, statements);
      await compareRewritten(session);
      const names = [...(await readFile(migration, "utf8")).matchAll(/CREATE INDEX "(\w+)"/g)].map(([, name]) => name);
      await session.query(`DROP INDEX ${names.map((name) => `"${name}"`).join(", ")}`);
      const before = await plansOf(session, statements);
      expect(now).not.toContain(null);
      report(statements.map((statement, index) => ({ statement, now: now[index] ?? fail(), before: before[index] ?? null })));
    });
  } finally {
    await database.drop();
  }
});

function fail(): never {
  throw new Error("a statement could not be explained");
}

async function ask(database: TestDatabase): Promise<Statement[]> {
  const log = new StatementLog();
  try {
    const app = await startTestApp({ database });
    for (const { method, run } of everyQuery) {
      await log.during(method, async () => run((type) => app.nest.get(type, { strict: false })));
    }
    await app.close();
  } finally {
    log.stop();
  }
  return log.statements();
}

/** Twice each, the second counts: the first one reads from the disk. */
async function plansOf(session: Session, statements: readonly Statement[]): Promise<(Plan | null)[]> {
  const plans: (Plan | null)[] = [];
  for (const statement of statements) {
    await explain(session, statement).catch(() => null);
    plans.push(await explain(session, statement).catch(() => null));
  }
  return plans;
}

async function compareRewritten(session: Session): Promise<void> {
  const { rows } = await session.query<{ at: Date; id: string }>("SELECT at, id FROM audit_events ORDER BY at, id OFFSET 1000 LIMIT 1");
  const [event] = rows;
  say("\nasked in another way                         before            now     ratio");
  for (const { what, former, now } of event === undefined ? [] : rewritten(event)) {
    const [first, second] = await plansOf(session, [former, now]);
    const [was, is] = [first?.executionMs ?? Number.NaN, second?.executionMs ?? Number.NaN];
    say(`${what.padEnd(40)} ${ms(was)} ${ms(is)} ${(was / is).toFixed(0).padStart(9)}`);
  }
}

function report(all: readonly Measured[]): void {
  say("\nslowest now              before     rows looked at, and by whom");
  const slowest = all.toSorted((left, right) => right.now.executionMs - left.now.executionMs).slice(0, 25);
  for (const { statement, now, before } of slowest) {
    say(`${ms(now.executionMs)} ${ms(before?.executionMs ?? Number.NaN)} ${rowsOf(now).padStart(9)}  ${nameOf(statement)}`);
  }
  say("\nwhat the indexes changed: before, now, ratio");
  const helped = all.filter(({ now, before }) => before !== null && before.executionMs > 5 && before.executionMs > 2 * now.executionMs);
  for (const { statement, now, before } of helped.toSorted((left, right) => ratio(right) - ratio(left))) {
    say(`${ms(before?.executionMs ?? 0)} ${ms(now.executionMs)} ${ratio({ now, before }).toFixed(0).padStart(7)}  ${nameOf(statement)}`);
  }
  const scans = all.flatMap(({ statement, now }) => visitsOf(now).flatMap((visit) => (visit.isScan ? [{ statement, visit }] : [])));
  say(`\n${all.length} statements, ${scans.length} sequential scans of a table that grows`);
  for (const { statement, visit } of scans) {
    say(`  ${visit.table}, ${visit.rows} rows: ${nameOf(statement)}`);
  }
}

function ratio({ now, before }: Pick<Measured, "now" | "before">): number {
  return (before?.executionMs ?? 0) / Math.max(0.01, now.executionMs);
}

function rowsOf(plan: Plan): string {
  return String(Math.max(0, ...visitsOf(plan).map(({ rows }) => rows)));
}

function nameOf({ asker, text }: Statement): string {
  return `${asker ?? "a loop"}: ${text.replaceAll(/\s+/g, " ").trim().slice(0, 110)}`;
}
