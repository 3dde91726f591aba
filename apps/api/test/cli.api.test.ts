import { randomBytes, randomUUID } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { backup } from "../src/cli/backup.js";
import { createBreakglass, resetBreakglass } from "../src/cli/breakglass.js";
import { withDatabase, type Terminal } from "../src/cli/command.js";
import { examine } from "../src/cli/doctor.js";
import { restore } from "../src/cli/restore.js";
import { rotateKey } from "../src/cli/rotate-key.js";
import { droppedColumns, otherKeys, sealedColumns } from "../src/cli/sealed-columns.js";
import { auditRows } from "./harness/audit-rows.js";
import { conversationOf, createAgent, createConversation, lastMessage, say, stop, Turn } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { openEvents } from "./harness/open-events.js";
import { samplePoint } from "./harness/route-recipes.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";
import { createEmptyDatabase, createTestDatabase, migrationsFolder } from "./harness/test-database.js";

const closers: (() => Promise<unknown>)[] = [];
const said: string[] = [];
const terminal: Terminal = { say: (line) => void said.push(line), note: (line) => void said.push(line) };
const newKey = (): string => randomBytes(48).toString("base64");

afterEach(async () => {
  said.length = 0;
  for (const close of closers.splice(0).toReversed()) {
    await close();
  }
});

async function open(options: Parameters<typeof startTestApp>[0] = {}): Promise<TestApp> {
  const app = await startTestApp(options);
  closers.push(() => app.close());
  return app;
}

const secretOf = (app: TestApp): string => app.env.MOSAIC_SECRET_KEY.open();
const urlOf = (app: TestApp): string => app.env.DATABASE_URL.open();

/** A file for one test. */
function newFile(): string {
  const file = join(tmpdir(), `mosaic-test-${randomUUID()}.backup`);
  closers.push(async () => rm(file, { force: true }));
  return file;
}

/** Something sealed in each place where Mosaic seals. */
async function filled(app: TestApp): Promise<{ client: Awaited<ReturnType<TestApp["member"]>>; conversation: string; agentId: string }> {
  const client = await app.member("ann");
  await client.post("/api/providers", {
    kind: "openai",
    name: "Keyed",
    baseUrl: "https://llm.example/v1",
    apiKey: "sk-ann-12345678",
    models: [{ id: "m" }],
  });
  const { id: agentId } = await createAgent(client);
  const conversation = await createConversation(client, agentId);
  await say(client, conversation, "Remember the pelican");
  await expect.poll(async () => (await app.database.query("SELECT 1 FROM search_keys")).length, { timeout: 15_000 }).toBe(1);
  return { client, conversation, agentId };
}

/** An answer that goes on for minutes, with something in its log. */
async function inFlight(app: TestApp, client: TestClient, conversation: string): Promise<Turn> {
  const turn = await Turn.open(client, conversation, "[demo:slow ms=50 words=5000]");
  await expect.poll(async () => (await app.database.query("SELECT 1 FROM turn_events")).length, { timeout: 15_000 }).toBeGreaterThan(1);
  return turn;
}

async function keyIdsIn(app: TestApp): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const { table, column } of sealedColumns) {
    const rows = await app.database.query<{ id: string }>(
      `SELECT DISTINCT substr(${column}, 5, 8) AS id FROM ${table} WHERE ${column} LIKE 'enc:%'`,
    );
    rows.forEach(({ id }) => ids.add(id));
  }
  return ids;
}

test("the breakglass account is made once, and its password is set anew while Mosaic runs", async () => {
  const app = await open();
  await expect(resetBreakglass(app.env, "a fine long sentence", terminal)).rejects.toThrow("There is no breakglass account yet");
  await expect(createBreakglass(app.env, "root", "short", terminal)).rejects.toThrow("At least 12 characters");
  await expect(createBreakglass(app.env, "no name", "a fine long sentence", terminal)).rejects.toThrow("This is no user name: 3 to 32");
  await app.member("ann");
  await expect(createBreakglass(app.env, "Ann", "a fine long sentence", terminal)).rejects.toThrow("The name ann is taken");
  await createBreakglass(app.env, "root", "a fine long sentence", terminal);
  await expect(createBreakglass(app.env, "other", "a fine long sentence", terminal)).rejects.toThrow("reset-breakglass");
  const browser = app.visitor();
  expect((await browser.post("/api/auth/login", { username: "root", password: "a fine long sentence" })).status).toBe(200);
  await resetBreakglass(app.env, "another fine sentence", terminal);
  expect((await browser.get("/api/auth/me")).status).toBe(401);
  expect((await app.visitor().post("/api/auth/login", { username: "root", password: "a fine long sentence" })).status).toBe(401);
  expect((await app.visitor().post("/api/auth/login", { username: "root", password: "another fine sentence" })).status).toBe(200);
  const rows = await app.database.query<{ action: string }>(
    "SELECT action, actor_name, actor_id, request_id, address, target_name FROM audit_events WHERE actor_kind = 'cli' ORDER BY id",
  );
  const byCommand = { actor_name: userInfo().username, actor_id: null, request_id: null, address: "", target_name: "root" };
  expect(rows).toEqual([
    { action: "user.create", ...byCommand },
    { action: "password.reset", ...byCommand },
  ]);
  expect(said.join()).not.toContain("sentence");
});

test("of two commands at once one makes the account", async () => {
  const app = await open();
  const made = ["first-one", "second-one"].map(async (name) => createBreakglass(app.env, name, "a fine long sentence", terminal));
  const outcomes = await Promise.allSettled(made);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({ reason: { message: /already/ } });
});

test("a new password of the breakglass account ends its programs and its streams, and frees its name of what others tried", async () => {
  const app = await open();
  await createBreakglass(app.env, "root_1", "a fine long sentence", terminal);
  const browser = app.visitor();
  expect((await browser.post("/api/auth/login", { username: "root_1", password: "a fine long sentence" })).status).toBe(200);
  const [account] = await app.database.query<{ id: string }>("SELECT user_id AS id FROM breakglass_user");
  const program = await app.token(new TestClient(app.url, { userId: account?.id ?? "" }), ["read"]);
  expect((await program.get("/api/agents")).status).toBe(200);
  const events = await openEvents(browser);
  const blocked = ["account:root_1|10.0.0.0/8", "account-anywhere:root_1", "browser:root_1|abc"];
  const others = [
    "account:rootx1|10.0.0.0/8",
    "account:root_12|10.0.0.0/8",
    "account-anywhere:root",
    "browser:root|abc",
    "address:10.0.0.0/8",
  ];
  await app.database.query(
    `INSERT INTO login_throttles (subject, failures, blocked_until) SELECT unnest($1::text[]), 9, now() + interval '1 hour' ON CONFLICT DO NOTHING`,
    [[...blocked, ...others]],
  );
  await resetBreakglass(app.env, "another fine sentence", terminal);
  await expect.poll(() => events.isOpen()).toBe(false);
  expect((await program.get("/api/agents")).status).toBe(401);
  const left = await app.database.query<{ subject: string }>("SELECT subject FROM login_throttles WHERE failures = 9");
  expect(left.map(({ subject }) => subject).toSorted()).toEqual(others.toSorted());
  expect(await app.database.query("SELECT 1 FROM sign_in_places")).toEqual([]);
});

test(
  "the key is rotated while Mosaic runs: everything opens before, during and after, and the old key is refused by name",
  { timeout: 60_000 },
  async () => {
    const engine = new InMemoryEngine();
    closers.push(() => engine.close());
    const app = await open({ runtime: engine });
    const { client, conversation, agentId } = await filled(app);
    const talking = await createConversation(client, agentId);
    const turn = await inFlight(app, client, talking);
    const [before, secret] = [await keyIdsIn(app), newKey()];
    expect(before.size).toBe(1);
    let seen = 0;
    await withDatabase(urlOf(app), async (database) =>
      rotateKey(database, {
        currentSecret: secretOf(app),
        newSecret: secret,
        terminal,
        onBatch: async () => {
          seen += (await conversationOf(client, conversation)).messages.length;
        },
      }),
    );
    expect(seen).toBeGreaterThan(2);
    const after = await keyIdsIn(app);
    expect(after.size).toBe(1);
    expect(after).not.toEqual(before);
    expect(await auditRows(app.database, "key.rotate")).toMatchObject([{ actor_kind: "cli", outcome: "done" }]);
    // An answer went on all the while; what was logged before and after opens alike.
    const soFar = (await lastMessage(client, talking)).content;
    expect(soFar.length).toBeGreaterThan(20);
    await stop(client, await turn.answerId());
    expect((await turn.done()).message.content.startsWith(soFar)).toBe(true);
    await say(client, conversation, "And after?");
    expect((await conversationOf(client, conversation)).messages).toHaveLength(4);
    expect(await keyIdsIn(app)).toEqual(after);
    await expect(open({ database: app.database, runtime: engine })).rejects.toThrow("it was rotated. Start with the new key.");
    const again = await open({ database: app.database, runtime: engine, env: { MOSAIC_SECRET_KEY: secret } });
    const there = await again.session(client);
    expect((await conversationOf(there, conversation)).messages).toHaveLength(4);
    expect(said.join()).not.toContain(secret);
  },
);

test("a rotation that is cut off anywhere goes on where it was, with either key in the meantime", { timeout: 60_000 }, async () => {
  const engine = new InMemoryEngine();
  closers.push(() => engine.close());
  const app = await open({ runtime: engine });
  const { client, conversation } = await filled(app);
  const secret = newKey();
  for (const cutAfter of [1, 3, 4]) {
    let batches = 0;
    const cut = withDatabase(urlOf(app), async (database) =>
      rotateKey(database, {
        currentSecret: secretOf(app),
        newSecret: secret,
        terminal,
        onBatch: () => {
          batches += 1;
          if (batches === cutAfter) {
            throw new Error("killed");
          }
        },
      }),
    );
    await expect(cut).rejects.toThrow("killed");
    expect((await conversationOf(client, conversation)).messages).toHaveLength(2);
    const other = await open({
      database: app.database,
      runtime: engine,
      env: { MOSAIC_SECRET_KEY: cutAfter === 3 ? secret : secretOf(app) },
    });
    expect((await conversationOf(await other.session(client), conversation)).messages).toHaveLength(2);
  }
  await expect(
    withDatabase(urlOf(app), async (database) => rotateKey(database, { currentSecret: secretOf(app), newSecret: newKey(), terminal })),
  ).rejects.toThrow("another new key was begun");
  await withDatabase(urlOf(app), async (database) => rotateKey(database, { currentSecret: secretOf(app), newSecret: null, terminal }));
  expect((await keyIdsIn(app)).size).toBe(1);
  expect((await conversationOf(client, conversation)).messages).toHaveLength(2);
});

test("the rotation knows every place where something is sealed", { timeout: 60_000 }, async () => {
  const app = await open();
  const { client, agentId, conversation } = await filled(app);
  const answering = await createConversation(client, agentId);
  const turn = await inFlight(app, client, answering);
  expect((await client.post(`/api/conversations/${answering}/waiting`, { content: "then" })).status).toBe(201);
  expect((await client.upload("notes.txt", "notes")).status).toBe(201);
  const draft = { revision: randomUUID(), content: "not sent" };
  expect((await client.put(`/api/conversations/${answering}/draft`, draft)).status).toBe(204);
  const subscription = { endpoint: "https://push.example/a", keys: { p256dh: samplePoint, auth: "A".repeat(22) } };
  expect((await client.request("PUT", "/api/push/device", { subscription, showsText: false })).status).toBe(204);
  expect((await client.post("/api/folders", { name: "Travel", instructions: "Be brief." })).status).toBe(201);
  await app.member("reader");
  const share = { kind: "members", usernames: ["reader"], hasTools: false, hasFiles: false };
  expect((await client.post(`/api/conversations/${conversation}/shares`, share)).status).toBe(201);
  const known = new Set([...sealedColumns, ...droppedColumns, ...otherKeys].map(({ table, column }) => `${table}.${column}`));
  const columns = await app.database.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb', 'ARRAY')`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const rows = await app.database.query(`SELECT 1 FROM "${table}" WHERE "${column}"::text LIKE '%enc:________:%' LIMIT 1`);
    found.push(...(rows.length > 0 ? [`${table}.${column}`] : []));
  }
  expect(found.toSorted()).toEqual(sealedColumns.map(({ table, column }) => `${table}.${column}`).toSorted());
  const named = columns
    .filter(({ column }) => /sealed|_encrypted$/.test(column) && column !== "is_encrypted")
    .map(({ table, column }) => `${table}.${column}`);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  await stop(client, await turn.answerId());
  await turn.done();
});

test(
  "a backup brings people, conversations and an agent's memory back into an empty installation, and the talk goes on",
  { timeout: 60_000 },
  async () => {
    const engine = new InMemoryEngine();
    closers.push(() => engine.close());
    const app = await open({ runtime: engine });
    const { client, conversation, agentId } = await filled(app);
    const file = newFile();
    await withDatabase(urlOf(app), async (database) => backup(database, { file, runtime: engine.driver("docker"), terminal }));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(withDatabase(urlOf(app), async (database) => backup(database, { file, runtime: null, terminal }))).rejects.toThrow(
      "exists already",
    );
    const bytes = await readFile(file);
    expect(bytes.includes("pelican")).toBe(false);

    const database = await createTestDatabase();
    closers.push(() => database.drop());
    const elsewhere = new InMemoryEngine();
    closers.push(() => elsewhere.close());
    const options = { file, secret: secretOf(app), openRuntime: () => elsewhere.driver("docker"), terminal };
    await expect(withDatabase(urlOf(app), async (target) => restore(target, options))).rejects.toThrow("in use");
    await expect(withDatabase(database.url, async (target) => restore(target, { ...options, secret: newKey() }))).rejects.toThrow(
      "not the key of this backup",
    );
    await withDatabase(database.url, async (target) => restore(target, options));

    const restored = await open({ database, runtime: elsewhere });
    const again = await restored.session(client);
    const { messages, title } = await conversationOf(again, conversation);
    expect([title, messages.length, messages[0]?.content]).toEqual(["Remember the pelican", 2, "Remember the pelican"]);
    const { message } = await say(again, conversation, "What was I to remember?");
    expect(message.content).toContain("I was sent 3 messages");
    expect(elsewhere.of(agentId).startCount).toBe(1);
    const [row] = await database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM audit_events WHERE action = 'backup.restore'",
    );
    expect(row?.count).toBe(1);
  },
);

test(
  "a backup is written over nothing, also not what waits there to be written to, and a damaged one changes nothing",
  { timeout: 60_000 },
  async () => {
    const app = await open();
    await filled(app);
    const file = newFile();
    await withDatabase(urlOf(app), async (database) => backup(database, { file, runtime: null, terminal }));
    const planted = newFile();
    await writeFile(`${planted}.part`, "");
    closers.push(() => rm(`${planted}.part`));
    await expect(
      withDatabase(urlOf(app), async (database) => backup(database, { file: planted, runtime: null, terminal })),
    ).rejects.toThrow("nothing is written over");
    const bytes = await readFile(file);
    const database = await createTestDatabase();
    closers.push(() => database.drop());
    for (const damaged of [bytes.subarray(0, bytes.length / 2), Buffer.from("no archive at all"), Buffer.alloc(0)]) {
      const other = newFile();
      await writeFile(other, damaged);
      const options = { file: other, secret: secretOf(app), openRuntime: () => null, terminal };
      await expect(withDatabase(database.url, async (target) => restore(target, options))).rejects.toThrow(/damaged|no whole backup/);
    }
    const [row] = await database.query<{ count: number }>("SELECT count(*)::int AS count FROM system_config");
    expect(row?.count).toBe(0);
  },
);

test("a database that nothing was written to yet is no fault", async () => {
  const database = await createEmptyDatabase();
  closers.push(() => database.drop());
  const app = await open();
  const env = { ...app.env, MOSAIC_RUNTIME: undefined, DATABASE_URL: { open: () => database.url } } as unknown as typeof app.env;
  const createRuntime = (): never => {
    throw new Error("no runtime is chosen");
  };
  const findings = await examine({ env, migrationsFolder, createRuntime });
  const found = Object.fromEntries(findings.filter(({ check }) => check !== "Disk").map(({ check, state }) => [check, state]));
  expect(found).toEqual({
    Configuration: "ok",
    Database: "ok",
    Migrations: "warning",
    "Secret key": "warning",
    Settings: "ok",
    Clock: "ok",
    Runtime: "warning",
  });
});

test("the doctor finds each thing by itself, and says what to do", async () => {
  const engine = new InMemoryEngine();
  closers.push(() => engine.close());
  const app = await open({ runtime: engine });
  const createRuntime = (): ReturnType<InMemoryEngine["driver"]> => engine.driver("docker");
  const findings = await examine({ env: app.env, migrationsFolder, createRuntime });
  expect(findings.map(({ check }) => check)).toEqual([
    "Configuration",
    "Database",
    "Migrations",
    "Secret key",
    "Settings",
    "Clock",
    "Disk",
    "Runtime",
    "Isolation",
    "Memory per agent",
    "Agents' files",
    "Software of OpenClaw",
  ]);
  expect(findings.filter(({ state }) => state === "failing")).toEqual([]);
  const wrong = await open({ env: { MOSAIC_SECRET_KEY: newKey() } });
  const other = await examine({ env: { ...app.env, MOSAIC_SECRET_KEY: wrong.env.MOSAIC_SECRET_KEY }, migrationsFolder, createRuntime });
  expect(other.find(({ check }) => check === "Secret key")).toMatchObject({
    state: "failing",
    detail: expect.stringContaining("not the key of this database"),
  });
  const away = { ...app.env, DATABASE_URL: { open: () => "postgres://nobody@127.0.0.1:1/none" } } as unknown as typeof app.env;
  const down = await examine({ env: away, migrationsFolder, createRuntime });
  expect(down.filter(({ state }) => state === "failing").map(({ check }) => check)).toEqual([
    "Database",
    "Migrations",
    "Secret key",
    "Settings",
    "Clock",
  ]);
});
