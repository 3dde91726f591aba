import type { SaidAgentEvent } from "@mosaic/contracts/agent-event";
import type { Folder } from "@mosaic/contracts/folders";
import type { ConversationList } from "@mosaic/contracts/conversations";
import type { SearchAnswer } from "@mosaic/contracts/search";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConversationDeletionService } from "../src/modules/conversations/conversation-deletion.service.js";
import { ConversationsService } from "../src/modules/conversations/conversations.service.js";
import { deletionTimes } from "../src/modules/conversations/deletion-times.js";
import { SearchIndexerService } from "../src/modules/search/search-indexer.service.js";
import { CLOCK } from "../src/platform/clock/clock.js";
import { auditRows } from "./harness/audit-rows.js";
import { conversationOf, createAgent, createConversation, say } from "./harness/chat.js";
import { Page } from "./harness/open-events.js";
import { StoppedClock } from "./harness/stopped-clock.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

const clock = new StoppedClock();
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ replace: [{ token: CLOCK, value: clock }] });
});

afterAll(async () => {
  await app.close();
});

interface Owner {
  readonly client: TestClient;
  readonly agentId: string;
}

async function owner(): Promise<Owner> {
  const client = await app.member(uniqueName("ann"));
  return { client, agentId: (await createAgent(client)).id };
}

async function unlisted({ client, agentId }: Owner, folderId?: string): Promise<string> {
  const service = app.nest.get(ConversationsService, { strict: false });
  return (await service.create(client.userId ?? "", { agentId, folderId }, { isListed: false })).id;
}

/** Of every list that it could be in. */
async function listed({ client, agentId }: Owner, folderId: string): Promise<string[]> {
  const lists = ["", "?isArchived=true", `?agentId=${agentId}`, `?agentId=${agentId}&isArchived=true`, `?folderId=${folderId}`];
  const answers = await Promise.all(lists.map(async (query) => client.get(`/api/conversations${query}`)));
  return [...new Set(answers.flatMap((answer) => answer.json<ConversationList>().conversations.map(({ id }) => id)))];
}

async function found({ client }: Owner, q: string): Promise<string[]> {
  await app.nest.get(SearchIndexerService, { strict: false }).catchUp();
  const { hits } = (await client.post("/api/search", { q })).json<SearchAnswer>();
  return [...new Set(hits.map(({ conversationId }) => conversationId))];
}

async function tokensOf(id: string): Promise<number> {
  const [row] = await app.database.query<{ count: number }>(
    `SELECT ((SELECT count(*) FROM search_titles WHERE conversation_id = $1)
       + (SELECT count(*) FROM search_messages s JOIN messages m ON m.id = s.message_id WHERE m.conversation_id = $1))::int AS count`,
    [id],
  );
  return row?.count ?? -1;
}

const deletion = (): ConversationDeletionService => app.nest.get(ConversationDeletionService, { strict: false });

test("an unlisted conversation is in no list, however it is changed, and who knows its id opens it, goes on with it and deletes it", async () => {
  const ann = await owner();
  const { client } = ann;
  const { id: folderId } = (await client.post("/api/folders", { name: "Scripts", instructions: "" })).json<Folder>();
  const id = await unlisted(ann, folderId);
  expect((await say(client, id, "hello")).message.status).toBe("complete");
  expect(await conversationOf(client, id)).toMatchObject({ id, isListed: false, isUnread: false, folderId });
  for (const change of [{ isPinned: true }, { isArchived: true }, { isArchived: false }, { title: "Nightly" }]) {
    expect((await client.patch(`/api/conversations/${id}`, change)).json()).toMatchObject({ isListed: false });
    expect(await listed(ann, folderId)).toEqual([]);
  }
  expect((await say(client, id, "go on")).message.status).toBe("complete");
  expect((await conversationOf(client, id)).messages).toHaveLength(4);
  expect(await listed(ann, folderId)).toEqual([]);
  const stranger = await owner();
  expect((await stranger.client.get(`/api/conversations/${id}`)).status).toBe(404);
  expect((await stranger.client.patch(`/api/conversations/${id}`, { isListed: true })).status).toBe(404);
  expect((await client.delete(`/api/conversations/${id}`)).status).toBe(204);
  expect((await client.get(`/api/conversations/${id}`)).status).toBe(404);
});

test("its words are not found, nor kept for the search, until it is put into the list", async () => {
  const ann = await owner();
  const [id, other] = [await unlisted(ann), await createConversation(ann.client, ann.agentId)];
  await ann.client.patch(`/api/conversations/${id}`, { title: "The pelican of the script" });
  await say(ann.client, id, "A pelican flies by");
  await say(ann.client, other, "Another pelican");
  expect(await found(ann, "pelican")).toEqual([other]);
  expect(await tokensOf(id)).toBe(0);
  // It is not looked at again and again.
  expect(
    await app.database.query("SELECT 1 FROM messages WHERE conversation_id = $1 AND NOT is_indexed AND status <> 'streaming'", [id]),
  ).toEqual([]);

  const changed = await ann.client.patch(`/api/conversations/${id}`, { isListed: true });
  expect(changed.status).toBe(200);
  expect(changed.json()).not.toHaveProperty("isListed");
  expect(await found(ann, "pelican")).toEqual(expect.arrayContaining([id, other]));
  expect(await found(ann, "script")).toEqual([id]);
  expect(await listed(ann, crypto.randomUUID())).toEqual(expect.arrayContaining([id, other]));
  await say(ann.client, id, "and a heron");
  expect((await conversationOf(ann.client, id)).isUnread).toBe(true);
  expect(await auditRows(app.database, "conversation.list")).toMatchObject([{ target_id: id }]);
  expect((await ann.client.patch(`/api/conversations/${id}`, { isListed: false })).status).toBe(400);
});

test("an export of all has it", async () => {
  const ann = await owner();
  const id = await unlisted(ann);
  await say(ann.client, id, "hello");
  expect((await ann.client.get("/api/conversation-exports")).text).toContain(id);
});

test("open pages hear nothing of its beginning, and of its turns that no list has it", async () => {
  const ann = await owner();
  const page = await Page.open(ann.client);
  const id = await unlisted(ann);
  await say(ann.client, id, "hello");
  await expect.poll(() => page.events.filter((event) => event.type === "conversation" && event.turn?.isOver === true)).toHaveLength(1);
  const ofIt = page.events.filter((event) => event.type === "conversation");
  expect(ofIt.map(({ conversationId, isListed, turn }) => [conversationId, isListed, turn?.isOver])).toEqual([
    [id, false, false],
    [id, false, true],
  ]);
  page.close();
});

test("nobody's device is told of what is answered in it", async () => {
  const ann = await owner();
  const [id, other] = [await unlisted(ann), await createConversation(ann.client, ann.agentId)];
  const [session] = await app.database.query<{ id: string }>("SELECT id FROM sessions WHERE user_id = $1", [ann.client.userId]);
  // Whatever was sent meanwhile is remembered.
  await app.database.query(
    `CREATE TABLE told (message_id uuid);
     CREATE FUNCTION note_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO told VALUES (NEW.message_id); RETURN NULL; END $$;
     CREATE TRIGGER note_told BEFORE INSERT ON push_deliveries FOR EACH ROW EXECUTE FUNCTION note_told()`,
  );
  await app.database.query(
    "INSERT INTO push_devices (id, user_id, session_id, subscription_encrypted) VALUES (gen_random_uuid(), $1, $2, 'enc:')",
    [ann.client.userId, session?.id],
  );
  await say(ann.client, id, "hello");
  const { message } = await say(ann.client, other, "hello");
  const container = new TestClient(app.internalUrl, { bearer: app.runtime.of(ann.agentId).token ?? "" });
  const tell = async (conversationId?: string) =>
    (
      await container.post(`/api/internal/agents/${ann.agentId}/events`, { kind: "assistant", text: "Done", conversationId })
    ).json<SaidAgentEvent>();
  expect((await tell(id)).conversationId).toBe(id);
  expect((await conversationOf(ann.client, id)).isUnread).toBe(false);
  // Without a place, an agent speaks where somebody sees it.
  clock.move(1_000);
  await say(ann.client, id, "go on");
  const said = await tell();
  expect(said.conversationId).toBe(other);
  const told = await app.database.query<{ id: string }>("SELECT message_id AS id FROM told");
  expect(told.map((row) => row.id)).toEqual([message.id, said.messageId]);
  await app.database.query("DROP TRIGGER note_told ON push_deliveries");
});

test("it is deleted 30 days after its last message, and removed as any deleted one; what is in the list stays", async () => {
  const ann = await owner();
  const [id, busy, other] = [await unlisted(ann), await unlisted(ann), await createConversation(ann.client, ann.agentId)];
  await say(ann.client, id, "hello");
  // As if both had been spoken in that long ago; the sessions of their owner would not last until then.
  const age = async (one: string, ms: number): Promise<unknown> =>
    app.database.query("UPDATE conversations SET updated_at = $2 WHERE id = $1", [one, new Date(clock.now().getTime() - ms)]);
  await Promise.all([
    age(id, deletionTimes.unlistedKeptMs - 1),
    age(busy, deletionTimes.unlistedKeptMs),
    age(other, 10 * deletionTimes.unlistedKeptMs),
  ]);
  await say(ann.client, busy, "go on");
  await deletion().deleteUnlisted();
  const statuses = async (): Promise<number[]> =>
    Promise.all([id, busy, other].map(async (one) => (await ann.client.get(`/api/conversations/${one}`)).status));
  expect(await statuses()).toEqual([200, 200, 200]);
  clock.move(1);
  await deletion().deleteUnlisted();
  expect(await statuses()).toEqual([404, 200, 200]);
  clock.move(deletionTimes.keptMs);
  await deletion().removeDue();
  expect(await app.database.query("SELECT 1 FROM messages WHERE conversation_id = $1", [id])).toEqual([]);
  expect(await app.database.query("SELECT 1 FROM conversations WHERE id = ANY($1::uuid[])", [[id, busy, other]])).toHaveLength(2);
});
