import { randomUUIDv7 } from "node:crypto";
import type { Conversation, MessagePage } from "@mosaic/contracts/chat";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import type { ProviderList } from "@mosaic/contracts/provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sealParts } from "../src/modules/conversations/message-seal.js";
import { TurnLogService } from "../src/modules/conversations/turn-log.service.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { TurnPresenceService } from "../src/modules/turns/turn-presence.service.js";
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

test("another's conversation answers as a missing one, byte for byte, on every route, for admins too", async () => {
  const id = await createConversation(ann, agentId);
  await say(ann, id, "a secret of Ann's");
  for (const stranger of [bob, await app.admin()]) {
    for (const [method, suffix, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { title: "mine" }],
      ["PATCH", "", { isPinned: true }],
      ["POST", "/restore", undefined],
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
  const rows = await storedMessages(id);
  expect(rows.every((row) => row.content_encrypted.startsWith("enc:"))).toBe(true);
  await app.database.query(
    "UPDATE messages SET content_encrypted = (SELECT content_encrypted FROM messages WHERE conversation_id = $1 AND role = 'user') WHERE conversation_id = $1 AND role = 'assistant'",
    [id],
  );
  expect((await ann.get(`/api/conversations/${id}`)).status).toBe(500);
});

test("an answer says what it cost and how full the context is, by the price and the room that its model had then", async () => {
  const cat = await app.member(uniqueName("cat"));
  const agent = await createAgent(cat);
  const id = await createConversation(cat, agent.id);
  const usageOfNext = async () => {
    await say(cat, id, "hello");
    return (await conversationOf(cat, id)).messages.at(-1)?.usage;
  };
  const before = await usageOfNext();
  expect(before).not.toHaveProperty("costMicros");
  const prices = { inputMicrosPerMillion: 1_000_000, outputMicrosPerMillion: 2_000_000 };
  const { providers } = (await cat.get("/api/providers")).json<ProviderList>();
  const [provider] = providers;
  const models = provider?.models.map((model) => ({ ...model, contextWindow: 4096, prices }));
  expect((await cat.patch(`/api/providers/${provider?.id}`, { models })).status).toBe(200);
  const usage = await usageOfNext();
  const [input = 0, output = 0] = [usage?.inputTokens, usage?.outputTokens];
  expect(usage).toMatchObject({ contextWindow: 4096, costMicros: input + 2 * output, model: models?.[0]?.id });
  expect(usage?.contextTokens).toBeGreaterThan(0);
  await cat.patch(`/api/providers/${provider?.id}`, { models: models?.map(({ id: model }) => ({ id: model })) });
  expect((await conversationOf(cat, id)).messages.at(-1)?.usage).toEqual(usage);
});

test("an answer keeps its parts as one sealed value, and what it took; a message of text is stored as ever", async () => {
  const id = await createConversation(ann, agentId);
  await say(ann, id, "hello");
  const stored = await storedMessages(id);
  expect(stored.map(({ content_format }) => content_format)).toEqual(["text", "text"]);
  const [question, answer] = (await conversationOf(ann, id)).messages;
  expect(question).toMatchObject({ parts: [{ type: "text", text: "hello" }], usage: null });
  expect(answer?.parts).toEqual([{ type: "text", text: answer?.content }]);
  expect(answer?.usage?.inputTokens).toBeGreaterThan(0);
  expect(answer?.usage?.outputTokens).toBeGreaterThan(0);

  const parts: MessagePart[] = [
    { type: "reasoning", text: "They greet me." },
    { type: "tool_call", id: "1", name: "read", state: "completed", input: "{}", output: "42" },
    { type: "text", text: "It is 42." },
    { type: "file", name: "a.pdf", mediaType: "application/pdf", sizeBytes: 3 },
    { type: "notice", text: "The end was cut off." },
  ];
  const sealed = sealParts(app.nest.get(CryptoService), { userId: ann.userId ?? "", messageId: answer?.id ?? "" }, parts);
  await app.database.query("UPDATE messages SET content_encrypted = $2, content_format = $3 WHERE id = $1", [
    answer?.id,
    sealed.contentEncrypted,
    sealed.contentFormat,
  ]);
  expect(sealed.contentFormat).toBe("parts");
  expect((await conversationOf(ann, id)).messages[1]).toMatchObject({ content: "It is 42.", parts });
});

test("an answer whose process died keeps every part of its log", async () => {
  const id = await createConversation(ann, agentId);
  const key = { userId: ann.userId ?? "", answerId: randomUUIDv7() };
  const empty = sealParts(app.nest.get(CryptoService), { userId: key.userId, messageId: key.answerId }, []);
  await app.database.query(
    "INSERT INTO messages (id, conversation_id, role, content_encrypted, status, process_id) VALUES ($1, $2, 'assistant', $3, 'streaming', $4)",
    [key.answerId, id, empty.contentEncrypted, app.nest.get(TurnPresenceService).processId],
  );
  const call = { type: "tool_call", id: "1", name: "read", state: "running" } as const;
  await app.nest.get(TurnLogService).append(key, app.nest.get(TurnPresenceService).processId, 1, [
    { type: "reasoning", text: "Hm" },
    { ...call, input: "{}" },
    { type: "delta", text: "It is" },
  ]);
  const page = (await ann.get(`/api/conversations/${id}/messages`)).json<MessagePage>();
  expect(page.messages).toMatchObject([{ status: "streaming", content: "It is" }]);
  await app.nest.get(TurnPresenceService).breakOffOrphans();
  const parts = [
    { type: "reasoning", text: "Hm" },
    { ...call, input: "{}" },
    { type: "text", text: "It is" },
  ];
  // An agent that runs is asked first, and does not know of it.
  await expect.poll(async () => (await conversationOf(ann, id)).messages[0]?.status).toBe("broken_off");
  expect((await conversationOf(ann, id)).messages).toMatchObject([{ status: "broken_off", content: "It is", parts, usage: null }]);
});

async function storedMessages(conversationId: string): Promise<{ content_encrypted: string; content_format: string }[]> {
  return app.database.query("SELECT content_encrypted, content_format FROM messages WHERE conversation_id = $1 ORDER BY id", [
    conversationId,
  ]);
}
