import { randomBytes, randomUUIDv7 } from "node:crypto";
import { searchAnswer, type SearchAnswer } from "@mosaic/contracts/search";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withDatabase } from "../src/cli/command.js";
import { rotateKey } from "../src/cli/rotate-key.js";
import { SearchIndexerService } from "../src/modules/search/search-indexer.service.js";
import { SearchIndexRepository } from "../src/modules/search/search-index.repository.js";
import { SearchRepository } from "../src/modules/search/search.repository.js";
import { createAgent, createConversation, say } from "./harness/chat.js";
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

const indexerOf = (of: TestApp): SearchIndexerService => of.nest.get(SearchIndexerService, { strict: false });

async function search(client: TestClient, q: string, cursor?: string): Promise<SearchAnswer> {
  const response = await client.post("/api/search", { q, ...(cursor === undefined ? {} : { cursor }) });
  expect(response.status).toBe(200);
  return searchAnswer.parse(response.json());
}

/** As a person sees them. */
async function seen(client: TestClient, q: string): Promise<string[]> {
  await indexerOf(app).catchUp();
  return (await search(client, q)).hits.map(({ title, message }) => {
    const { text, marks } = message?.snippet ?? title;
    return `${message?.role ?? "title"}: ${marks.map(({ start, end }) => text.slice(start, end)).join("|")}`;
  });
}

/** One message in a conversation of its own. */
async function written(client: TestClient, agent: string, text: string, title?: string): Promise<string> {
  const conversationId = await createConversation(client, agent);
  if (title !== undefined) {
    expect((await client.patch(`/api/conversations/${conversationId}`, { title })).status).toBe(200);
  }
  await storeMessages(app, { userId: client.userId ?? "", conversationId }, [{ id: randomUUIDv7(), parts: [{ type: "text", text }] }]);
  return conversationId;
}

test("what was said and answered is found soon after, by any of its words, in every script", async () => {
  const id = await createConversation(ann, agentId);
  await say(ann, id, "The pelican flies over 東京都");
  await expect.poll(async () => (await search(ann, "pelican")).hits.length, { timeout: 15_000 }).toBeGreaterThan(1);
  const { hits, cursor, isIndexing } = await search(ann, "pelic 京都");
  expect({ cursor, isIndexing }).toEqual({ cursor: null, isIndexing: false });
  expect(hits.every((hit) => hit.conversationId === id && hit.agentId === agentId)).toBe(true);
  const question = hits.find(({ message }) => message?.role === "user");
  expect(question?.message?.snippet).toEqual({
    text: "The pelican flies over 東京都",
    marks: [
      { start: 4, end: 11 },
      { start: 24, end: 26 },
    ],
  });
  const { messages } = (await ann.get(`/api/conversations/${id}/messages?around=${question?.message?.id}`)).json<{
    messages: { id: string }[];
  }>();
  expect(messages.map((message) => message.id)).toContain(question?.message?.id);
});

test("only the text of an answer is looked through: not its thoughts, tools and files", async () => {
  const conversationId = await createConversation(ann, agentId);
  await storeMessages(app, { userId: ann.userId ?? "", conversationId }, [
    {
      id: randomUUIDv7(),
      parts: [
        { type: "reasoning", text: "a hidden walrus" },
        { type: "text", text: "a shown walrus" },
      ],
    },
  ]);
  expect(await seen(ann, "shown walrus")).toEqual(["user: shown|walrus"]);
  expect(await seen(ann, "hidden walrus")).toEqual([]);
});

test("a title is found, and its new one after it was renamed", async () => {
  const id = await createConversation(ann, agentId);
  await ann.patch(`/api/conversations/${id}`, { title: "Zebras at noon" });
  expect(await seen(ann, "zebra")).toEqual(["title: Zebras"]);
  await ann.patch(`/api/conversations/${id}`, { title: "Giraffes at noon" });
  expect(await seen(ann, "zebra")).toEqual([]);
  expect(await seen(ann, "giraffe noon")).toEqual(["title: Giraffes|noon"]);
});

test("nobody finds what is another's, not even an admin, nor a program that may not read", async () => {
  const bob = await app.member(uniqueName("bob"));
  const { id: bobsAgent } = await createAgent(bob);
  await written(bob, bobsAgent, "Bob's secret ocelot", "Ocelots");
  await written(ann, agentId, "Ann's ocelot");
  expect(await seen(bob, "ocelot")).toEqual(["title: Ocelots", "user: ocelot"]);
  expect(await seen(ann, "ocelot")).toEqual(["user: ocelot"]);
  expect(await seen(await app.admin(), "ocelot")).toEqual([]);
  expect((await app.visitor().post("/api/search", { q: "ocelot" })).status).toBe(401);
});

test("what was deleted is not found unless that is taken back, and nothing of what was removed is left in the index", async () => {
  const id = await written(ann, agentId, "a fleeting axolotl", "Axolotls");
  expect(await seen(ann, "axolotl")).toHaveLength(2);
  await ann.delete(`/api/conversations/${id}`);
  expect((await search(ann, "axolotl")).hits).toEqual([]);
  expect((await ann.post(`/api/conversations/${id}/restore`)).status).toBeLessThan(300);
  expect((await search(ann, "axolotl")).hits).toHaveLength(2);
  await app.database.query("DELETE FROM conversations WHERE id = $1", [id]);
  expect(
    await app.database.query("SELECT 1 FROM search_messages s WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = s.message_id)"),
  ).toEqual([]);
});

test("all hits come in pages, newest first, each once", async () => {
  const conversationId = await createConversation(ann, agentId);
  const ids = Array.from({ length: 45 }, () => randomUUIDv7()).toSorted();
  await storeMessages(
    app,
    { userId: ann.userId ?? "", conversationId },
    ids.map((id, index) => ({ id, parts: [{ type: "text", text: `flamingo number ${index}` }] })),
  );
  await indexerOf(app).catchUp();
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const answer: SearchAnswer = await search(ann, "flamingos", cursor);
    found.push(...answer.hits.flatMap(({ message }) => (message === null ? [] : [message.id])));
    cursor = answer.cursor ?? undefined;
  } while (cursor !== undefined);
  expect(found).toEqual(ids.toReversed());
});

test("what can't be looked for is refused or finds nothing", async () => {
  for (const body of [{}, { q: "" }, { q: "   " }, { q: "x".repeat(201) }, { q: ["a"] }, { q: "a", cursor: "1" }, { q: "a", user: "b" }]) {
    expect((await ann.post("/api/search", body)).status).toBe(400);
  }
  for (const q of ["!?", "%", "*", "' | 'a", "a & !b:*", "\\", "\u{1f600}", "\u0301"]) {
    expect((await search(ann, q)).cursor).toBeNull();
  }
  expect((await ann.post("/api/search", { q: "\u0000" })).status).toBe(400);
});

test("a query stands in no row of the database", async () => {
  await search(ann, "unmentionable");
  const tables = await app.database.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  for (const { name } of tables) {
    expect(await app.database.query(`SELECT 1 FROM "${name}" t WHERE t::text LIKE '%unmentionable%'`)).toEqual([]);
  }
});

test("the database shows no word of what is indexed, and no token that two owners share", async () => {
  const bob = await app.member(uniqueName("bob"));
  const { id: bobsAgent } = await createAgent(bob);
  await written(ann, agentId, "a narwhal");
  await written(bob, bobsAgent, "a narwhal");
  await indexerOf(app).catchUp();
  const rows = await app.database.query<{ tokens: string }>(
    "SELECT tokens::text FROM search_messages UNION ALL SELECT tokens::text FROM search_titles",
  );
  expect(rows.map(({ tokens }) => tokens).join(" ")).not.toMatch(/narwhal|narw/i);
  expect(
    await app.database.query(`
      SELECT token FROM (SELECT user_id, unnest(tsvector_to_array(tokens)) AS token FROM search_messages) t
      GROUP BY token HAVING count(DISTINCT user_id) > 1`),
  ).toEqual([]);
});

test("an indexer that ends in the middle leaves nothing out: another process goes on", async () => {
  const client = await app.member(uniqueName("carl"));
  const { id: agent } = await createAgent(client);
  const conversationId = await createConversation(client, agent);
  await indexerOf(app).catchUp();
  const repository = app.nest.get(SearchIndexRepository, { strict: false });
  const real = repository.indexMessages.bind(repository);
  let batches = 0;
  repository.indexMessages = async (messages) => {
    batches += 1;
    return batches === 1 ? real(messages) : Promise.reject(new Error("the process ends here"));
  };
  const count = 120;
  await storeMessages(
    app,
    { userId: client.userId ?? "", conversationId },
    Array.from({ length: count }, (_, index) => ({ id: randomUUIDv7(), parts: [{ type: "text", text: `capybara ${index}` }] })),
  );
  const indexed = async (): Promise<number> =>
    (await app.database.query("SELECT 1 FROM search_messages WHERE user_id = $1", [client.userId])).length;
  await expect
    .poll(async () => {
      await indexerOf(app).catchUp();
      return batches;
    })
    .toBeGreaterThan(1);
  expect(await indexed()).toBeLessThan(count);
  expect((await search(client, "capybara")).hits.length).toBeGreaterThan(0);
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  await expect
    .poll(
      async () => {
        await indexerOf(other).catchUp();
        return indexed();
      },
      { timeout: 15_000 },
    )
    .toBe(count);
  repository.indexMessages = real;
  await other.close();
});

test("a message that was written anew while it was read is indexed as it is now", async () => {
  const repository = app.nest.get(SearchIndexRepository, { strict: false });
  const conversationId = await written(ann, agentId, "a quokka");
  const ids = await app.database.query<{ id: string; version: string }>(
    "SELECT id, xmin::text AS version FROM messages WHERE conversation_id = $1",
    [conversationId],
  );
  await app.database.query("UPDATE messages SET status = 'stopped', is_indexed = false WHERE conversation_id = $1", [conversationId]);
  const stale = ids.map(({ id, version }) => ({ id, version, userId: ann.userId ?? "", tokens: "stale" }));
  expect(await repository.indexMessages(stale)).toBe(0);
  expect(await seen(ann, "quokka")).toEqual(["user: quokka"]);
});

test("a message that somebody holds is not waited for", async () => {
  const conversationId = await written(ann, agentId, "a held wombat");
  const session = new Client({ connectionString: app.database.url });
  await session.connect();
  await session.query("BEGIN");
  await session.query("SELECT 1 FROM messages WHERE conversation_id = $1 FOR UPDATE", [conversationId]);
  await app.database.query("UPDATE messages SET is_indexed = false WHERE conversation_id <> $1", [conversationId]);
  await written(ann, agentId, "a free wombat");
  await expect.poll(async () => seen(ann, "wombat")).toContain("user: wombat");
  await session.query("COMMIT");
  await session.end();
  await expect.poll(async () => seen(ann, "held wombat")).toEqual(["user: held|wombat"]);
});

test("a text that does not open keeps nothing else from being found", async () => {
  const conversationId = await written(ann, agentId, "a broken tapir");
  await app.database.query("UPDATE messages SET content_encrypted = 'enc:00000000:AAAA', is_indexed = false WHERE conversation_id = $1", [
    conversationId,
  ]);
  await written(ann, agentId, "a whole tapir");
  expect(await seen(ann, "tapir")).toEqual(["user: tapir"]);
  // For good: nothing can seal it anew.
  await app.database.query("DELETE FROM conversations WHERE id = $1", [conversationId]);
});

test("a message from before the upgrade is found, and until then the answer says that some are missing", async () => {
  const conversationId = await createConversation(ann, agentId);
  const repository = app.nest.get(SearchIndexRepository, { strict: false });
  const real = repository.messagesToIndex.bind(repository);
  repository.messagesToIndex = async () => [];
  await storeMessages(app, { userId: ann.userId ?? "", conversationId }, [
    { id: "01900000-0000-7000-8000-000000000001", parts: [{ type: "text", text: "an old dodo" }] },
  ]);
  expect(await search(ann, "dodo")).toEqual({ hits: [], cursor: null, isIndexing: true });
  repository.messagesToIndex = real;
  expect(await seen(ann, "dodo")).toEqual(["user: dodo"]);
  expect((await search(ann, "dodo")).isIndexing).toBe(false);
});

test("the index outlives a rotation of the secret key", async () => {
  await written(ann, agentId, "an eternal tortoise", "Tortoises");
  expect(await seen(ann, "tortoise")).toHaveLength(2);
  const before = await app.database.query("SELECT message_id, tokens::text FROM search_messages ORDER BY message_id");
  await withDatabase(app.env.DATABASE_URL.open(), async (database) =>
    rotateKey(database, {
      currentSecret: app.env.MOSAIC_SECRET_KEY.open(),
      newSecret: randomBytes(48).toString("base64"),
      terminal: { say: () => undefined, note: () => undefined },
    }),
  );
  expect(await seen(ann, "tortoise")).toHaveLength(2);
  expect(await app.database.query("SELECT message_id, tokens::text FROM search_messages ORDER BY message_id")).toEqual(before);
});

test("of one person's searches one is worked on at a time", async () => {
  const repository = app.nest.get(SearchRepository, { strict: false });
  const real = repository.candidates.bind(repository);
  let [atWork, most] = [0, 0];
  repository.candidates = async (...query) => {
    most = Math.max(most, (atWork += 1));
    return real(...query).finally(() => (atWork -= 1));
  };
  await written(ann, agentId, "the okapi");
  await indexerOf(app).catchUp();
  const answers = await Promise.all(Array.from({ length: 30 }, async () => ann.post("/api/search", { q: "the" })));
  repository.candidates = real;
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(most).toBe(1);
});
