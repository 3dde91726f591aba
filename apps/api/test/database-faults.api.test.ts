import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PrismaClient } from "../src/generated/prisma/client.js";
import { PostgresPool } from "../src/platform/database/postgres-pool.js";
import { toAppError } from "../src/platform/errors/problem.filter.js";
import { createAgent, createConversation, say } from "./harness/chat.js";
import { lockTables, waitingConnections } from "./harness/locked-tables.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;

beforeAll(async () => {
  app = await startTestApp();
  client = await app.member("ann");
});

afterAll(async () => {
  await app.close();
});

/** Sends without reading the answer's stream. */
async function send(conversationId: string): Promise<{ status: number; retryAfter: string | null; code: unknown }> {
  const answer = await fetch(`${app.url}/api/conversations/${conversationId}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: app.url, cookie: client.cookie ?? "" },
    body: JSON.stringify({ content: "hello" }),
  });
  const code = answer.status === 200 ? null : ((await answer.json()) as { code: unknown }).code;
  await answer.body?.cancel().catch(() => undefined);
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), code };
}

test("a burst of 100 messages holds one connection, others are served, and what is too much is told as 503", async () => {
  const { id: agentId } = await createAgent(client);
  const conversations = await Promise.all(Array.from({ length: 10 }, async () => createConversation(client, agentId)));
  await say(client, conversations[0] ?? "", "wake up");
  const unlock = await lockTables(app.database, ["conversations"]);
  const beginning = async (): Promise<number> => waitingConnections(app.database, "WITH waiting AS MATERIALIZED");
  const other = await app.member("other");
  let refusedCount = 0;
  const burst = Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const answer = await send(conversations[index % 10] ?? "");
      refusedCount += answer.status === 503 ? 1 : 0;
      return answer;
    }),
  );
  await expect.poll(beginning, { timeout: 30_000 }).toBe(1);
  const others = await Promise.all(Array.from({ length: 30 }, async () => other.get("/api/auth/me")));
  expect(others.every(({ status }) => status === 200)).toBe(true);
  // One person's requests take turns, so it takes a while until the last one has come.
  await expect.poll(() => refusedCount, { timeout: 9_000 }).toBeGreaterThanOrEqual(79);
  expect(await beginning()).toBe(1);
  await unlock();
  const answers = await burst;
  // 429: five are under way already; 409: one in this very conversation.
  expect(answers.filter(({ status }) => ![200, 409, 429, 503].includes(status))).toEqual([]);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThanOrEqual(79);
  expect(refused.every(({ retryAfter, code }) => retryAfter === "5" && code === "overloaded")).toBe(true);
});

test("when all connections are taken, whoever waits too long hears that Mosaic is busy, not that the database is away", async () => {
  const pool = new PostgresPool(app.database.url, { maxConnections: 1, longestWaitMs: 300 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
  // The pool keeps this connection: on a busy machine, making one may take longer than is waited for here.
  await expect.poll(async () => prisma.user.count().catch(() => null), { timeout: 30_000 }).not.toBeNull();
  const unlock = await lockTables(app.database, ["audit_events"]);
  // Prisma begins only what somebody waits for.
  const holding = Promise.resolve(prisma.auditEvent.count());
  const caught = (error: unknown): unknown => toAppError(error);
  await expect.poll(async () => waitingConnections(app.database), { timeout: 30_000 }).toBe(1);
  const refusals = [
    await prisma.user.count().catch(caught),
    await prisma.$queryRaw`SELECT 1`.catch(caught),
    await prisma.$transaction(async (tx) => tx.user.count(), { maxWait: 50 }).catch(caught),
    await prisma.$transaction([prisma.user.count()]).catch(caught),
  ];
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({
      code: "overloaded",
      detail: expect.stringContaining("did not respond in time"),
      retryAfterSeconds: 5,
    });
  }
  await unlock();
  expect(await holding).toBeGreaterThanOrEqual(0);
  expect(await prisma.user.count()).toBeGreaterThanOrEqual(1);
  await prisma.$disconnect();
});

test("no lock is waited for without a limit", async () => {
  const pool = new PostgresPool(app.database.url, { maxConnections: 1, longestWaitMs: 5_000 });
  const { rows } = await pool.query<{ lock_timeout: string }>("SHOW lock_timeout");
  expect(rows).toEqual([{ lock_timeout: "15s" }]);
  await pool.query("SET lock_timeout = 50");
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
  const unlock = await lockTables(app.database, ["users"]);
  expect(await prisma.user.count().catch((error: unknown) => toAppError(error))).toMatchObject({ code: "overloaded" });
  await unlock();
  await prisma.$disconnect();
});

test("a database that is not there is told as that, also where the driver gives its error no code", async () => {
  // Nobody answers at this address: https://www.rfc-editor.org/rfc/rfc5737
  const pool = new PostgresPool("postgres://u:p@192.0.2.1:5432/db", { maxConnections: 1, longestWaitMs: 100 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
  expect(await prisma.user.count().catch((error: unknown) => toAppError(error))).toMatchObject({ code: "database_unavailable" });
  await prisma.$disconnect();
});

test.each([
  ["53100", "The database's disk is full."],
  ["25006", "The database is read-only now."],
  ["42501", "Mosaic lacks a right in its database."],
])("what Postgres can't write for %s is told as that, as 503, and nothing is half done", async (state, words) => {
  await app.database.query(
    `CREATE OR REPLACE FUNCTION refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '${state}'; END $$`,
  );
  await app.database.query("CREATE TRIGGER refuse_write BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_write()");
  const answer = await client.post("/api/tokens", { name: "x", scopes: ["read"], expiresInDays: null });
  await app.database.query("DROP TRIGGER refuse_write ON audit_events");
  expect([answer.status, answer.json()]).toMatchObject([503, { code: "database_refused", detail: expect.stringContaining(words) }]);
  expect(await app.database.query("SELECT 1 FROM access_tokens")).toEqual([]);
});
