import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { assertFit } from "../src/platform/database/database-look.js";
import { migrate, MigrationError } from "../src/platform/database/migrator.js";
import { startPgBouncer } from "./harness/pgbouncer.js";
import { createEmptyDatabase, createTestDatabase, migrationsFolder, type TestDatabase } from "./harness/test-database.js";

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await database.drop();
});

const faultOf = async (url: string): Promise<string> =>
  assertFit(url).then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

test("a database as it should be is accepted", async () => {
  expect(await assertFit(database.url)).toMatch(/^\d+/);
});

test("PgBouncer in transaction mode is refused in words, and nothing is left locked there", async () => {
  const bouncer = await startPgBouncer(database.url, "transaction");
  try {
    expect(await faultOf(bouncer.url)).toContain("a pooler in transaction mode");
    expect(
      await database.query(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      ),
    ).toEqual([]);
  } finally {
    await bouncer.stop();
  }
});

test("PgBouncer in session mode is accepted, and migrations run through it", async () => {
  const empty = await createEmptyDatabase();
  const bouncer = await startPgBouncer(empty.url, "session");
  try {
    expect(await faultOf(bouncer.url)).toBe("none");
    expect((await migrate(bouncer.url, migrationsFolder)).length).toBeGreaterThan(5);
  } finally {
    await bouncer.stop();
    await empty.drop();
  }
});

test("a database that is read-only, or whose user lacks rights or the schema, is told as that", async () => {
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  expect(await faultOf(database.url)).toContain("default_transaction_read_only is on");
  const other = `mosaic_reader_${process.pid}_${Date.now()}`;
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  await owner.query("SET default_transaction_read_only = off");
  await owner.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
  await owner.query(`CREATE ROLE ${other} LOGIN PASSWORD 'reader'`);
  await owner.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const url = new URL(database.url);
  [url.username, url.password] = [other, "reader"];
  const fault = await faultOf(url.href);
  await owner.query(`DROP ROLE ${other}`);
  await owner.end();
  expect(fault).toContain("may not create tables in the schema public");
  expect(fault).toContain("may not read and write Mosaic's tables");
});

test("an encoding that can't hold all letters is told as that", async () => {
  const name = `mosaic_latin_${process.pid}_${Date.now()}`;
  await database.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  const fault = await faultOf(url.href);
  await database.query(`DROP DATABASE ${name} WITH (FORCE)`);
  expect(fault).toContain("The database is encoded in LATIN1");
});

test("the lock of migrations is waited for with a line that names who has it, and not for ever", async () => {
  const holder = new Client({ connectionString: database.url, application_name: "somebody else" });
  await holder.connect();
  await holder.query("SELECT pg_advisory_lock(72707369)");
  const lines: string[] = [];
  const wait = { longestMs: 200, pollMs: 20, onWaiting: (line: string) => void lines.push(line) };
  const refused = await migrate(database.url, migrationsFolder, wait).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(MigrationError);
  expect(String(refused)).toContain("somebody else");
  expect(lines).toEqual([
    expect.stringMatching(/^Another process brings this database up to date \(session \d+ of Postgres, somebody else\)/),
  ]);
  await holder.end();
  expect(await migrate(database.url, migrationsFolder, { ...wait, longestMs: 60_000 })).toEqual([]);
});
