import type { Conversation } from "@mosaic/contracts/chat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { conversationOf, createAgent, createConversation, say } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let bob: TestClient;
let agentId: string;

const missingId = "0190f0f0-0000-7000-8000-000000000000";

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.member(uniqueName("ann"));
  bob = await app.member(uniqueName("bob"));
  agentId = (await createAgent(ann)).id;
});

afterAll(async () => {
  await app.close();
});

async function list(client: TestClient): Promise<Conversation[]> {
  return (await client.get("/api/conversations")).json<{ conversations: Conversation[] }>().conversations;
}

test("a new conversation is empty and has a name; the first message names it, a later one does not", async () => {
  const id = await createConversation(ann, agentId);
  expect(await conversationOf(ann, id)).toMatchObject({ agentId, title: "New conversation", messages: [] });
  await say(ann, id, "Plan my week, please");
  await say(ann, id, "And the next one");
  expect((await conversationOf(ann, id)).title).toBe("Plan my week, please");
});

test("a name that its owner gave before the first message stays", async () => {
  const id = await createConversation(ann, agentId);
  expect((await ann.patch(`/api/conversations/${id}`, { title: "Garden" })).status).toBe(200);
  await say(ann, id, "Plan my week, please");
  expect((await conversationOf(ann, id)).title).toBe("Garden");
});

test("the list has the one that was spoken in last first", async () => {
  const [first, second] = [await createConversation(ann, agentId), await createConversation(ann, agentId)];
  expect((await list(ann)).slice(0, 2).map(({ id }) => id)).toEqual([second, first]);
  await say(ann, first, "hello");
  expect((await list(ann)).slice(0, 2).map(({ id }) => id)).toEqual([first, second]);
});

test("a conversation is renamed, which does not move it up", async () => {
  const [first, second] = [await createConversation(ann, agentId), await createConversation(ann, agentId)];
  expect((await ann.patch(`/api/conversations/${first}`, { title: "  Garden  " })).json()).toMatchObject({ id: first, title: "Garden" });
  expect((await list(ann)).slice(0, 2).map(({ id, title }) => [id, title])).toEqual([
    [second, "New conversation"],
    [first, "Garden"],
  ]);
  for (const body of [{ title: "  " }, { title: "x".repeat(121) }, {}]) {
    expect((await ann.patch(`/api/conversations/${first}`, body)).status).toBe(400);
  }
});

test("a deleted conversation is gone, with its messages", async () => {
  const id = await createConversation(ann, agentId);
  await say(ann, id, "hello");
  expect((await ann.delete(`/api/conversations/${id}`)).status).toBe(204);
  expect((await ann.get(`/api/conversations/${id}`)).status).toBe(404);
  expect(await app.database.query("SELECT 1 FROM messages WHERE conversation_id = $1", [id])).toEqual([]);
});

test("another's conversation answers as a missing one, byte for byte, on every route, for admins too", async () => {
  const id = await createConversation(ann, agentId);
  await say(ann, id, "a secret of Ann's");
  for (const stranger of [bob, await app.admin()]) {
    for (const [method, suffix, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { title: "mine" }],
      ["POST", "/messages", { content: "hello" }],
      ["DELETE", "", undefined],
    ] as const) {
      const theirs = await stranger.request(method, `/api/conversations/${id}${suffix}`, body);
      const missing = await stranger.request(method, `/api/conversations/${missingId}${suffix}`, body);
      expect([theirs.status, missing.status]).toEqual([404, 404]);
      expect(theirs.text).toBe(missing.text);
    }
    expect(await list(stranger)).toEqual([]);
  }
  expect((await conversationOf(ann, id)).messages).toHaveLength(2);
});

test("nobody opens a conversation with another's agent", async () => {
  const theirs = await bob.post("/api/conversations", { agentId });
  const missing = await bob.post("/api/conversations", { agentId: missingId });
  expect([theirs.status, missing.status]).toEqual([404, 404]);
  expect(theirs.text).toBe(missing.text);
});

test("texts are sealed for their owner and their place: one moved to another row does not open", async () => {
  const id = await createConversation(ann, agentId);
  await say(ann, id, "the launch code is 0000");
  const rows = await app.database.query<{ content_encrypted: string }>(
    "SELECT content_encrypted FROM messages WHERE conversation_id = $1",
    [id],
  );
  expect(rows.every((row) => row.content_encrypted.startsWith("enc:"))).toBe(true);
  await app.database.query(
    "UPDATE messages SET content_encrypted = (SELECT content_encrypted FROM messages WHERE conversation_id = $1 AND role = 'user') WHERE conversation_id = $1 AND role = 'assistant'",
    [id],
  );
  expect((await ann.get(`/api/conversations/${id}`)).status).toBe(500);
});

test("of a long conversation the newest 200 messages come, oldest first", async () => {
  const id = await createConversation(ann, agentId);
  const crypto = app.nest.get(CryptoService);
  for (let index = 0; index < 203; index += 1) {
    const messageId = `0190f0f0-0000-7000-8000-${String(index).padStart(12, "0")}`;
    const sealed = crypto.seal(`message ${index}`, { owner: ann.userId ?? "", field: `messages.content_encrypted:${messageId}` });
    await app.database.query(
      "INSERT INTO messages (id, conversation_id, role, content_encrypted, status) VALUES ($1, $2, 'user', $3, 'complete')",
      [messageId, id, sealed],
    );
  }
  const { messages } = await conversationOf(ann, id);
  expect(messages.map(({ content }) => content)).toEqual(Array.from({ length: 200 }, (_, index) => `message ${index + 3}`));
});
