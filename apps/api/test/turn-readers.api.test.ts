import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TURN_LIMITS, turnLimits } from "../src/modules/turns/turn-limits.js";
import { TurnPresenceService } from "../src/modules/turns/turn-presence.service.js";
import { Shutdown } from "../src/platform/shutdown/shutdown.js";
import { agentOf, conversationOf, createAgent, createConversation, lastMessage, say, stop, Turn } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
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
  /** The same person, at the other process. */
  readonly there: TestClient;
  readonly agentId: string;
  readonly conversationId: string;
}

async function owner(): Promise<Owner> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  return { client, there, agentId, conversationId: await createConversation(client, agentId) };
}

/** An answer that goes on for a while, with its first words. */
async function answering({ client, conversationId }: Owner, content = "[demo:slow ms=40 words=60]"): Promise<Turn> {
  const turn = await Turn.open(client, conversationId, content);
  await turn.until(({ text }) => text.length > 20);
  return turn;
}

const idsOf = (turn: Turn): number[] => [...turn.bytes.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

/** On another process the last words come as one event: what of them was not in the log yet is taken from the answer. */
function expectSame(there: Turn, here: Turn): void {
  const before = there.bytes.split(/(?=^id: )/gm).slice(0, -2);
  expect(before.length).toBeGreaterThan(10);
  expect(here.bytes.startsWith(before.join(""))).toBe(true);
  expect(there.text).toBe(here.text);
  expect(there.events.at(-1)).toEqual(here.events.at(-1));
}

test("a reader of whatever process gets the same from the beginning, live to the end", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  const answerId = await turn.answerId();
  const [here, there] = [await Turn.follow(ann.client, answerId), await Turn.follow(ann.there, answerId)];
  expect([here, there].map(({ response }) => response.headers.get("content-type"))).toEqual(
    Array.from({ length: 2 }, () => expect.stringContaining("text/event-stream")),
  );
  // Long before its end the other process has what came so far.
  await there.until(({ text }) => text.length > 20);
  expect(turn.events.at(-1)?.type).not.toBe("done");
  const { message } = await turn.done();
  await Promise.all([here.ended, there.ended]);
  expect(here.bytes).toBe(turn.bytes);
  expectSame(there, turn);
  expect(idsOf(turn)).toEqual(idsOf(turn).map((_, index) => index + 1));
  expect(turn.text).toBe(message.content);
});

test("who comes back with any number gets exactly what follows, on whatever process", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  const answerId = await turn.answerId();
  await turn.until(({ events }) => events.length > 10);
  const numbers = [0, 1, 2, 5, 9];
  const here = await Promise.all(numbers.map(async (after) => Turn.follow(ann.client, answerId, after)));
  const there = await Promise.all(numbers.map(async (after) => Turn.follow(ann.there, answerId, after)));
  const inAddress = await ann.there.open("GET", `/api/turns/${answerId}/events?after=5`);
  await turn.done();
  const events = turn.bytes.split(/(?=^id: )/gm);
  await Promise.all([...here, ...there].map(async ({ ended }) => ended));
  const [whole] = there;
  for (const [index, after] of numbers.entries()) {
    expect(here[index]?.bytes).toBe(events.slice(after).join(""));
    expect(there[index]?.bytes).toBe(
      whole?.bytes
        .split(/(?=^id: )/gm)
        .slice(after)
        .join(""),
    );
  }
  expect(whole?.text).toBe(turn.text);
  expect((await inAddress.text()).replaceAll(/^: .*\n\n/gm, "")).toBe(there[3]?.bytes);
});

test("when all readers have left, the answer goes on and is whole, and so is what they read who come back", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  const answerId = await turn.answerId();
  turn.leave();
  await turn.ended;
  const seen = turn.text;
  const [last = 0] = idsOf(turn).slice(-1);
  // Nobody reads; the answer grows all the same, and a page that opens the conversation sees how far it is.
  await expect.poll(async () => (await lastMessage(ann.there, ann.conversationId)).content.length).toBeGreaterThan(seen.length + 20);
  const back = await Turn.follow(ann.there, answerId, last);
  const { message } = await back.done();
  expect(message.status).toBe("complete");
  expect(seen + back.text).toBe(message.content);
  expect(message.content.trim().split(" ").length).toBeGreaterThanOrEqual(60);
  expect(app.runtime.gatewayOf(ann.agentId).abortedCount).toBe(0);
});

test("the end of the session ends the reading, not the answer", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  const phone = await app.session(ann.client);
  expect((await new TestClient(app.url, { cookie: ann.client.cookie ?? "" }).post("/api/auth/logout")).status).toBe(204);
  await turn.ended;
  expect(turn.events.at(-1)?.type).toBe("delta");
  await expect.poll(async () => (await lastMessage(phone, ann.conversationId)).status, { timeout: 15_000 }).toBe("complete");
});

test("after the end, `done` comes at once with the whole answer, whatever the number, and the log is gone", async () => {
  const ann = await owner();
  const { message } = await say(ann.client, ann.conversationId, "hello");
  for (const after of [undefined, 0, 1, 999_999_999]) {
    const late = await Turn.follow(ann.there, message.id, after);
    await late.ended;
    expect(late.events).toEqual([{ type: "done", message, problem: null }]);
  }
  expect(await app.database.query("SELECT 1 FROM turn_events WHERE message_id = $1", [message.id])).toEqual([]);
});

test("a turn is stopped from another process and another device, and every reader hears of it", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=40 words=2000]");
  const answerId = await turn.answerId();
  const follower = await Turn.follow(ann.there, answerId);
  const phone = new TestClient(other.url, { cookie: (await app.session(ann.client)).cookie ?? "" });
  expect(await stop(phone, answerId)).toBe(204);
  const ends = await Promise.all([turn.done(), follower.done()]);
  expect(ends.map(({ message }) => [message.status, message.error])).toEqual([
    ["stopped", null],
    ["stopped", null],
  ]);
  expect(ends[0].message).toEqual(ends[1].message);
  expect(turn.text).toBe(ends[0].message.content);
  await expect.poll(() => app.runtime.gatewayOf(ann.agentId).abortedCount).toBe(1);
});

test("a turn whose process was only taken for dead is run by one process in the end, and nobody reads a word twice", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=40 words=150]");
  const answerId = await turn.answerId();
  // As when Postgres has freed the lock of a process that lives.
  await app.database.query("UPDATE messages SET process_id = gen_random_uuid() WHERE id = $1", [answerId]);
  await other.nest.get(TurnPresenceService).breakOffOrphans();
  const there = await Turn.follow(ann.there, answerId, 2);
  await turn.ended;
  expect(turn.events.at(-1)?.type).toBe("delta");
  const here = await Turn.follow(ann.client, answerId, turn.events.length);
  for (const reader of [there, here]) {
    const { message } = await reader.done();
    expect(message).toMatchObject({ status: "complete", error: null });
    const words = Array.from({ length: 150 }, (_, index) => `word${index + 1}`);
    expect([message.content.match(/word\d+/g), reader.text.match(/word\d+/g)]).toEqual([words, words]);
  }
  // The message may have been brought twice: that makes no second run.
  const gateway = app.runtime.gatewayOf(ann.agentId);
  expect(gateway.messagesOf(`conv-${ann.conversationId}`).filter(({ role }) => role === "user")).toHaveLength(1);
  expect(gateway.abortedCount).toBe(0);
});

test("other people can neither read nor stop a turn, whether it runs or has ended: for them it is not there", async () => {
  const ann = await owner();
  const bob = await app.member(uniqueName("bob"));
  const turn = await answering(ann);
  const answerId = await turn.answerId();
  const question = (await conversationOf(ann.client, ann.conversationId)).messages[0]?.id ?? "";
  const refusals = async (): Promise<void> => {
    const admin = await app.admin();
    for (const base of [app.url, other.url]) {
      for (const who of [bob, admin].map(({ cookie }) => new TestClient(base, { cookie: cookie ?? "" }))) {
        const [missing, foreign] = await Promise.all(
          [crypto.randomUUID(), answerId].map(async (id) => [
            await who.get(`/api/turns/${id}/events`),
            await who.get(`/api/turns/${id}/events?after=3`),
            await who.post(`/api/turns/${id}/stop`),
          ]),
        );
        expect(foreign?.map(({ status, text }) => [status, text])).toEqual(missing?.map(({ status, text }) => [status, text]));
        expect(foreign?.map(({ status }) => status)).toEqual([404, 404, 404]);
      }
    }
  };
  await refusals();
  // A question is no turn, also for its owner.
  expect((await ann.client.get(`/api/turns/${question}/events`)).status).toBe(404);
  expect(await stop(ann.client, question)).toBe(404);
  expect((await turn.done()).message.status).toBe("complete");
  await refusals();
});

test("a number that is none is refused in words", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  const answerId = await turn.answerId();
  for (const id of ["-1", "x", "1e3", "1.5", "9999999999", "' OR 1"]) {
    const refused = await Turn.follow(ann.client, answerId, id);
    expect(refused.response.status).toBe(400);
    expect((await ann.there.get(`/api/turns/${answerId}/events?after=${encodeURIComponent(id)}`)).status).toBe(400);
  }
  const early = await ann.client.get(`/api/turns/${answerId}/events`, { headers: { "last-event-id": "99999" } });
  expect([early.status, early.json()]).toMatchObject([
    400,
    { code: "invalid_input", detail: expect.stringContaining("no event of that number") },
  ]);
  expect((await ann.client.get("/api/turns/nonsense/events")).status).toBe(404);
  await turn.done();
});

test("deleting the agent in mid-answer ends the run and every reading, and leaves nothing", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=40 words=2000]");
  const follower = await Turn.follow(ann.there, await turn.answerId());
  await follower.until(({ text }) => text !== "");
  const gateway = app.runtime.gatewayOf(ann.agentId);
  expect((await ann.there.delete(`/api/agents/${ann.agentId}`)).status).toBe(204);
  await Promise.all([turn.ended, follower.ended]);
  await expect.poll(() => gateway.abortedCount).toBe(1);
  expect(await app.database.query("SELECT 1 FROM messages WHERE conversation_id = $1", [ann.conversationId])).toEqual([]);
  expect(await app.database.query("SELECT 1 FROM turn_events WHERE message_id = $1", [await turn.answerId()])).toEqual([]);
});

test("deleting the user in mid-answer ends the run, also with a system agent, which runs on", async () => {
  const admin = await app.admin();
  const { id: agentId } = await createAgent(admin);
  await app.database.query("UPDATE agents SET owner_id = NULL WHERE id = $1", [agentId]);
  const zoe = await app.member(uniqueName("zoe"));
  await app.database.query("UPDATE users SET role = 'admin' WHERE id = $1", [zoe.userId]);
  const conversationId = await createConversation(zoe, agentId);
  const turn = await Turn.open(zoe, conversationId, "[demo:slow ms=40 words=2000]");
  await turn.until(({ text }) => text !== "");
  expect((await admin.delete(`/api/admin/users/${zoe.userId}`)).status).toBe(204);
  await turn.ended;
  await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount, { timeout: 15_000 }).toBe(1);
  expect((await agentOf(admin, agentId)).status).not.toBe("error");
});

/** A reader at the socket's level, which takes nothing once it has the head. */
async function stalledReader(client: TestClient, answerId: string): Promise<IncomingMessage> {
  const { hostname, port } = new URL(client.baseUrl);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path: `/api/turns/${answerId}/events`, headers: { cookie: client.cookie ?? "" }, agent: false },
      (response) => resolve(response.pause()),
    );
    request.on("error", reject);
    request.end();
  });
}

test("a reader that takes nothing holds up neither the turn nor other readers, and misses nothing once it reads", async () => {
  const ann = await owner();
  const turn = await Turn.open(ann.client, ann.conversationId, "[demo:long words=60000]");
  const answerId = await turn.answerId();
  const slow = await stalledReader(ann.client, answerId);
  const { message } = await turn.done();
  expect(message.status).toBe("complete");
  expect(message.content.length).toBeGreaterThan(150_000);
  let text = "";
  for await (const chunk of slow.setEncoding("utf8")) {
    text += chunk as string;
  }
  expect(text.replaceAll(/^: .*\n\n/gm, "")).toBe(turn.bytes);
});

test("a hundred readers at once are bounded, and those who have a place read the same", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=40 words=5000]");
  const answerId = await turn.answerId();
  const readers = await Promise.all(Array.from({ length: 100 }, async () => Turn.follow(ann.there, answerId)));
  const taken = readers.filter(({ response }) => response.status === 200);
  const refused = readers.filter(({ response }) => response.status === 429);
  expect(taken.length + refused.length).toBe(100);
  expect(taken.length).toBeLessThanOrEqual(turnLimits.readersPerUser);
  expect(taken.length).toBeGreaterThan(0);
  expect(refused.every(({ response }) => response.headers.get("retry-after") !== null)).toBe(true);
  // Whoever wants to stop it is let in all the same.
  expect(await stop(ann.there, answerId)).toBe(204);
  await turn.done();
  await Promise.all(taken.map(async ({ ended }) => ended));
  expect(new Set(taken.map(({ bytes }) => bytes)).size).toBe(1);
  expect(taken[0]?.text).toBe(turn.text);
  // A place is free again once its reader has left.
  await expect.poll(async () => (await Turn.follow(ann.there, answerId)).response.status).toBe(200);
});

test("the log is written a few times a second at most, each word once, sealed, and only as long as the turn runs", async () => {
  const ann = await owner();
  const turn = await Turn.open(ann.client, ann.conversationId, "[demo:slow ms=5 words=400]");
  const answerId = await turn.answerId();
  const rowsOf = async (): Promise<{ seq: number; payload_encrypted: string }[]> =>
    app.database.query("SELECT seq, payload_encrypted FROM turn_events WHERE message_id = $1 ORDER BY seq", [answerId]);
  await expect.poll(async () => (await rowsOf()).length).toBeGreaterThan(1);
  const startedAt = performance.now();
  await turn.until(({ text }) => text.split(" ").length > 200);
  const rows = await rowsOf();
  const seconds = (performance.now() - startedAt) / 1000;
  expect(rows.length).toBeLessThan(10 * (seconds + 1));
  expect(rows.every(({ payload_encrypted: payload }) => payload.startsWith("enc:"))).toBe(true);
  expect(rows[0]?.seq).toBe(1);
  // Never the whole text again: all rows together are as long as the text, give or take what each is wrapped in.
  const stored = rows.reduce((length, { payload_encrypted: payload }) => length + payload.length, 0);
  expect(stored).toBeLessThan(20 * turn.bytes.length);
  await turn.done();
  expect(await rowsOf()).toEqual([]);
});

test("an answer of endless events is cut off", async () => {
  const engine = new InMemoryEngine();
  const limits = { ...turnLimits, maxEvents: 20, eventEveryMs: 0 };
  const bounded = await startTestApp({ runtime: engine, replace: [{ token: TURN_LIMITS, value: limits }] });
  const client = await bounded.member("ann");
  const conversationId = await createConversation(client, (await createAgent(client)).id);
  const { message } = await say(client, conversationId, "[demo:slow ms=5 words=2000]");
  expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off", detail: expect.stringContaining("cut off") } });
  await bounded.close();
  await engine.close();
});

test("open pages hear that an answer begins and ends, whichever process they are connected to", async () => {
  const ann = await owner();
  const pages = [await Page.open(ann.client), await Page.open(ann.there)];
  const { message } = await say(ann.client, ann.conversationId, "hello");
  for (const page of pages) {
    const turns = (): unknown[] => page.events.flatMap((event) => (event.type === "conversation" && event.turn ? [event.turn] : []));
    await expect.poll(turns).toEqual([
      { answerId: message.id, isOver: false },
      { answerId: message.id, isOver: true },
    ]);
    page.close();
  }
});

test("a process that stops takes no new reader, and says why", async () => {
  const stopping = await startTestApp({ database: app.database, runtime: app.runtime });
  try {
    const ann = await owner();
    const turn = await answering(ann);
    stopping.nest.get(Shutdown).begin();
    const there = new TestClient(stopping.url, { cookie: ann.client.cookie ?? "" });
    const refused = await there.get(`/api/turns/${await turn.answerId()}/events`);
    expect(refused.json()).toMatchObject({ status: 503, code: "stopping", title: "Mosaic is stopping" });
    expect(refused.headers.get("retry-after")).toBe("1");
    await stop(ann.client, await turn.answerId());
    await turn.done();
  } finally {
    await stopping.close();
  }
});
