import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boundedTables, fillWithCrowd } from "./harness/crowded-database.js";
import { everyQuery } from "./harness/every-query.js";
import { tablesOf } from "./harness/filled-database.js";
import { connected, explain, visitsOf } from "./harness/query-plans.js";
import { StatementLog, type Statement } from "./harness/statements.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { createTestDatabase, type TestDatabase } from "./harness/test-database.js";

const crowd = { users: 20_000, agents: 30_000, conversations: 40_000, messages: 60_000, auditEvents: 60_000 };
/** No statement looks at more rows of a table, however many there are: as many as a list is counted up to, and some. */
const mostRows = 11_000;
/** Tens of thousands of rows are read faster than an index; ten times as many are not. What has no index is read all the same. */
const likeInALargeTable = "SET LOCAL enable_seqscan = off";

let database: TestDatabase;
let app: TestApp;
let statements: Statement[];

beforeAll(async () => {
  database = await createTestDatabase();
  await fillWithCrowd(database, crowd);
  const log = new StatementLog();
  try {
    app = await startTestApp({ database });
    for (const { method, run } of everyQuery) {
      await log.during(method, async () => run((type) => app.nest.get(type, { strict: false })));
    }
    await app.close();
  } finally {
    log.stop();
  }
  statements = log.statements();
});

afterAll(async () => {
  await database.drop();
});

test("every table has many rows here, or a bound", async () => {
  const small: string[] = [];
  for (const { name } of await tablesOf(database)) {
    const [row] = await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM "${name}"`);
    if (!(name in boundedTables) && (row?.count ?? 0) < crowd.users / 2) {
      small.push(name);
    }
  }
  expect(small).toEqual([]);
});

test("every repository is asked", async () => {
  const folder = fileURLToPath(new URL("../src/modules", import.meta.url));
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".repository.ts"));
  const asked = new Set(everyQuery.map(({ method }) => method.split(".")[0]));
  const classes = await Promise.all(
    files.map(async (file) => Object.keys((await import(`${folder}/${file}`)) as object).filter((name) => name.endsWith("Repository"))),
  );
  expect(files.length).toBeGreaterThan(30);
  expect(classes.flat().filter((name) => !asked.has(name))).toEqual([]);
});

test("no query reads a table that grows from its beginning, or more of it than a list shows", async () => {
  const faults: string[] = [];
  await connected(database, async (session) => {
    for (const statement of statements) {
      for (const { table, how, rows, isScan } of visitsOf(await explain(session, statement, likeInALargeTable))) {
        if (isScan || rows > mostRows) {
          faults.push(`${statement.asker ?? "a loop"}: ${how} of ${table} looks at ${rows} rows: ${statement.text}`);
        }
      }
    }
  });
  expect(faults).toEqual([]);
  expect(statements.length).toBeGreaterThan(100);
});

test("deleting a row finds what refers to it by an index", async () => {
  const rows = await database.query<{ key: string }>(`
    SELECT f.conrelid::regclass || ' ' || f.conname AS key FROM pg_constraint f
    WHERE f.contype = 'f' AND NOT EXISTS (
      SELECT 1 FROM pg_index i WHERE i.indrelid = f.conrelid AND i.indpred IS NULL AND i.indkey[0] = f.conkey[1])`);
  expect(rows).toEqual([]);
});
