import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PostgresSession } from "../src/platform/database/postgres-session.js";
import { Logger } from "../src/platform/logging/logger.js";
import { agentOf, createAgent, createConversation, say } from "./harness/chat.js";
import { startTestApp } from "./harness/test-app.js";
import { createTestDatabase, type TestDatabase } from "./harness/test-database.js";

let database: TestDatabase;
const sessions: PostgresSession[] = [];
const warnings: string[] = [];
const note = (warning: Error): void => void warnings.push(warning.message);

beforeEach(async () => {
  database = await createTestDatabase();
  warnings.length = 0;
  process.on("warning", note);
});

afterEach(async () => {
  process.off("warning", note);
  for (const session of sessions.splice(0)) {
    await session.close();
  }
  await database.drop();
});

/** Node tells a warning in the next tick. */
async function concurrentQueries(): Promise<string[]> {
  await sleep(1);
  return warnings.filter((words) => words.includes("already executing a query"));
}

function open(onConnected: (connection: Client) => Promise<void> = async () => undefined, name = "session"): PostgresSession {
  const url = `${database.url}${database.url.includes("?") ? "&" : "?"}application_name=${name}`;
  const session = new PostgresSession({ url, purpose: "a test", logger: new Logger("error"), firstRetryMs: 1, onConnected });
  sessions.push(session);
  return session;
}

const pidOf = async (connection: Client): Promise<number> =>
  (await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid ?? 0;

test("statements of one session wait for each other, in order, and one that fails does not fail the next", async () => {
  const connection = await open().connected();
  const said: string[] = [];
  const ask = async (sql: string, name: string): Promise<void> => {
    await connection.query(sql).then(
      () => said.push(name),
      () => said.push(`${name} failed`),
    );
  };
  await Promise.all([ask("SELECT pg_sleep(0.05)", "first"), ask("SELECT nothing FROM nowhere", "second"), ask("SELECT 1", "third")]);
  expect(said).toEqual(["first", "second failed", "third"]);
  expect(await concurrentQueries()).toEqual([]);
});

test("a session that is cut comes back by itself in the state of before, and what waited on the former one fails", async () => {
  const prepared: number[] = [];
  const session = open(async (connection) => void prepared.push(await pidOf(connection)));
  const former = await session.connected();
  expect(session.upAgainForMs()).toBe(Infinity);
  const waiting = Promise.allSettled([former.query("SELECT pg_sleep(60)"), former.query("SELECT 1")]);
  await vi.waitUntil(async () => {
    const sql =
      "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE application_name = 'session' AND query LIKE '%sleep(60)%'";
    return (await database.query(sql)).length > 0;
  });
  expect((await waiting).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await vi.waitUntil(() => session.client !== undefined && prepared.length === 2);
  expect(session.client).not.toBe(former);
  expect(new Set(prepared).size).toBe(2);
  expect(session.upAgainForMs()).toBeLessThan(Infinity);
  await expect(former.query("SELECT 1")).rejects.toThrow();
  expect(await pidOf(await session.connected())).toBe(prepared[1]);
});

test("many who need it at once share one connection; a closed one is opened for nobody", async () => {
  const session = open();
  const connections = await Promise.all(Array.from({ length: 10 }, async () => session.connected()));
  expect(new Set(connections).size).toBe(1);
  await session.close();
  await expect(open().connected()).resolves.toBeDefined();
  await expect(session.connected().then(async (connection) => connection.query("SELECT 1"))).rejects.toThrow();
});

test("no connection of the application is asked while it answers", async () => {
  const app = await startTestApp({ database });
  try {
    const client = await app.member("ann");
    const agents = await Promise.all([1, 2, 3].map(async () => createAgent(client)));
    await Promise.all(
      agents.map(async ({ id }) => {
        await say(client, await createConversation(client, id), "hello");
        await agentOf(client, id);
      }),
    );
  } finally {
    await app.close();
  }
  expect(await concurrentQueries()).toEqual([]);
});
