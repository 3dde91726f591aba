import { randomUUID } from "node:crypto";
import { messageMaxCharacters, type CurrentDraft, type Draft, type OwnerEvent } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conversationOf, createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
import { Page } from "./harness/open-events.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
/** Another process on the same database and engine. */
let other: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  other = await startTestApp({ database: app.database, runtime: app.runtime });
});

afterAll(async () => {
  await other.close();
  await app.close();
});

interface Owner {
  readonly client: TestClient;
  /** The same person on another device, at the other process. */
  readonly there: TestClient;
  readonly conversationId: string;
}

async function owner(): Promise<Owner> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  return { client, there, conversationId: await createConversation(client, agentId) };
}

type ConversationEvent = Extract<OwnerEvent, { type: "conversation" }>;

const changesOf = (page: Page): ConversationEvent[] => page.events.filter((event) => event.type === "conversation");

const isUnread = async (client: TestClient): Promise<boolean[]> =>
  (await client.get("/api/conversations")).json<ConversationList>().conversations.map((one) => one.isUnread === true);

const read = async (client: TestClient, id: string, messageId: string) => client.post(`/api/conversations/${id}/read`, { messageId });

test("an answer is unread on every device until its owner has seen it on one of them", async () => {
  const { client, there, conversationId } = await owner();
  expect(await isUnread(client)).toEqual([false]);
  const page = await Page.open(there);
  const { message } = await say(client, conversationId, "hello");
  expect([await isUnread(client), await isUnread(there)]).toEqual([[true], [true]]);
  expect((await conversationOf(there, conversationId)).isUnread).toBe(true);
  expect((await read(client, conversationId, message.id)).status).toBe(204);
  await expect
    .poll(() => changesOf(page).filter((event) => event.isRead === true))
    .toEqual([{ type: "conversation", conversationId, isRead: true }]);
  expect([await isUnread(client), await isUnread(there)]).toEqual([[false], [false]]);
  // Again, and from both at once: it stays read, and nobody is told of it once more.
  const again = [client, there, client].map(async (device) => read(device, conversationId, message.id));
  expect((await Promise.all(again)).map(({ status }) => status)).toEqual([204, 204, 204]);
  await say(client, conversationId, "more");
  expect(await isUnread(there)).toEqual([true]);
  expect(changesOf(page).filter((event) => event.isRead === true)).toHaveLength(1);
  page.close();
});

test("a mark that comes late leaves what has come since unread", async () => {
  const { client, there, conversationId } = await owner();
  const first = await say(client, conversationId, "one");
  const second = await say(client, conversationId, "two");
  await read(there, conversationId, first.message.id);
  expect(await isUnread(client)).toEqual([true]);
  await read(client, conversationId, second.message.id);
  await read(there, conversationId, first.message.id);
  expect(await isUnread(client)).toEqual([false]);
});

test("who stops an answer has seen it; what they did not see before stays unread", async () => {
  const { client, conversationId } = await owner();
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=30 words=40]");
  await turn.until(({ text }) => text.length > 5);
  await stop(client, await turn.answerId());
  await turn.done();
  expect(await isUnread(client)).toEqual([false]);
});

test("nobody marks or reads what is another's, and what is no id is refused", async () => {
  const { client, conversationId } = await owner();
  const { message } = await say(client, conversationId, "hello");
  const bob = await owner();
  const [others, missing] = [await read(bob.client, conversationId, message.id), await read(bob.client, randomUUID(), message.id)];
  expect([others.status, others.text]).toEqual([404, missing.text]);
  expect((await save(bob.client, conversationId, "mine?")).status).toBe(404);
  expect((await bob.client.get(`/api/conversations/${conversationId}/draft`)).status).toBe(404);
  expect(await isUnread(client)).toEqual([true]);
  for (const body of [{}, { messageId: 7 }, { messageId: "x" }, { messageId: message.id, more: 1 }, []]) {
    expect((await client.post(`/api/conversations/${conversationId}/read`, body)).status).toBe(400);
  }
});

const save = async (client: TestClient, id: string, content: string, revision: string = randomUUID()) =>
  client.put(`/api/conversations/${id}/draft`, { revision, content });

const draftOf = async (client: TestClient, id: string): Promise<Draft | null> =>
  (await client.get(`/api/conversations/${id}/draft`)).json<CurrentDraft>().draft;

test("what is typed on one device is there on the other, sealed in the database, and the newest wins", async () => {
  const { client, there, conversationId } = await owner();
  const page = await Page.open(there);
  const revision = randomUUID();
  expect((await save(client, conversationId, "Remember the\n  garden ☂", revision)).status).toBe(204);
  await expect.poll(() => changesOf(page).at(-1)).toEqual({ type: "conversation", conversationId, draft: { revision } });
  expect((await conversationOf(there, conversationId)).draft).toMatchObject({ revision, content: "Remember the\n  garden ☂" });
  const [row] = await app.database.query<{ stored: string }>("SELECT drafts::text AS stored FROM drafts WHERE conversation_id = $1", [
    conversationId,
  ]);
  expect(row?.stored).toContain("enc:");
  expect(row?.stored).not.toContain("garden");
  // A retry of the same one tells nobody again.
  await save(client, conversationId, "Remember the\n  garden ☂", revision);
  await save(there, conversationId, "Remember the house");
  expect(await draftOf(client, conversationId)).toMatchObject({ content: "Remember the house" });
  expect(changesOf(page).filter((event) => event.draft?.revision === revision)).toHaveLength(1);
  expect((await conversationOf(client, conversationId)).isUnread).toBe(false);
  page.close();
});

test("what was sent takes its draft away, and not one that another device has saved since", async () => {
  const { client, there, conversationId } = await owner();
  const [sent, newer] = [randomUUID(), randomUUID()];
  await save(client, conversationId, "sent", sent);
  await save(there, conversationId, "newer", newer);
  const drop = async (revision: string) => client.delete(`/api/conversations/${conversationId}/draft?revision=${revision}`);
  expect((await drop(sent)).status).toBe(204);
  expect(await draftOf(client, conversationId)).toMatchObject({ content: "newer" });
  const page = await Page.open(there);
  expect([(await drop(newer)).status, (await drop(newer)).status]).toEqual([204, 204]);
  expect(await draftOf(there, conversationId)).toBeNull();
  await expect.poll(() => changesOf(page)).toEqual([{ type: "conversation", conversationId, draft: { revision: null } }]);
  page.close();
});

test("a draft is no longer than a message, and goes with its conversation", async () => {
  const { client, conversationId } = await owner();
  expect((await save(client, conversationId, "x".repeat(messageMaxCharacters))).status).toBe(204);
  expect((await save(client, conversationId, "x".repeat(messageMaxCharacters + 1))).status).toBe(400);
  expect((await save(client, conversationId, "  \n")).status).toBe(400);
  expect((await client.put(`/api/conversations/${conversationId}/draft`, { content: "x" })).status).toBe(400);
  expect((await client.delete(`/api/conversations/${conversationId}/draft`)).status).toBe(400);
  await client.delete(`/api/conversations/${conversationId}`);
  expect((await save(client, conversationId, "late")).status).toBe(404);
  await app.database.query("DELETE FROM conversations WHERE id = $1", [conversationId]);
  expect(await app.database.query("SELECT 1 FROM drafts WHERE conversation_id = $1", [conversationId])).toEqual([]);
});

test("20 saves at once from two devices end as one of them, whole", async () => {
  const { client, there, conversationId } = await owner();
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index} `.repeat(50));
  const saved = await Promise.all(texts.map(async (text, index) => save(index % 2 === 0 ? client : there, conversationId, text)));
  expect(new Set(saved.map(({ status }) => status))).toEqual(new Set([204]));
  expect(texts).toContain((await draftOf(client, conversationId))?.content);
});
