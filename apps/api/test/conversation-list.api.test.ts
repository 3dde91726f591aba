import { randomUUIDv7 } from "node:crypto";
import type { Conversation } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import { afterAll, beforeAll, expect, test } from "vitest";
import { titleContext } from "../src/modules/conversations/message-seal.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { auditRows } from "./harness/audit-rows.js";
import { conversationOf, createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

async function person(): Promise<{ client: TestClient; agentId: string }> {
  const client = await app.member(uniqueName("ann"));
  return { client, agentId: (await createAgent(client)).id };
}

async function page(client: TestClient, query = ""): Promise<ConversationList> {
  const answer = await client.get(`/api/conversations${query}`);
  expect(answer.status).toBe(200);
  return answer.json<ConversationList>();
}

/** From the first page to the last. */
async function pages(client: TestClient, query: Record<string, string> = {}): Promise<Conversation[][]> {
  const found: Conversation[][] = [];
  let cursor: string | null = null;
  do {
    const { conversations, nextCursor }: ConversationList = await page(
      client,
      `?${new URLSearchParams({ ...query, ...(cursor === null ? {} : { cursor }) }).toString()}`,
    );
    found.push(conversations);
    cursor = nextCursor;
  } while (cursor !== null);
  return found;
}

const idsOf = (conversations: readonly Conversation[]): string[] => conversations.map(({ id }) => id);

interface Row {
  readonly id: string;
  readonly agentId: string;
  readonly place: "pinned" | "listed" | "archived";
  readonly updatedAt: Date;
}

async function store({ userId }: TestClient, rows: readonly Row[]): Promise<void> {
  const crypto = app.nest.get(CryptoService);
  const titles = rows.map(({ id }) => crypto.seal("One of many", titleContext(userId ?? "", id)));
  const at = (place: Row["place"]): (Date | null)[] => rows.map((row) => (row.place === place ? row.updatedAt : null));
  await app.database.query(
    `INSERT INTO conversations (id, user_id, agent_id, title_encrypted, pinned_at, archived_at, created_at, updated_at)
     SELECT id, $1, agent_id, title, pinned_at, archived_at, updated_at, updated_at
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[])
       AS new (id, agent_id, title, pinned_at, archived_at, updated_at)`,
    [
      userId,
      rows.map(({ id }) => id),
      rows.map(({ agentId }) => agentId),
      titles,
      at("pinned"),
      at("archived"),
      rows.map(({ updatedAt }) => updatedAt),
    ],
  );
}

test("1,200 conversations, most of the same moment, are paged through each exactly once, in their order, of one agent and of the archive too", async () => {
  const { client, agentId } = await person();
  const other = (await createAgent(client)).id;
  const moment = Date.parse("2026-11-29T12:00:00.123Z");
  const places = ["listed", "archived", "pinned", "listed", "listed", "archived"] as const;
  const rows = Array.from({ length: 1_200 }, (_, index) => ({
    id: randomUUIDv7(),
    agentId: index % 5 === 0 ? other : agentId,
    place: places[index % 6] ?? "listed",
    // A hundred of each moment.
    updatedAt: new Date(moment + (index % 12) * 7),
  })).toSorted(() => Math.random() - 0.5);
  await store(client, rows);
  const inOrder = (ofRows: readonly Row[]): string[] =>
    ofRows
      .toSorted(
        (a, b) =>
          Number(b.place === "pinned") - Number(a.place === "pinned") ||
          b.updatedAt.getTime() - a.updatedAt.getTime() ||
          (a.id < b.id ? 1 : -1),
      )
      .map(({ id }) => id);
  const listed = rows.filter(({ place }) => place !== "archived");
  const archived = rows.filter(({ place }) => place === "archived");

  const found = await pages(client);
  expect(found.map((one) => one.length)).toEqual(Array.from({ length: 16 }, () => 50));
  expect(idsOf(found.flat())).toEqual(inOrder(listed));
  expect(found.flat().map(({ isPinned }) => isPinned)).toEqual(Array.from({ length: 800 }, (_, index) => index < 200));
  expect(idsOf((await pages(client, { pageSize: "37" })).flat())).toEqual(inOrder(listed));

  const inArchive = (await pages(client, { isArchived: "true", pageSize: "100" })).flat();
  expect(idsOf(inArchive)).toEqual(inOrder(archived));
  expect(inArchive.every(({ isArchived }) => isArchived)).toBe(true);

  const ofOther = (where: readonly Row[]): string[] => inOrder(where.filter((row) => row.agentId === other));
  expect(idsOf((await pages(client, { agentId: other, pageSize: "9" })).flat())).toEqual(ofOther(listed));
  expect(idsOf((await pages(client, { agentId: other, isArchived: "true", pageSize: "9" })).flat())).toEqual(ofOther(archived));
});

test("what is no cursor, and one of the other list, is refused in words; a foreign one shows nothing of its owner's", async () => {
  const { client, agentId } = await person();
  await createConversation(client, agentId);
  await createConversation(client, agentId);
  const { nextCursor } = await page(client, "?pageSize=1");
  expect(nextCursor).not.toBeNull();
  for (const query of ["cursor=", "cursor=x", "cursor=1.1", `cursor=${nextCursor}0`, "cursor=3.1.0190f0f0-0000-7000-8000-000000000000"]) {
    const refused = await client.get(`/api/conversations?${query}`);
    expect([query, refused.status, refused.text.includes("cursor")]).toEqual([query, 400, true]);
  }
  const ofOther = await client.get(`/api/conversations?isArchived=true&cursor=${nextCursor}`);
  expect([ofOther.status, ofOther.json()["detail"]]).toEqual([400, expect.stringContaining("another list")]);
  for (const query of ["pageSize=0", "pageSize=101", "agentId=x", "isArchived=maybe", "page=2"]) {
    expect([query, (await client.get(`/api/conversations?${query}`)).status]).toEqual([query, 400]);
  }
  const stranger = await person();
  const own = await createConversation(stranger.client, stranger.agentId);
  expect(await page(stranger.client, `?cursor=${nextCursor}`)).toEqual({ conversations: [], nextCursor: null });
  expect((await page(stranger.client, `?agentId=${agentId}`)).conversations).toEqual([]);
  expect(idsOf((await page(stranger.client)).conversations)).toEqual([own]);
});

test("a pinned conversation stands first, an archived one apart, and neither is moved up by that", async () => {
  const { client, agentId } = await person();
  const ids = [
    await createConversation(client, agentId),
    await createConversation(client, agentId),
    await createConversation(client, agentId),
  ];
  const [first = "", second = "", third = ""] = ids;
  const before = await conversationOf(client, first);
  const pinned = await client.patch(`/api/conversations/${first}`, { isPinned: true });
  expect([pinned.status, pinned.json()]).toMatchObject([
    200,
    { id: first, isPinned: true, isArchived: false, updatedAt: before.updatedAt },
  ]);
  expect(idsOf((await page(client)).conversations)).toEqual([first, third, second]);

  expect((await client.patch(`/api/conversations/${third}`, { isArchived: true })).json()).toMatchObject({ isArchived: true });
  expect(idsOf((await page(client)).conversations)).toEqual([first, second]);
  expect(idsOf((await page(client, "?isArchived=true")).conversations)).toEqual([third]);
  expect(await conversationOf(client, third)).toMatchObject({ id: third, isArchived: true, messages: [] });

  // One ends the other, and both at once are no wish.
  expect((await client.patch(`/api/conversations/${first}`, { isArchived: true })).json()).toMatchObject({
    isPinned: false,
    isArchived: true,
  });
  expect((await client.patch(`/api/conversations/${third}`, { isPinned: true, title: "Garden" })).json()).toMatchObject({
    title: "Garden",
    isPinned: true,
    isArchived: false,
  });
  for (const body of [{}, { isPinned: true, isArchived: true }, { isPinned: "yes" }, { isPinned: null }, { pinnedAt: null }]) {
    expect([body, (await client.patch(`/api/conversations/${first}`, body)).status]).toEqual([body, 400]);
  }
  expect((await client.patch(`/api/conversations/${first}`, { isPinned: false, isArchived: false })).status).toBe(200);
  expect(idsOf((await page(client)).conversations)).toEqual([third, second, first]);
  expect((await page(client, "?isArchived=true")).conversations).toEqual([]);
  const noted = (await auditRows(app.database, "conversation.update")).filter(({ target_id }) => target_id === first);
  expect(noted.map(({ details }) => details)).toEqual([{ isPinned: true }, { isArchived: true }, { isPinned: false, isArchived: false }]);
});

test("a new message takes a conversation out of the archive", async () => {
  const { client, agentId } = await person();
  const [id, later] = [await createConversation(client, agentId), await createConversation(client, agentId)];
  await client.patch(`/api/conversations/${id}`, { isArchived: true });
  expect(idsOf((await page(client)).conversations)).toEqual([later]);
  await say(client, id, "One more thing");
  expect(idsOf((await page(client)).conversations)).toEqual([id, later]);
  expect((await page(client, "?isArchived=true")).conversations).toEqual([]);
});

test("the list names the answer that is on its way, and no other conversation's, until it is over", async () => {
  const { client, agentId } = await person();
  const [id, other] = [await createConversation(client, agentId), await createConversation(client, agentId)];
  const answering = async (): Promise<unknown> =>
    Object.fromEntries((await page(client)).conversations.map((one) => [one.id, one.answeringId]));
  const turn = await Turn.open(client, id, "[demo:hang]");
  const answerId = await turn.answerId();
  expect(await answering()).toEqual({ [id]: answerId, [other]: undefined });
  expect(await stop(client, answerId)).toBe(204);
  await turn.done();
  expect(await answering()).toEqual({ [id]: undefined, [other]: undefined });
});
