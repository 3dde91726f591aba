import { spawn } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile, cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { migrate, MigrationError, readMigrations } from "../src/platform/database/migrator.js";
import { fillEveryTable, tablesOf } from "./harness/filled-database.js";
import { createEmptyDatabase, migrationsFolder, type TestDatabase } from "./harness/test-database.js";

const apiFolder = fileURLToPath(new URL("..", import.meta.url));
const secretKey = "test-secret-key-0123456789-abcdefghijklmnop";

const databases: TestDatabase[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(databases.splice(0).map(async (database) => database.drop()));
  await Promise.all(folders.splice(0).map(async (folder) => rm(folder, { recursive: true })));
});

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await createEmptyDatabase();
  databases.push(database);
  return database;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: apiFolder,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map(async (stream) => {
    let text = "";
    for await (const chunk of stream) {
      text += String(chunk);
    }
    return text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout: (await stdout) ?? "", stderr: (await stderr) ?? "" };
}

async function history(
  database: TestDatabase,
): Promise<{ migration_name: string; checksum: string; isFinished: boolean; steps: number }[]> {
  return database.query(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AND rolled_back_at IS NULL AND logs IS NULL AS "isFinished", applied_steps_count AS steps FROM _prisma_migrations ORDER BY migration_name`,
  );
}

/** A folder with some of our migrations and more. */
async function folderWith(names: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-migrations-"));
  folders.push(folder);
  await Promise.all(names.map(async (name) => cp(join(migrationsFolder, name), join(folder, name), { recursive: true })));
  for (const [name, sql] of Object.entries(more)) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "migration.sql"), sql);
  }
  return folder;
}

test("several processes that start at once apply each migration once", async () => {
  const database = await emptyDatabase();
  const script = `
    const { migrate } = await import(${JSON.stringify(new URL("../dist/platform/database/migrator.js", import.meta.url).href)});
    console.log(JSON.stringify(await migrate(process.env.DATABASE_URL, ${JSON.stringify(migrationsFolder)})));`;
  const ended = await Promise.all(
    Array.from({ length: 6 }, async () => run(["--input-type=module", "-e", script], { DATABASE_URL: database.url })),
  );
  expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
  // Whoever waits says for what, and nothing else.
  const waiting = /^(Another process brings this database up to date \(.*\)\. Waiting for it\.\n)*$/;
  expect(ended.map(({ stderr }) => stderr)).toEqual(ended.map(() => expect.stringMatching(waiting)));
  const names = (await readMigrations(migrationsFolder)).map((migration) => migration.name);
  expect(ended.flatMap(({ stdout }) => JSON.parse(stdout) as string[]).toSorted()).toEqual(names);
  expect((await history(database)).map((row) => row.migration_name)).toEqual(names);
});

test("the history is what Prisma expects: it finds nothing edited, failed or missing, and nothing left to apply", async () => {
  const database = await emptyDatabase();
  await migrate(database.url, migrationsFolder);
  const expected = (await readMigrations(migrationsFolder)).map(({ name, checksum }) => ({
    migration_name: name,
    checksum,
    isFinished: true,
    steps: 1,
  }));
  expect(await history(database)).toEqual(expected);
  const status = await run(["scripts/prisma-migrate.mjs", "status"], { DATABASE_URL: database.url });
  expect(JSON.parse(status.stdout)).toEqual({
    editedMigrationNames: [],
    failedMigrationNames: [],
    hasMigrationsTable: true,
    history: null,
  });
  expect(JSON.parse((await run(["scripts/prisma-migrate.mjs", "deploy"], { DATABASE_URL: database.url })).stdout)).toEqual([]);
});

test("a database that Prisma's own deploy has migrated is one that Mosaic goes on with", async () => {
  const database = await emptyDatabase();
  const deployed = await run(["scripts/prisma-migrate.mjs", "deploy"], { DATABASE_URL: database.url });
  expect(JSON.parse(deployed.stdout)).toEqual((await readMigrations(migrationsFolder)).map((migration) => migration.name));
  expect(await migrate(database.url, migrationsFolder)).toEqual([]);
});

test("the migrated database is what schema.prisma says", async () => {
  const database = await emptyDatabase();
  await migrate(database.url, migrationsFolder);
  const { code, stdout } = await run(["scripts/schema-diff.mjs"], { DATABASE_URL: database.url });
  expect(stdout).toMatch(/^(-- This is an empty migration\.)?\s*$/);
  expect(code).toBe(0);
});

test("an upgrade keeps every row of every table", async () => {
  const database = await emptyDatabase();
  const names = (await readMigrations(migrationsFolder)).map((migration) => migration.name);
  const last = names.at(-1) ?? "";
  await migrate(database.url, await folderWith(names.slice(0, -1)));
  await fillEveryTable(database);
  const tables = await tablesOf(database);
  const rowsOf = async (): Promise<Record<string, object[]>> =>
    Object.fromEntries(
      await Promise.all(
        tables.map(
          async ({ name, columns }) =>
            [
              name,
              await database.query(`SELECT ${columns.map((column) => `"${column.name}"`).join(", ")} FROM "${name}" ORDER BY 1`),
            ] as const,
        ),
      ),
    );
  const before = await rowsOf();
  expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true);
  expect(await migrate(database.url, migrationsFolder)).toEqual([last]);
  for (const [name, rows] of Object.entries(await rowsOf())) {
    expect([name, rows]).toEqual([name, expect.arrayContaining(before[name] ?? [])]);
  }
});

test("the migrated database refuses states that no code may write", async () => {
  const database = await emptyDatabase();
  await migrate(database.url, migrationsFolder);
  await fillEveryTable(database);
  for (const change of [
    "INSERT INTO users (id, username, display_name, role) VALUES (gen_random_uuid(), 'x', 'x', 'root')",
    "UPDATE breakglass_user SET singleton = false",
    "UPDATE agent_containers SET status = 'sleeping'",
    "UPDATE conversations SET pinned_at = now(), archived_at = now()",
    "UPDATE messages SET role = 'system'",
    "UPDATE messages SET status = 'lost'",
    "UPDATE access_tokens SET scopes = '{}'",
    "UPDATE access_tokens SET scopes = ARRAY['admin']",
    "UPDATE invites SET uses = max_uses + 1",
    "INSERT INTO audit_events (id, actor_kind, action, outcome) VALUES (gen_random_uuid(), 'system', 'x.y', 'maybe')",
    "INSERT INTO users (id, username, display_name, role, deleting_at) VALUES (gen_random_uuid(), 'x', 'x', 'member', now())",
    "UPDATE model_assignments SET user_id = (SELECT id FROM users LIMIT 1), agent_id = (SELECT id FROM agents LIMIT 1)",
  ]) {
    await expect(database.query(change)).rejects.toMatchObject({ code: "23514" });
  }
  // The breakglass admin can't be deleted; releases of Postgres differ in the code.
  await expect(database.query("DELETE FROM users")).rejects.toMatchObject({ code: expect.stringMatching(/^(23001|23503)$/) as string });
});

test("a migration that fails leaves nothing of itself, and the next start can go on", async () => {
  const database = await emptyDatabase();
  const names = (await readMigrations(migrationsFolder)).map((migration) => migration.name);
  const broken = await folderWith(names, { "29990101000000_broken": "CREATE TABLE half (id int); INSERT INTO nowhere VALUES (1);" });
  await expect(migrate(database.url, broken)).rejects.toBeInstanceOf(MigrationError);
  expect((await history(database)).map((row) => row.migration_name)).toEqual(names);
  expect(await database.query("SELECT 1 FROM pg_tables WHERE tablename = 'half'")).toEqual([]);
  const repaired = await folderWith(names, { "29990101000000_broken": "CREATE TABLE half (id int);" });
  expect(await migrate(database.url, repaired)).toEqual(["29990101000000_broken"]);
});

test("a migration that was changed after it had been applied is refused", async () => {
  const database = await emptyDatabase();
  await migrate(database.url, await folderWith([], { "20200101000000_first": "CREATE TABLE first (id int);" }));
  const changed = await folderWith([], {
    "20200101000000_first": "CREATE TABLE first (id bigint);",
    "20200102000000_second": "CREATE TABLE second (id int);",
  });
  await expect(migrate(database.url, changed)).rejects.toThrow("differs from the one that was applied");
  expect(await database.query("SELECT 1 FROM pg_tables WHERE tablename = 'second'")).toEqual([]);
});

test("a newer release's migration, known to the database only, is left alone", async () => {
  const database = await emptyDatabase();
  const names = (await readMigrations(migrationsFolder)).map((migration) => migration.name);
  await migrate(database.url, await folderWith(names, { "29990101000000_newer": "CREATE TABLE newer (id int);" }));
  expect(await migrate(database.url, migrationsFolder)).toEqual([]);
});

/** The built server, as an operator starts it. It must end by itself. */
async function start(env: Record<string, string>): Promise<Ended> {
  return run(["dist/main.js"], { PORT: "1", MOSAIC_INTERNAL_PORT: "2", ...env });
}

test.each([
  ["missing", undefined, "MOSAIC_SECRET_KEY is missing"],
  ["empty", "", "MOSAIC_SECRET_KEY is missing"],
  ["short", "canary-0123456789-abcdefghijklm", "at least 32 characters"],
  ["a repetition", "ab".repeat(20), "repeats itself"],
])("a secret key that is %s refuses to start, and says why", async (_name, key, words) => {
  const database = await emptyDatabase();
  const { code, stderr, stdout } = await start({ DATABASE_URL: database.url, ...(key === undefined ? {} : { MOSAIC_SECRET_KEY: key }) });
  expect(code).toBe(1);
  expect(stderr).toContain("MOSAIC_SECRET_KEY");
  expect(stderr).toContain(words);
  expect(`${stdout}${stderr}`).not.toContain(key === undefined || key === "" ? "canary" : key);
  expect(await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
});

test("another secret key than the database was filled with refuses to start, and the former one starts again", async () => {
  const database = await emptyDatabase();
  // An address that is not this machine's ends each start, after the key was looked at.
  const first = await start({ DATABASE_URL: database.url, MOSAIC_SECRET_KEY: secretKey, HOST: "192.0.2.1" });
  expect(first.stderr).not.toContain("MOSAIC_SECRET_KEY");
  const other = await start({
    DATABASE_URL: database.url,
    MOSAIC_SECRET_KEY: secretKey.split("").toReversed().join(""),
    HOST: "192.0.2.1",
  });
  expect(other.code).toBe(1);
  expect(other.stderr).toContain("MOSAIC_SECRET_KEY is not the key that this database was filled with");
  const again = await start({ DATABASE_URL: database.url, MOSAIC_SECRET_KEY: secretKey, HOST: "192.0.2.1" });
  expect(again.stderr).not.toContain("MOSAIC_SECRET_KEY");
});

test("a database that can't be reached, or refuses, is told in words without its password", async () => {
  const away = await start({ DATABASE_URL: "postgres://mosaic:canary-password@127.0.0.1:1/mosaic", MOSAIC_SECRET_KEY: secretKey });
  expect(away.code).toBe(1);
  expect(away.stderr).toContain("can't be reached");
  const database = await emptyDatabase();
  const unknown = new URL(database.url);
  unknown.pathname = "/no_such_database";
  const refused = await start({ DATABASE_URL: unknown.href, MOSAIC_SECRET_KEY: secretKey });
  expect(refused.stderr).toContain("has no database of this name");
  expect(`${away.stderr}${away.stdout}${refused.stderr}`).not.toContain("canary-password");
});
