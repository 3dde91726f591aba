import type { Message, MessagePage } from "@mosaic/contracts/chat";
import { textParts } from "@mosaic/contracts/message-parts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MessageTreeRepository } from "../src/modules/conversations/message-tree.repository.js";
import { conversationOf, createAgent, createConversation, say } from "./harness/chat.js";
import { storeMessages } from "./harness/stored-conversation.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let agentId: string;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.member(uniqueName("ann"));
  agentId = (await createAgent(ann)).id;
});

afterAll(async () => {
  await app.close();
});

const contents = (messages: readonly Message[]): string[] => messages.map(({ content }) => content);
const idOf = (conversationId: string, number: number): string =>
  `0190f0f0-0000-7000-${(0x8000 + number).toString(16)}-${conversationId.slice(-12)}`;

/** Four messages as the release before stores them, then two other versions of the second one, of which the path has the last. */
async function storedTree(): Promise<string> {
  const conversationId = await createConversation(ann, agentId);
  const id = (number: number): string => idOf(conversationId, number);
  const messages = ["q1", "a1", "q2", "a2", "a1 again", "a1 once more"].map((text, index) => ({ id: id(index), parts: textParts(text) }));
  await storeMessages(app, { userId: ann.userId ?? "", conversationId }, messages);
  await app.database.query(
    `UPDATE messages m SET role = new.role, parent_id = new.parent, left_at = new.left_at
      FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS new (id, role, parent, left_at) WHERE m.id = new.id`,
    [
      [id(1), id(2), id(3), id(4), id(5)],
      ["assistant", "user", "assistant", "assistant", "assistant"],
      [id(0), id(1), id(2), id(0), id(0)],
      ["2026-11-29T12:00:00Z", "2026-11-29T12:00:00Z", "2026-11-29T12:00:00Z", "2026-11-29T12:00:01Z", null],
    ],
  );
  return conversationId;
}

test("a conversation shows the path alone, and each message says which of its versions it is", async () => {
  const conversationId = await storedTree();
  const { messages } = await conversationOf(ann, conversationId);
  expect(contents(messages)).toEqual(["q1", "a1 once more"]);
  expect(messages.map(({ versions }) => versions)).toEqual([
    undefined,
    { place: 3, count: 3, previousId: idOf(conversationId, 4), nextId: null },
  ]);
});

test("no page has a message beside the path, and none is found around one", async () => {
  const conversationId = await storedTree();
  const page = async (query: string) => ann.get(`/api/conversations/${conversationId}/messages?${query}`);
  const id = (number: number): string => idOf(conversationId, number);
  expect(contents((await page(`before=${id(5)}`)).json<MessagePage>().messages)).toEqual(["q1"]);
  expect(contents((await page(`after=${id(0)}`)).json<MessagePage>().messages)).toEqual(["a1 once more"]);
  expect((await page(`around=${id(4)}`)).status).toBe(404);
});

test("what is said next follows the last message of the path", async () => {
  const conversationId = await storedTree();
  await say(ann, conversationId, "and then?");
  const rows = await app.database.query<{ id: string; parent: string }>(
    "SELECT id, parent_id AS parent FROM messages WHERE conversation_id = $1 ORDER BY id DESC LIMIT 2",
    [conversationId],
  );
  expect(rows.map(({ parent }) => parent)).toEqual([rows[1]?.id, idOf(conversationId, 5)]);
  expect(contents((await conversationOf(ann, conversationId)).messages).slice(0, 3)).toEqual(["q1", "a1 once more", "and then?"]);
});

test("the whole tree comes in pages, each message with the one that it follows", async () => {
  const conversationId = await storedTree();
  const tree = app.nest.get(MessageTreeRepository, { strict: false });
  const key = { userId: ann.userId ?? "", conversationId };
  const bound = { messages: 4, sealedBytes: 1024 * 1024 };
  const first = await tree.read(key, null, bound);
  const rest = await tree.read(key, first.at(-1)?.id ?? null, bound);
  const all = [...first, ...rest];
  expect(first).toHaveLength(4);
  const numbers = new Map(all.map(({ id }, index) => [id, index]));
  expect(all.map(({ parentId, isShown }) => [numbers.get(parentId ?? "") ?? null, isShown])).toEqual([
    [null, true],
    [0, false],
    [1, false],
    [2, false],
    [0, false],
    [0, true],
  ]);
  expect(await tree.read({ userId: key.userId, conversationId: agentId }, null, bound)).toEqual([]);
  expect(await tree.read({ ...key, userId: agentId }, null, bound)).toEqual([]);
  expect(await tree.read(key, rest.at(-1)?.id ?? null, bound)).toEqual([]);
});
