import { randomUUIDv7 } from "node:crypto";
import type { Conversation } from "@mosaic/contracts/chat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConversationDeletionService } from "../src/modules/conversations/conversation-deletion.service.js";
import { DELETION_TIMES, deletionTimes } from "../src/modules/conversations/deletion-times.js";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { conversationOf, createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
import { Page } from "./harness/open-events.js";
import { recipes } from "./harness/route-recipes.js";
import { routesOf } from "./harness/routes.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";
import { createTestDatabase } from "./harness/test-database.js";

const clock = new StoppedClock();
let app: TestApp;
/** Another process on the same database and engine. */
let other: TestApp;

beforeAll(async () => {
  const replace = [{ token: CLOCK, value: clock }];
  app = await startTestApp({ replace });
  other = await startTestApp({ replace, database: app.database, runtime: app.runtime });
});

afterAll(async () => {
  await other.close();
  await app.close();
});

interface Owner {
  readonly client: TestClient;
  /** The same person, at the other process. */
  readonly there: TestClient;
  readonly agentId: string;
  readonly conversationId: string;
}

async function owner(): Promise<Owner> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  return { client, there, agentId, conversationId: await createConversation(client, agentId) };
}

async function listed(client: TestClient, query = ""): Promise<string[]> {
  const { conversations } = (await client.get(`/api/conversations${query}`)).json<{ conversations: Conversation[] }>();
  return conversations.map(({ id }) => id);
}

async function remove(client: TestClient, id: string): Promise<void> {
  expect((await client.delete(`/api/conversations/${id}`)).status).toBe(204);
}

async function restore(client: TestClient, id: string): Promise<number> {
  return (await client.post(`/api/conversations/${id}/restore`)).status;
}

const removal = (of: TestApp): ConversationDeletionService => of.nest.get(ConversationDeletionService, { strict: false });

async function rowsOf(id: string): Promise<{ conversations: number; messages: number }> {
  const [row] = await app.database.query<{ conversations: number; messages: number }>(
    `SELECT (SELECT count(*)::int FROM conversations WHERE id = $1) AS conversations,
       (SELECT count(*)::int FROM messages WHERE conversation_id = $1) AS messages`,
    [id],
  );
  return row ?? { conversations: 0, messages: 0 };
}

test("a deleted conversation answers as a missing one, byte for byte, on every route that names it or a turn of it", async () => {
  const { client, agentId, conversationId } = await owner();
  const { message } = await say(client, conversationId, "hello");
  await remove(client, conversationId);
  const waiting = randomUUIDv7();
  await app.database.query("INSERT INTO waiting_messages (id, conversation_id, content_encrypted) VALUES ($1, $2, 'enc:')", [
    waiting,
    conversationId,
  ]);
  const ids: Partial<Record<string, string>> = {
    conversation: conversationId,
    answering: conversationId,
    turn: message.id,
    answer: message.id,
    "hidden-message": message.id,
    waiting,
  };
  const routes = routesOf(app.nest).filter(({ handler }) => ids[recipes[handler]?.kind ?? ""] !== undefined);
  expect(routes.map(({ handler }) => handler)).toEqual(
    expect.arrayContaining(["get", "messages", "update"].map((name) => `ConversationsController.${name}`)),
  );
  expect(routes.length).toBeGreaterThan(9);
  for (const { method, path, handler } of routes) {
    const recipe = recipes[handler];
    const ask = async (id: string) => client.request(method, `${path.replace(":id", id)}${recipe?.query ?? ""}`, recipe?.body);
    const [deleted, missing] = [await ask(ids[recipe?.kind ?? ""] ?? ""), await ask(crypto.randomUUID())];
    expect([handler, deleted.status, deleted.text]).toEqual([handler, 404, missing.text]);
  }
  expect([await listed(client), await listed(client, "?isArchived=true"), await listed(client, `?agentId=${agentId}`)]).toEqual([
    [],
    [],
    [],
  ]);
  expect((await client.get(`/api/agents/${agentId}/deletion-summary`)).json()).toMatchObject({ conversations: 0, messages: 0 });
  const summary = await (await app.admin()).get(`/api/admin/users/${client.userId}/deletion-summary`);
  expect(summary.json()).toMatchObject({ agents: 1, conversations: 0 });
});

test("its owner brings it back as it was, from any process, and again without harm; nobody else does", async () => {
  const { client, there, conversationId } = await owner();
  await say(client, conversationId, "hello");
  await client.patch(`/api/conversations/${conversationId}`, { title: "Garden", isPinned: true });
  const before = await conversationOf(client, conversationId);
  const page = await Page.open(there);
  await remove(client, conversationId);
  const stranger = await owner();
  for (const who of [stranger.client, await app.admin()]) {
    const [foreign, missing] = [conversationId, crypto.randomUUID()].map(async (id) => who.post(`/api/conversations/${id}/restore`));
    expect([(await foreign)?.status, (await foreign)?.text]).toEqual([404, (await missing)?.text]);
  }
  clock.move(deletionTimes.undoMs - 1);
  expect([await restore(there, conversationId), await restore(client, conversationId)]).toEqual([200, 200]);
  expect(await conversationOf(client, conversationId)).toEqual(before);
  // Of the deletion, and of each time that it was brought back.
  await expect.poll(() => page.events.filter(({ type }) => type === "conversation")).toHaveLength(3);
  page.close();
  const noted = [...(await auditRows(app.database, "conversation.delete")), ...(await auditRows(app.database, "conversation.restore"))];
  expect(noted.filter(({ target_id }) => target_id === conversationId).map(({ action }) => action)).toEqual([
    "conversation.delete",
    "conversation.restore",
  ]);
  expect((await say(client, conversationId, "go on")).message.status).toBe("complete");
});

test("after its time it can't be brought back, and is removed a while later by one of several processes at once", async () => {
  const { client, agentId, conversationId } = await owner();
  const others = await Promise.all(Array.from({ length: 5 }, async () => createConversation(client, agentId)));
  const [kept, ...gone] = [...others, conversationId];
  await say(client, conversationId, "hello");
  await Promise.all(gone.map(async (id) => remove(client, id)));
  clock.move(deletionTimes.undoMs);
  expect(await restore(client, conversationId)).toBe(404);
  await Promise.all([removal(app).removeDue(), removal(other).removeDue()]);
  expect(await rowsOf(conversationId)).toEqual({ conversations: 1, messages: 2 });
  clock.move(deletionTimes.keptMs - deletionTimes.undoMs);
  await Promise.all([removal(app).removeDue(), removal(other).removeDue(), removal(app).removeDue()]);
  // What one of them left to another that was at it.
  await removal(app).removeDue();
  for (const id of gone) {
    expect(await rowsOf(id)).toEqual({ conversations: 0, messages: 0 });
  }
  expect(await listed(client)).toEqual([kept]);
});

test("a removal that was interrupted in its middle shows nothing of the rest, and goes on in another process", async () => {
  const { client, conversationId } = await owner();
  await say(client, conversationId, "hello");
  await remove(client, conversationId);
  clock.move(deletionTimes.keptMs);
  await app.database.query(`
    CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the process ends here'; END $$;
    CREATE TRIGGER refuse_removal BEFORE DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION refuse_removal()`);
  await expect(removal(app).removeDue()).rejects.toThrow();
  await app.database.query("DROP TRIGGER refuse_removal ON conversations");
  expect(await rowsOf(conversationId)).toEqual({ conversations: 1, messages: 0 });
  expect([await restore(client, conversationId), (await client.get(`/api/conversations/${conversationId}`)).status]).toEqual([404, 404]);
  await removal(other).removeDue();
  expect(await rowsOf(conversationId)).toEqual({ conversations: 0, messages: 0 });
});

test("what a process deleted that runs no more is removed by the next one, by itself", async () => {
  const database = await createTestDatabase();
  const first = await startTestApp({ database });
  const client = await first.member(uniqueName("ann"));
  const conversationId = await createConversation(client, (await createAgent(client)).id);
  await remove(client, conversationId);
  await first.close();
  const times = { ...deletionTimes, undoMs: 0, keptMs: 0, removeEveryMs: 20 };
  const second = await startTestApp({ database, replace: [{ token: DELETION_TIMES, value: times }] });
  await expect.poll(async () => database.query("SELECT 1 FROM conversations WHERE id = $1", [conversationId])).toEqual([]);
  await second.close();
  await database.drop();
});

test("deleting it in mid-answer stops the answer, closes every reader, and brings back what was said until then", async () => {
  const { client, there, agentId, conversationId } = await owner();
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=40 words=2000]");
  await turn.until(({ text }) => text.length > 20);
  const answerId = await turn.answerId();
  const follower = await Turn.follow(there, answerId);
  await follower.until(({ text }) => text !== "");
  await remove(there, conversationId);
  await Promise.all([turn.ended, follower.ended]);
  await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
  for (const reader of [client, there]) {
    expect((await reader.get(`/api/turns/${answerId}/events`)).status).toBe(404);
    expect(await stop(reader, answerId)).toBe(404);
    expect((await reader.post(`/api/conversations/${conversationId}/messages`, { content: "still there?" })).status).toBe(404);
  }
  expect(await restore(client, conversationId)).toBe(200);
  const { messages } = await conversationOf(client, conversationId);
  expect(messages[1]).toMatchObject({ id: answerId, status: "stopped", content: expect.stringContaining(turn.text.slice(0, 20)) });
  expect(messages[1]?.error).toMatchObject({
    code: "conversation_deleted",
    detail: expect.stringContaining("when its conversation was deleted"),
  });
  expect((await say(client, conversationId, "go on")).message.status).toBe("complete");
});

test("an agent takes its deleted conversations with it, at once", async () => {
  const { client, agentId, conversationId } = await owner();
  await say(client, conversationId, "hello");
  await remove(client, conversationId);
  expect((await client.delete(`/api/agents/${agentId}`)).status).toBe(204);
  expect(await rowsOf(conversationId)).toEqual({ conversations: 0, messages: 0 });
  expect(await restore(client, conversationId)).toBe(404);
});

test("many deletions and messages at once leave each conversation either answered or deleted", async () => {
  const { client, there, agentId } = await owner();
  await say(client, await createConversation(client, agentId), "wake up");
  for (let round = 0; round < 4; round += 1) {
    const ids = await Promise.all(Array.from({ length: 4 }, async () => createConversation(client, agentId)));
    const answers = ids.map(async (id) => client.post(`/api/conversations/${id}/messages`, { content: "hello" }));
    const deletions = await Promise.all(ids.map(async (id) => there.delete(`/api/conversations/${id}`)));
    expect(deletions.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await Promise.all(answers)).every(({ status }) => status === 200 || status === 404)).toBe(true);
    await expect
      .poll(async () => app.database.query("SELECT 1 FROM messages WHERE conversation_id = ANY($1) AND status = 'streaming'", [ids]))
      .toEqual([]);
  }
});
