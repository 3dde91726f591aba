import { randomBytes, randomUUIDv7 } from "node:crypto";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withDatabase } from "../src/cli/command.js";
import { rotateKey } from "../src/cli/rotate-key.js";
import { ApiProcess } from "../src/platform/api-process/api-process.js";
import { processLockKey } from "../src/platform/api-process/process-lock.js";
import { KeyRotationService } from "../src/modules/key-rotation/key-rotation.service.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";

let app: TestApp;

beforeEach(async () => {
  app = await startTestApp();
});

afterEach(async () => {
  await app.close();
});

interface Rotation {
  readonly ended: Promise<unknown>;
  isOver(): boolean;
}

function rotate(): Rotation {
  let isOver = false;
  const terminal = { say: () => undefined, note: () => undefined };
  const currentSecret = app.env.MOSAIC_SECRET_KEY.open();
  const newSecret = randomBytes(48).toString("base64");
  const ended = withDatabase(app.env.DATABASE_URL.open(), async (database) =>
    rotateKey(database, { currentSecret, newSecret, terminal }),
  ).finally(() => {
    isOver = true;
  });
  return { ended, isOver: () => isOver };
}

async function rows(): Promise<{ id: string; key_phase: string; seen_at: string }[]> {
  return app.database.query("SELECT id, key_phase, seen_at::text FROM api_processes ORDER BY id");
}

/** What a process of the API is to all others: its row and, as long as it lives, its lock. */
async function processOf(seenAt: string): Promise<string> {
  const id = randomUUIDv7();
  await app.database.query(`INSERT INTO api_processes (id, seen_at) VALUES ($1, ${seenAt})`, [id]);
  return id;
}

async function ringPhase(): Promise<string | undefined> {
  return (
    await app.database.query<{ phase: string }>("SELECT value::jsonb ->> 'phase' AS phase FROM system_config WHERE key = 'crypto.key_ring'")
  )[0]?.phase;
}

async function follow(id: string, phase: string): Promise<void> {
  await expect.poll(ringPhase).toBe(phase);
  await app.database.query(
    `UPDATE api_processes SET key_phase = (SELECT value::jsonb ->> 'to' FROM system_config WHERE key = 'crypto.key_ring') || ':' || $2 WHERE id = $1`,
    [id, phase],
  );
}

const moment = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_000));

test("a process says once how far it follows, under the id whose lock it holds, and says no more when it ends", async () => {
  const { id } = app.nest.get(ApiProcess, { strict: false });
  expect(await rows()).toEqual([{ id, key_phase: "", seen_at: "infinity" }]);
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  expect(await rows()).toHaveLength(2);
  await other.close();
  expect(await rows()).toHaveLength(1);
  await rotate().ended;
  expect(await rows()).toMatchObject([{ id, key_phase: expect.stringMatching(/:sealing$/) as string, seen_at: "infinity" }]);
});

test("a rotation waits for a process that lives, however long ago its row was written", async () => {
  const id = await processOf("'infinity'");
  const alive = new pg.Client(app.env.DATABASE_URL.open());
  await alive.connect();
  await alive.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [processLockKey(id)]);
  const rotation = rotate();
  for (const phase of ["announced", "sealing"]) {
    await expect.poll(ringPhase).toBe(phase);
    await moment();
    expect([rotation.isOver(), await ringPhase()]).toEqual([false, phase]);
    await follow(id, phase);
  }
  await rotation.ended;
  await alive.end();
});

test("a rotation does not wait for a process that died, and the others forget it at their second look", { timeout: 30_000 }, async () => {
  const id = await processOf("'infinity'");
  const began = performance.now();
  await rotate().ended;
  expect(performance.now() - began).toBeLessThan(15_000);
  const forget = app.nest.get(KeyRotationService, { strict: false });
  expect((await rows()).map((row) => row.id)).toContain(id);
  await forget.forgetDead();
  expect((await rows()).map((row) => row.id)).toContain(id);
  await forget.forgetDead();
  expect((await rows()).map((row) => row.id)).toEqual([app.nest.get(ApiProcess, { strict: false }).id]);
});

test("a rotation waits for a process of the release before, which writes the time every 5 s", async () => {
  const gone = await processOf("now() - interval '21 seconds'");
  const former = await processOf("now()");
  const rotation = rotate();
  for (const phase of ["announced", "sealing"]) {
    await expect.poll(ringPhase).toBe(phase);
    await moment();
    expect([rotation.isOver(), await ringPhase()]).toEqual([false, phase]);
    await follow(former, phase);
  }
  await rotation.ended;
  expect((await rows()).find(({ id }) => id === gone)?.key_phase).toBe("");
});

test("a process that others took for dead is in the list again as soon as it hears notices again", async () => {
  const { id } = app.nest.get(ApiProcess, { strict: false });
  await app.database.query("DELETE FROM api_processes");
  await app.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await expect.poll(async () => (await rows()).map((row) => row.id), { timeout: 10_000 }).toEqual([id]);
});
