import type { Conversation, OwnerEvent } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import { folderInstructionsMaxCharacters, maxFolders, type Folder, type FolderList } from "@mosaic/contracts/folders";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditRows } from "./harness/audit-rows.js";
import { agentOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
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
  readonly agentId: string;
}

async function owner(): Promise<Owner> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  return { client, there: new TestClient(other.url, { cookie: client.cookie ?? "" }), agentId };
}

async function createFolder(client: TestClient, name: string, instructions?: string): Promise<Folder> {
  const created = await client.post("/api/folders", { name, ...(instructions === undefined ? {} : { instructions }) });
  expect(created.status).toBe(201);
  return created.json<Folder>();
}

const foldersOf = async (client: TestClient): Promise<Folder[]> => (await client.get("/api/folders")).json<FolderList>().folders;

async function conversationIn(client: TestClient, agentId: string, folderId: string): Promise<string> {
  const created = await client.post("/api/conversations", { agentId, folderId });
  expect(created.status).toBe(201);
  return created.json<Conversation>().id;
}

const idsIn = async (client: TestClient, query: string): Promise<string[]> =>
  (await client.get(`/api/conversations?${query}`)).json<ConversationList>().conversations.map(({ id }) => id);

const move = async (client: TestClient, id: string, folderId: string | null): Promise<number> =>
  (await client.patch(`/api/conversations/${id}`, { folderId })).status;

/** What an agent was sent in a session, message by message, without where it is to put files. */
const toldIn = (agentId: string, session: string): string[] =>
  app.runtime
    .gatewayOf(agentId)
    .messagesOf(session)
    .filter(({ role }) => role === "user")
    .map(({ text }) => text.replace(/\n\n\[Files that you make[^\]]*\]$/, ""));

test("folders are their owner's alone, on all devices at once", async () => {
  const { client, there } = await owner();
  const page = await Page.open(there);
  const travel = await createFolder(client, " Travel ", " Answer in French. ");
  expect(travel).toMatchObject({ name: "Travel", instructions: "Answer in French." });
  const work = await createFolder(there, "Work");
  expect(await foldersOf(there)).toEqual([travel, work]);
  const isNews = ({ type }: OwnerEvent): boolean => type === "folders";
  await expect.poll(() => page.events.filter(isNews).length).toBe(2);
  expect((await there.patch(`/api/folders/${work.id}`, { name: "At work" })).json<Folder>().name).toBe("At work");
  page.close();

  const stranger = await app.member(uniqueName("eve"));
  expect(await foldersOf(stranger)).toEqual([]);
  expect((await stranger.patch(`/api/folders/${travel.id}`, { name: "Mine" })).status).toBe(404);
  expect((await stranger.delete(`/api/folders/${travel.id}`)).status).toBe(404);
  const { id: agentId } = await createAgent(stranger);
  const own = await createConversation(stranger, agentId);
  expect(await move(stranger, own, travel.id)).toBe(404);
  expect((await stranger.post("/api/conversations", { agentId, folderId: travel.id })).status).toBe(404);
  expect(await idsIn(stranger, `folderId=${travel.id}`)).toEqual([]);
});

test("neither names nor instructions are readable in the database", async () => {
  const { client } = await owner();
  const { id } = await createFolder(client, "Divorce", "Call me Ann.");
  const [row] = await app.database.query("SELECT * FROM folders WHERE id = $1", [id]);
  expect(JSON.stringify(row)).not.toMatch(/Divorce|Ann/);
});

test("conversations begin in a folder, move, and stay when it is deleted", async () => {
  const { client, there, agentId } = await owner();
  const travel = await createFolder(client, "Travel");
  const work = await createFolder(client, "Work");
  const begun = await conversationIn(client, agentId, travel.id);
  const moved = await createConversation(client, agentId);
  expect(await move(client, moved, travel.id)).toBe(200);
  expect(await idsIn(there, `folderId=${travel.id}`)).toEqual([moved, begun]);
  expect(await idsIn(there, `folderId=${travel.id}&agentId=${agentId}&pageSize=1`)).toEqual([moved]);
  await client.patch(`/api/conversations/${moved}`, { isArchived: true });
  expect(await idsIn(there, `folderId=${travel.id}`)).toEqual([begun]);
  expect(await idsIn(there, `folderId=${travel.id}&isArchived=true`)).toEqual([moved]);
  await client.patch(`/api/conversations/${moved}`, { isArchived: false });
  expect(await move(client, moved, work.id)).toBe(200);
  expect(await move(client, begun, null)).toBe(200);
  const moves = (await auditRows(app.database, "conversation.move")).filter(({ target_id }) => target_id === begun);
  expect(moves.map(({ details }) => details)).toEqual([{ folderId: null }]);
  expect([await idsIn(client, `folderId=${travel.id}`), await idsIn(client, `folderId=${work.id}`)]).toEqual([[], [moved]]);
  expect((await client.delete(`/api/folders/${work.id}`)).status).toBe(204);
  expect((await idsIn(client, "")).toSorted()).toEqual([begun, moved].toSorted());
  const { folderId } = (await client.get(`/api/conversations/${moved}`)).json<Conversation>();
  expect(folderId).toBeUndefined();
});

test("an agent is told a folder's instructions once for each conversation, again after a change, and when they hold no more", async () => {
  const { client, there, agentId } = await owner();
  const folder = await createFolder(client, "Travel", "Answer in French.");
  const id = await conversationIn(client, agentId, folder.id);
  const told = (): string[] => toldIn(agentId, `conv-${id}`);
  await say(client, id, "one");
  await say(there, id, "two");
  expect(told()[0]).toMatch(/Answer in French\.[^]*one$/);
  expect(told()[1]).toBe("two");
  await client.patch(`/api/folders/${folder.id}`, { instructions: "Answer in Latin." });
  await say(there, id, "three");
  await say(client, id, "four");
  expect(told()[2]).toMatch(/Answer in Latin\.[^]*three$/);
  expect(told()[2]).not.toContain("French");
  expect(told()[3]).toBe("four");
  await move(client, id, null);
  await say(client, id, "five");
  await say(client, id, "six");
  expect(told()[4]).toMatch(/hold no more[^]*five$/);
  expect(told()[5]).toBe("six");
  // A new name is no news for an agent.
  await move(client, id, folder.id);
  await client.patch(`/api/folders/${folder.id}`, { name: "Journeys" });
  await say(client, id, "seven");
  expect(told()[6]).toMatch(/Answer in Latin\.[^]*seven$/);
  // What the person reads is what they wrote.
  const { messages } = (await client.get(`/api/conversations/${id}`)).json<{ messages: { role: string; content: string }[] }>();
  expect(messages.filter(({ role }) => role === "user").map(({ content }) => content)).toEqual([
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
  ]);
});

test("a folder without instructions tells an agent nothing", async () => {
  const { client, agentId } = await owner();
  const folder = await createFolder(client, "Travel");
  const id = await conversationIn(client, agentId, folder.id);
  await say(client, id, "hello");
  expect(toldIn(agentId, `conv-${id}`)).toEqual(["hello"]);
});

test("a branch from the first message is told them anew, one that goes on from later is not told twice", async () => {
  const { client, agentId } = await owner();
  const folder = await createFolder(client, "Travel", "Answer in French.");
  const id = await conversationIn(client, agentId, folder.id);
  await say(client, id, "one");
  await say(client, id, "two");
  const questions = async (): Promise<string[]> =>
    (await client.get(`/api/conversations/${id}`))
      .json<{ messages: { id: string; role: string }[] }>()
      .messages.filter(({ role }) => role === "user")
      .map((message) => message.id);
  /** What the agent was sent with it, in the session of the branch. */
  const replace = async (replaces: string | undefined, content: string): Promise<string | undefined> => {
    const turn = await Turn.post(client, `/api/conversations/${id}/messages`, { content, replaces });
    const [row] = await app.database.query<{ session: string }>("SELECT agent_session AS session FROM messages WHERE id = $1", [
      (await turn.done()).message.id,
    ]);
    const session = row?.session ?? "";
    return toldIn(agentId, session.startsWith("key:") ? session.replace("key:agent:main:", "") : `conv-${session}`).at(-1);
  };
  expect(await replace((await questions())[1], "other two")).toBe("other two");
  expect(await replace((await questions())[0], "other one")).toMatch(/Answer in French\.[^]*other one$/);
});

test("what an agent never got is told with the next message", async () => {
  const { client, agentId } = await owner();
  const folder = await createFolder(client, "Travel", "Answer in French.");
  const id = await conversationIn(client, agentId, folder.id);
  const { model } = await agentOf(client, agentId);
  await app.database.query("DELETE FROM model_assignments WHERE agent_id = $1", [agentId]);
  const failed = await (await Turn.open(client, id, "one")).done();
  expect(failed.message.status).toBe("failed");
  await client.patch(`/api/agents/${agentId}`, { model });
  await say(client, id, "two");
  expect(toldIn(agentId, `conv-${id}`).at(-1)).toMatch(/Answer in French\.[^]*two$/);
});

test("there is an end to how many and how long", async () => {
  const { client } = await owner();
  const long = await client.post("/api/folders", { name: "Travel", instructions: "a".repeat(folderInstructionsMaxCharacters + 1) });
  expect(long.status).toBe(400);
  expect((await client.post("/api/folders", { name: "  " })).status).toBe(400);
  expect((await client.patch(`/api/folders/${(await createFolder(client, "One")).id}`, {})).status).toBe(400);
  await app.database.query(
    `INSERT INTO folders (id, user_id, name_encrypted, instructions_encrypted, created_at)
     SELECT gen_random_uuid(), $1, '', '', now() FROM generate_series(1, ${maxFolders - 2})`,
    [client.userId],
  );
  const answers = await Promise.all(["a", "b", "c"].map(async (name) => client.post("/api/folders", { name })));
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
});
