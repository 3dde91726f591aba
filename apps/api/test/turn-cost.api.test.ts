import { TurnsRepository } from "../src/modules/turns/turns.repository.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "pg";
import { listenTo, type AskedStatements } from "./harness/asked-statements.js";
import { agentOf, conversationOf, createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
import { waitingConnections } from "./harness/locked-tables.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
/** Another process on the same database and engine, with one who listens between it and Postgres. */
let other: TestApp;
let statements: AskedStatements;

beforeAll(async () => {
  app = await startTestApp();
  statements = await listenTo(app.database.url);
  other = await startTestApp({ database: { ...app.database, url: statements.url }, runtime: app.runtime });
});

afterAll(async () => {
  await other.close();
  await statements.close();
  await app.close();
});

async function owner(): Promise<{ client: TestClient; there: TestClient; agentId: string }> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  return { client, there: new TestClient(other.url, { cookie: client.cookie ?? "" }), agentId };
}

test("a turn of a running agent asks Postgres three times before its gateway is called, and once at its end", async () => {
  const { there, agentId } = await owner();
  const conversationId = await createConversation(there, agentId);
  await say(there, conversationId, "hello");
  // A change of settings is waited for, and the first message names the conversation.
  await say(there, conversationId, "hello again");
  const gateway = app.runtime.gatewayOf(agentId);
  let takenAtMs = 0;
  gateway.setBehaviour(() => {
    takenAtMs = performance.now();
    return undefined;
  });
  const counts: { before: number; all: number }[] = [];
  for (let index = 0; index < 7; index += 1) {
    const from = statements.asked.length;
    await say(there, conversationId, "and again");
    const asked = statements.asked.slice(from);
    counts.push({ before: asked.filter(({ atMs }) => atMs <= takenAtMs).length, all: asked.length });
  }
  // What Mosaic does by itself now and then comes on top.
  expect(Math.min(...counts.map(({ before }) => before))).toBe(3);
  expect(Math.min(...counts.map(({ all }) => all))).toBe(4);
});

/** Holds the row of a user as somebody does who is about to change it: a turn of theirs can't begin until the returned function is called. */
async function holdUser(userId: string): Promise<() => Promise<void>> {
  const session = new Client({ connectionString: app.database.url });
  session.on("error", () => undefined);
  await session.connect();
  await session.query("BEGIN");
  await session.query("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", [userId]);
  return async () => {
    await session.query("COMMIT");
    await session.end();
  };
}

/** Both look before one of them has begun: each process lets one message of a person at a time in, and here both wait for the same row. */
async function atOnce(client: TestClient, one: () => Promise<Turn>, another: () => Promise<Turn>): Promise<Turn[]> {
  const release = await holdUser(client.userId ?? "");
  const opening = [one(), another()];
  await expect.poll(async () => waitingConnections(app.database)).toBe(2);
  await release();
  return Promise.all(opening);
}

async function endAll(client: TestClient, turns: readonly Turn[]): Promise<void> {
  for (const turn of turns) {
    expect(await stop(client, await turn.answerId())).toBe(204);
    await turn.done();
  }
}

const isTaken = ({ response }: Turn): boolean => response.status === 200;
const statusesOf = (turns: readonly Turn[]): number[] => turns.map(({ response }) => response.status).toSorted((one, other) => one - other);

test("of two messages that one person sends at the same moment to two processes the sixth answer is refused, and stores nothing", async () => {
  const { client, there, agentId } = await owner();
  await say(client, await createConversation(client, agentId), "hello");
  const conversations = await Promise.all(Array.from({ length: 6 }, () => createConversation(client, agentId)));
  const [first = "", second = "", ...others] = conversations;
  const before = await Promise.all(others.map(async (id) => Turn.open(client, id, "[demo:hang]")));
  expect(statusesOf(before)).toEqual([200, 200, 200, 200]);
  const turns = await atOnce(
    client,
    async () => Turn.open(client, first, "[demo:hang]"),
    async () => Turn.open(there, second, "[demo:hang]"),
  );
  expect(statusesOf(turns)).toEqual([200, 429]);
  for (const [index, turn] of turns.entries()) {
    const { messages, title } = await conversationOf(client, [first, second][index] ?? "");
    expect([messages.length, title]).toEqual(isTaken(turn) ? [2, "[demo:hang]"] : [0, "New conversation"]);
  }
  await endAll(client, [...before, ...turns.filter(isTaken)]);
});

test("of two messages in one conversation at the same moment, at two processes, one is answered", async () => {
  const { client, there, agentId } = await owner();
  await say(client, await createConversation(client, agentId), "hello");
  const id = await createConversation(client, agentId);
  const turns = await atOnce(
    client,
    async () => Turn.open(client, id, "[demo:hang]"),
    async () => Turn.open(there, id, "[demo:hang]"),
  );
  expect(statusesOf(turns)).toEqual([200, 409]);
  expect((await conversationOf(client, id)).messages).toHaveLength(2);
  await endAll(client, turns.filter(isTaken));
});

test("a session that ends after its message was let in, and before the answer is read, reads nothing of it", async () => {
  const { client, agentId } = await owner();
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "hello");
  const elsewhere = await app.session(client);
  const release = await holdUser(client.userId ?? "");
  const opening = Turn.open(elsewhere, conversationId, "[demo:slow ms=50 words=20]").catch(() => null);
  await expect.poll(async () => waitingConnections(app.database)).toBe(1);
  const end = new TestClient(other.url, { cookie: elsewhere.cookie ?? "" });
  expect((await end.post("/api/auth/logout")).status).toBe(204);
  await release();
  const turn = await opening;
  await turn?.ended;
  expect(turn?.text ?? "").toBe("");
  // Its owner's other browser has the whole answer.
  await expect
    .poll(async () => (await conversationOf(client, conversationId)).messages.at(-1)?.status, { timeout: 15_000 })
    .toBe("complete");
  expect((await agentOf(client, agentId)).status).toBe("running");
});

test("a conversation that its owner names while its first message begins keeps that name", async () => {
  const { client, agentId } = await owner();
  const id = await createConversation(client, agentId);
  const [before] = await app.database.query<{ sealed: string }>("SELECT title_encrypted AS sealed FROM conversations WHERE id = $1", [id]);
  expect((await client.patch(`/api/conversations/${id}`, { title: "Mine" })).status).toBe(200);
  const turns = app.nest.get(TurnsRepository, { strict: false });
  const turn = { userId: client.userId ?? "", conversationId: id, answerId: "" };
  expect(await turns.retitle(turn, before?.sealed ?? "", "enc:")).toBe(false);
  expect((await conversationOf(client, id)).title).toBe("Mine");
});
