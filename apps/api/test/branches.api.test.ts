import { messageMaxVersions, type Message } from "@mosaic/contracts/chat";
import type { Problem } from "@mosaic/contracts/problem";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DELETION_TIMES } from "../src/modules/conversations/deletion-times.js";
import { AgentStartService } from "../src/modules/containers/start/agent-start.service.js";
import { RunningTurn } from "../src/modules/turns/running-turn.js";
import { SESSION_DELETION_EVERY_MS } from "../src/modules/turns/session-deletion.service.js";
import { turnLimits } from "../src/modules/turns/turn-limits.js";
import { TurnSessionsService } from "../src/modules/turns/turn-sessions.service.js";
import { conversationOf, createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
let other: TestApp;
let ann: TestClient;
let there: TestClient;
let bob: TestClient;
let agentId: string;

beforeAll(async () => {
  const replace = [
    { token: DELETION_TIMES, value: { undoMs: 0, keptMs: 0, removeEveryMs: 50 } },
    { token: SESSION_DELETION_EVERY_MS, value: 50 },
  ];
  app = await startTestApp({ replace });
  other = await startTestApp({ database: app.database, runtime: app.runtime, replace });
  ann = await app.member(uniqueName("ann"));
  bob = await app.member(uniqueName("bob"));
  there = new TestClient(other.url, { cookie: ann.cookie ?? "" });
  agentId = (await createAgent(ann)).id;
});

afterAll(async () => {
  await other.close();
  await app.close();
});

const contents = (messages: readonly Message[]): string[] => messages.map(({ content }) => content);
const pathOf = async (id: string, client = ann): Promise<Message[]> => (await conversationOf(client, id)).messages;

async function send(path: string, body?: object, client = ann): Promise<Turn> {
  const turn = await Turn.post(client, path, body);
  await turn.ended;
  return turn;
}

const edit = async (conversationId: string, replaces: string, content: string, client = ann): Promise<Turn> =>
  send(`/api/conversations/${conversationId}/messages`, { content, replaces }, client);
const again = async (answerId: string, client = ann): Promise<Turn> => send(`/api/turns/${answerId}/again`, undefined, client);

/** Two questions and their answers. */
async function talk(): Promise<{ conversationId: string; messages: Message[] }> {
  const conversationId = await createConversation(ann, agentId);
  await say(ann, conversationId, "first");
  await say(ann, conversationId, "second");
  return { conversationId, messages: await pathOf(conversationId) };
}

const idAt = (messages: readonly Message[], index: number): string => messages[index]?.id ?? "";

test("an edited message makes a branch whose agent knows what was said before it, and nothing of what it replaces", async () => {
  const { conversationId, messages } = await talk();
  const turn = await edit(conversationId, idAt(messages, 2), "another");
  // The first two, and this one.
  expect(turn.text).toContain("I was sent 3 messages.");
  const path = await pathOf(conversationId);
  expect(contents(path).filter((_, index) => index % 2 === 0)).toEqual(["first", "another"]);
  expect(path[2]?.versions).toEqual({ place: 2, count: 2, previousId: idAt(messages, 2), nextId: null });
  expect(path.flatMap(({ parts }) => parts.map(({ type }) => type))).not.toContain("notice");
  await say(ann, conversationId, "third");
  expect((await pathOf(conversationId)).at(-1)?.content).toContain("I was sent 5 messages.");
});

test("the path that is gone back to goes on in its own session", async () => {
  const { conversationId, messages } = await talk();
  await edit(conversationId, idAt(messages, 0), "all new");
  expect((await pathOf(conversationId)).at(-1)?.content).toContain("I was sent 1 message.");
  expect((await ann.post(`/api/messages/${idAt(messages, 0)}/show`, {})).status).toBe(204);
  expect(contents(await pathOf(conversationId))).toEqual(contents(messages));
  await say(ann, conversationId, "third");
  expect((await pathOf(conversationId)).at(-1)?.content).toContain("I was sent 5 messages.");
});

test("a message is answered again without a word of the first answer, which is kept", async () => {
  const { conversationId, messages } = await talk();
  const turn = await again(idAt(messages, 3));
  expect(turn.text).toContain("I was sent 3 messages.");
  const path = await pathOf(conversationId);
  expect(path.map(({ id }) => id).slice(0, 3)).toEqual(messages.map(({ id }) => id).slice(0, 3));
  expect(path).toHaveLength(4);
  expect(path[3]?.versions).toMatchObject({ place: 2, count: 2, previousId: idAt(messages, 3) });
  const first = await again(idAt(messages, 1));
  expect(first.text).toContain("I was sent 1 message.");
  expect(await pathOf(conversationId)).toHaveLength(2);
  // Back to the second answer of the second message: the version that was shown last.
  await ann.post(`/api/messages/${idAt(messages, 1)}/show`, {});
  expect((await pathOf(conversationId)).map(({ id }) => id)).toEqual(path.map(({ id }) => id));
});

test("a message has 100 versions at most; what asks for one more stores nothing", async () => {
  const { conversationId, messages } = await talk();
  await app.database.query(
    `INSERT INTO messages (id, conversation_id, parent_id, left_at, role, content_encrypted, content_format, status, created_at)
      SELECT gen_random_uuid(), conversation_id, parent_id, created_at, role, content_encrypted, content_format, status, created_at
      FROM messages CROSS JOIN generate_series(1, $2::int) WHERE id = ANY($1::uuid[])`,
    [[idAt(messages, 2), idAt(messages, 3)], messageMaxVersions - 2],
  );
  expect((await again(idAt(messages, 3))).text).toContain("I was sent 3 messages.");
  await edit(conversationId, idAt(messages, 2), "the last version");
  const path = await pathOf(conversationId);
  expect(path[2]?.versions?.count).toBe(messageMaxVersions);
  const edited = await ann.post(`/api/conversations/${conversationId}/messages`, { content: "one more", replaces: idAt(path, 2) });
  expect((await ann.post(`/api/messages/${idAt(messages, 2)}/show`, {})).status).toBe(204);
  const answer = (await pathOf(conversationId))[3];
  expect([answer?.content, answer?.versions?.count]).toEqual([expect.stringContaining("second"), messageMaxVersions]);
  const answered = await there.post(`/api/turns/${answer?.id ?? ""}/again`, {});
  for (const refused of [edited, answered]) {
    expect([refused.status, refused.json<Problem>().code]).toEqual([409, "conflict"]);
    expect(refused.json<Problem>().detail).toBe("A message has 100 versions at most. Write a new message instead.");
  }
  const [stored] = await app.database.query<{ count: number }>("SELECT count(*)::int AS count FROM messages WHERE conversation_id = $1", [
    conversationId,
  ]);
  expect(stored?.count).toBe(4 + 2 * (messageMaxVersions - 2) + 1 + 2);
});

test("an agent that can't go back is given what was said before as quotes, and the answer says so", async () => {
  const { conversationId, messages } = await talk();
  await app.database.query("UPDATE messages SET agent_session = 'of-a-lost-volume' WHERE id = $1", [idAt(messages, 1)]);
  await edit(conversationId, idAt(messages, 2), "another");
  const answer = (await pathOf(conversationId)).at(-1);
  expect(answer?.parts[0]).toEqual({ type: "notice", text: expect.stringContaining("quoted the earlier messages to it") });
  expect(answer?.content).toContain("I was sent 1 message.");
  expect(answer?.content).toContain("> first");
  expect(answer?.status).toBe("complete");
});

test("of two branches that two processes begin at once one comes to be, and the other is told", async () => {
  const { conversationId, messages } = await talk();
  const body = { content: "both", replaces: idAt(messages, 2) };
  const statuses = await Promise.all(
    [ann, there].map(async (client) => (await client.post(`/api/conversations/${conversationId}/messages`, body)).status),
  );
  expect(statuses.map(String).toSorted()).toEqual(["200", "409"]);
  const later = await there.post(`/api/conversations/${conversationId}/messages`, body);
  expect([later.status, later.json<Problem>().code]).toEqual([409, "conflict"]);
  expect((await pathOf(conversationId, there))[2]?.versions?.count).toBe(2);
});

test("while an answer is under way nothing is answered again, edited or gone back to", async () => {
  const { conversationId, messages } = await talk();
  await again(idAt(messages, 3));
  const running = await Turn.open(ann, conversationId, "[demo:slow ms=100 words=400]");
  const answerId = await running.answerId();
  const refused = await Promise.all([
    there.post(`/api/turns/${answerId}/again`, {}),
    there.post(`/api/conversations/${conversationId}/messages`, { content: "no", replaces: idAt(messages, 0) }),
    there.post(`/api/messages/${idAt(messages, 3)}/show`, {}),
  ]);
  expect(refused.map((answer) => [answer.status, answer.json<Problem>().code])).toEqual(
    Array.from({ length: 3 }, () => [409, "turn_in_progress"]),
  );
  expect((await ann.post(`/api/turns/${answerId}/stop`, {})).status).toBe(204);
  await running.ended;
});

test("nobody makes or sees a branch of another's conversation, of an answer that is no answer, or of what is not there", async () => {
  const { conversationId, messages } = await talk();
  const elsewhere = await createConversation(ann, agentId);
  const body = { content: "mine", replaces: idAt(messages, 0) };
  const missing = await Promise.all([
    bob.post(`/api/messages/${idAt(messages, 0)}/show`, {}),
    bob.post(`/api/turns/${idAt(messages, 1)}/again`, {}),
    bob.post(`/api/conversations/${conversationId}/messages`, body),
    ann.post(`/api/conversations/${elsewhere}/messages`, body),
    ann.post(`/api/conversations/${conversationId}/messages`, { content: "x", replaces: idAt(messages, 1) }),
    ann.post(`/api/turns/${idAt(messages, 0)}/again`, {}),
    ann.post(`/api/messages/${conversationId}/show`, {}),
  ]);
  expect(missing.map(({ status }) => status)).toEqual(missing.map(() => 404));
  expect(await pathOf(conversationId)).toEqual(messages);
});

test("a removed conversation takes its agent's sessions along, each branch's too", async () => {
  const { conversationId, messages } = await talk();
  await edit(conversationId, idAt(messages, 2), "another");
  const gateway = app.runtime.gatewayOf(agentId);
  const [fork] = await app.database.query<{ session: string }>(
    "SELECT agent_session AS session FROM messages WHERE conversation_id = $1 AND agent_session IS NOT NULL",
    [conversationId],
  );
  const keys = [`conv-${conversationId}`, (fork?.session ?? "").replace("key:agent:main:", "")];
  expect(keys.map((key) => gateway.messagesOf(key).length)).toEqual([4, 4]);
  expect((await ann.delete(`/api/conversations/${conversationId}`)).status).toBe(204);
  await vi.waitFor(() => expect(keys.map((key) => gateway.messagesOf(key).length)).toEqual([0, 0]), { timeout: 10_000 });
  await vi.waitFor(
    async () => expect(await app.database.query("SELECT 1 FROM agent_sessions_to_delete WHERE agent_id = $1", [agentId])).toEqual([]),
    { timeout: 10_000 },
  );
});

test("a session of an agent that is away is deleted when it runs again", async () => {
  const { id } = await createAgent(ann);
  const conversationId = await createConversation(ann, id);
  await say(ann, conversationId, "remember me");
  const kept = await createConversation(ann, id);
  expect((await ann.post(`/api/agents/${id}/stop`, {})).status).toBeLessThan(300);
  await vi.waitFor(async () => expect((await ann.get(`/api/agents/${id}`)).json<{ status: string }>().status).toBe("stopped"), {
    timeout: 10_000,
  });
  await ann.delete(`/api/conversations/${conversationId}`);
  const listed = async (): Promise<unknown[]> =>
    app.database.query("SELECT session FROM agent_sessions_to_delete WHERE agent_id = $1", [id]);
  await vi.waitFor(async () => expect(await listed()).toEqual([{ session: conversationId }]), { timeout: 10_000 });
  await say(ann, kept, "wake up");
  await vi.waitFor(async () => expect(await listed()).toEqual([]), { timeout: 10_000 });
});

test("an agent that can't be asked is asked once, and keeps nobody else's sessions waiting", async () => {
  const { id: away } = await createAgent(ann);
  await say(ann, await createConversation(ann, away), "hello");
  await app.runtime.gatewayOf(away).refuseConnections();
  const count = 12;
  await app.database.query(
    `INSERT INTO agent_sessions_to_delete (agent_id, session, next_at)
     SELECT $1::uuid, 'gone-' || n, now() - interval '1 hour' FROM generate_series(1, $2::int) n UNION ALL SELECT $3::uuid, 'other', now()`,
    [away, count, agentId],
  );
  const rows = async (id: string) =>
    app.database.query<{ attempts: number }>(
      "SELECT attempts FROM agent_sessions_to_delete WHERE agent_id = $1 AND next_at < now() + interval '3 minutes'",
      [id],
    );
  await vi.waitFor(async () => expect(await rows(agentId)).toEqual([]), { timeout: 20_000 });
  // Each of the two processes took three at most, and put all off.
  await vi.waitFor(async () => expect((await rows(away)).length).toBe(count), { timeout: 20_000 });
  const attempts = (await rows(away)).reduce((sum, row) => sum + row.attempts, 0);
  expect(attempts).toBeGreaterThan(0);
  expect(attempts).toBeLessThanOrEqual(6);
});

test("a session that is made for a turn that was stopped meanwhile is deleted from its agent", async () => {
  const { conversationId, messages } = await talk();
  const running = await app.nest.get(AgentStartService, { strict: false }).findRunning(agentId);
  if (running === null) throw new Error("The agent does not run.");
  const begun = { userId: ann.userId ?? "", agentId, isOwned: true, conversationId, session: conversationId };
  const turn = new RunningTurn(
    { ...begun, answerId: idAt(messages, 3), answerCreatedAt: new Date() },
    null,
    turnLimits,
    new AbortController().signal,
  );
  const sessions = app.nest.get(TurnSessionsService, { strict: false });
  const made = sessions.branchOff(turn, { common: { session: conversationId, answerId: idAt(messages, 3) } }, running);
  turn.interrupt("stopped");
  await expect(made).rejects.toThrow("the turn was stopped");
  const gateway = app.runtime.gatewayOf(agentId);
  await gateway.waitForRequest(({ path, body }) => path === "sessions.delete" && JSON.stringify(body).includes("dashboard:"));
  const [row] = await app.database.query<{ session: string | null }>("SELECT agent_session AS session FROM messages WHERE id = $1", [
    idAt(messages, 3),
  ]);
  expect(row?.session).toBeNull();
});
