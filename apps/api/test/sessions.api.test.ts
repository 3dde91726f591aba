import type { SessionList } from "@mosaic/contracts/account";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { createAgent, createConversation, lastMessage, Turn } from "./harness/chat.js";
import { openEvents } from "./harness/open-events.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

const day = 24 * 3_600_000;

let app: TestApp;
/** Another process on the same database. */
let other: TestApp;
let clock: StoppedClock;
let ann: TestClient;

beforeEach(async () => {
  clock = new StoppedClock();
  app = await startTestApp({ replace: [{ token: CLOCK, value: clock }] });
  other = await startTestApp({ database: app.database, runtime: app.runtime, replace: [{ token: CLOCK, value: clock }] });
  ann = await app.member("ann");
});

afterEach(async () => {
  await other.close();
  await app.close();
});

async function sessionsOf(client: TestClient): Promise<SessionList["sessions"]> {
  return (await client.get("/api/sessions")).json<SessionList>().sessions;
}

test("one's sessions are listed with the device and the place of their last use, the one that asks first", async () => {
  const phone = await app.session(ann);
  await app.database.query(
    "UPDATE sessions SET user_agent = 'Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0', address = '203.0.113.9', last_used_at = $1 WHERE id <> (SELECT min(id::text)::uuid FROM sessions)",
    [new Date(clock.now().getTime() - 5 * 60_000)],
  );
  const [here, there, ...none] = await sessionsOf(ann);
  expect(here).toMatchObject({ isCurrent: true, device: "Unknown device" });
  expect(there).toMatchObject({ isCurrent: false, device: "Firefox on Android", address: "203.0.113.9" });
  expect(none).toEqual([]);
  // The phone is used again, from here.
  await phone.get("/api/auth/me");
  expect((await sessionsOf(ann))[1]).toMatchObject({ address: "127.0.0.1", lastUsedAt: clock.now().toISOString() });
  expect((await app.member("bob").then(sessionsOf)).map(({ isCurrent }) => isCurrent)).toEqual([true]);
});

test.each(["the same process", "another process"])("a session that is revoked closes its streams at %s within a second", async (where) => {
  const phone = await app.session(ann);
  const [stolen, own] = [await openEvents(phone, where === "another process" ? other.url : app.url), await openEvents(ann)];
  const target = (await sessionsOf(ann)).find(({ isCurrent }) => !isCurrent);
  expect((await ann.delete(`/api/sessions/${target?.id}`)).status).toBe(204);
  await expect.poll(stolen.isOpen, { timeout: 1_000 }).toBe(false);
  expect((await phone.get("/api/auth/me")).status).toBe(401);
  expect(own.isOpen()).toBe(true);
  expect((await ann.delete(`/api/sessions/${target?.id}`)).status).toBe(404);
  expect(await auditRows(app.database, "session.revoke")).toMatchObject([
    { actor_name: "ann", target_id: target?.id, details: { count: 1 } },
  ]);
});

test("signing out everywhere else leaves this browser only", async () => {
  const others = [await app.session(ann), await app.session(ann)];
  const streams = [await openEvents(others[0] ?? ann), await openEvents(others[1] ?? ann, other.url)];
  const own = await openEvents(ann, other.url);
  expect((await ann.delete("/api/sessions")).status).toBe(204);
  for (const { isOpen } of streams) {
    await expect.poll(isOpen, { timeout: 1_000 }).toBe(false);
  }
  expect(own.isOpen()).toBe(true);
  expect(await sessionsOf(ann)).toHaveLength(1);
  expect(await auditRows(app.database, "session.revoke")).toMatchObject([{ details: { count: 2, isAllOthers: true } }]);
});

test("an export of the audit ends with the session that asked for it", { timeout: 60_000 }, async () => {
  const rows = 100_000;
  await app.database.query(
    `INSERT INTO audit_events (id, at, action, outcome, actor_kind, actor_name, target_type, target_name, details)
     SELECT gen_random_uuid(), now() - interval '500 days', 'test.row', 'done', 'system', repeat('a', 60), 'test', repeat('b', 60), '{}' FROM generate_series(1, $1)`,
    [rows],
  );
  const admin = await app.admin();
  const session = await app.session(admin);
  const response = await session.open("GET", "/api/admin/audit/export?format=jsonl");
  const reader = response.body?.getReader();
  let size = (await reader?.read())?.value?.length ?? 0;
  expect(size).toBeGreaterThan(0);
  expect((await admin.delete("/api/sessions")).status).toBe(204);
  await expect(
    (async () => {
      for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
        size += chunk.value.length;
      }
    })(),
  ).rejects.toThrow();
  expect(size).toBeLessThan(rows * 200);
});

test("another's session is revoked as little as a missing one", async () => {
  const bob = await app.member("bob");
  const id = (await sessionsOf(ann))[0]?.id;
  const others = await bob.delete(`/api/sessions/${id}`);
  const missing = await bob.delete("/api/sessions/01890a5d-ac96-774b-bcce-b302099a8057");
  expect([others.status, others.text]).toEqual([404, missing.text]);
  expect((await ann.get("/api/auth/me")).status).toBe(200);
});

test("signing out closes the stream of that session only, on every process", async () => {
  const phone = await app.session(ann);
  const [here, there] = [await openEvents(ann, other.url), await openEvents(phone)];
  await ann.post("/api/auth/logout");
  await expect.poll(here.isOpen, { timeout: 1_000 }).toBe(false);
  expect(there.isOpen()).toBe(true);
  expect(await auditRows(app.database, "auth.sign_out")).toMatchObject([{ actor_name: "ann", outcome: "done" }]);
});

test("a token that is revoked closes its program's streams on every process", async () => {
  const program = await app.token(ann, ["read"]);
  const streams = [await openEvents(program), await openEvents(program, other.url)];
  const [token] = (await ann.get("/api/tokens")).json<{ tokens: { id: string }[] }>().tokens;
  await ann.delete(`/api/tokens/${token?.id}`);
  for (const { isOpen } of streams) {
    await expect.poll(isOpen, { timeout: 1_000 }).toBe(false);
  }
});

test("an answer that is being given to a session that ends is given to it no more, and goes on", async () => {
  const { id: agentId } = await createAgent(ann);
  const conversationId = await createConversation(ann, agentId);
  const phone = new TestClient(other.url, { cookie: (await app.session(ann)).cookie ?? "" });
  const turn = await Turn.open(phone, conversationId, "[demo:slow ms=50 words=120]");
  await turn.until(({ text }) => text !== "");
  await ann.delete("/api/sessions");
  await turn.ended;
  expect(turn.events.at(-1)?.type).not.toBe("done");
  expect((await lastMessage(ann, conversationId)).status).toBe("streaming");
  await expect.poll(async () => (await lastMessage(ann, conversationId)).status, { timeout: 20_000 }).toBe("complete");
});

test("a stream ends when its session expires by itself", async () => {
  const stream = await openEvents(ann);
  const busy = await openEvents(await app.token(ann, ["read"]));
  clock.move(7.1 * day);
  await expect.poll(stream.isOpen, { timeout: 8_000 }).toBe(false);
  expect(busy.isOpen()).toBe(true);
});

test("what ended while the connection for notifications was away is closed after it is back", async () => {
  const program = await app.token(ann, ["chat"]);
  const { id: agentId } = await createAgent(ann);
  const conversationId = await createConversation(ann, agentId);
  const turn = await Turn.open(program, conversationId, "[demo:slow ms=50 words=400]");
  await turn.until(({ events }) => events.some(({ type }) => type === "accepted"));
  // Behind the API's back: nobody is told.
  await app.database.query("DELETE FROM access_tokens");
  await app.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN %'",
  );
  await turn.ended;
  expect((await lastMessage(ann, conversationId)).status).not.toBe("complete");
});

test("a demotion takes effect with the next request, and refusals are written down once a minute", async () => {
  await app.admin();
  const admin = await app.member("second");
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [admin.userId]);
  expect((await admin.get("/api/admin/users")).status).toBe(200);
  await app.database.query("UPDATE users SET role = 'member' WHERE id = $1", [admin.userId]);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect((await admin.get("/api/admin/users")).status).toBe(403);
  }
  clock.move(61_000);
  expect((await admin.get("/api/admin/users")).status).toBe(403);
  const refusal = { action: "access.refuse", outcome: "refused", actor_name: "second", target_name: "GET /api/admin/users" };
  expect(await auditRows(app.database)).toMatchObject([refusal, refusal]);
});
