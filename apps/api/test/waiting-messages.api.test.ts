import type { WaitingMessage, WaitingMessages } from "@mosaic/contracts/chat";
import { messageMaxCharacters } from "@mosaic/contracts/chat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conversationOf, createAgent, createConversation, say, stop, Turn } from "./harness/chat.js";
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
  readonly conversationId: string;
}

async function owner(): Promise<Owner> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  return { client, there, conversationId: await createConversation(client, agentId) };
}

async function answering({ client, conversationId }: Owner, content = "[demo:slow ms=30 words=40]"): Promise<Turn> {
  const turn = await Turn.open(client, conversationId, content);
  await turn.until(({ text }) => text.length > 5);
  return turn;
}

const add = async (client: TestClient, conversationId: string, content: string) =>
  client.post(`/api/conversations/${conversationId}/waiting`, { content });

const waitingOf = async (client: TestClient, conversationId: string): Promise<WaitingMessage[]> =>
  (await client.get(`/api/conversations/${conversationId}/waiting`)).json<WaitingMessages>().waiting;

async function questionsOf(client: TestClient, conversationId: string): Promise<string[]> {
  const { messages } = await conversationOf(client, conversationId);
  return messages.filter(({ role }) => role === "user").map(({ content }) => content);
}

/** All questions were asked and answered, in this order. */
async function expectAnswered(client: TestClient, conversationId: string, questions: readonly string[]): Promise<void> {
  await expect
    .poll(
      async () => {
        const { messages } = await conversationOf(client, conversationId);
        return messages.filter(({ role, status }) => role === "assistant" && status === "complete").length;
      },
      { timeout: 20_000 },
    )
    .toBe(questions.length);
  expect(await questionsOf(client, conversationId)).toEqual(questions);
  expect(await waitingOf(client, conversationId)).toEqual([]);
}

test("messages that wait are sent one after the other, each once, with no page open, from whatever process they come", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  expect((await add(ann.client, ann.conversationId, "second")).status).toBe(201);
  expect((await add(ann.there, ann.conversationId, "third")).status).toBe(201);
  turn.leave();
  const waiting = await waitingOf(ann.there, ann.conversationId);
  expect(waiting.map(({ content, isNext }) => [content, isNext])).toEqual([
    ["second", false],
    ["third", false],
  ]);
  await expectAnswered(ann.client, ann.conversationId, ["[demo:slow ms=30 words=40]", "second", "third"]);
});

test("however close to the end of the answer they come, none is left behind and none is sent twice", async () => {
  const ann = await owner();
  await say(ann.client, ann.conversationId, "first");
  for (let round = 0; round < 6; round += 1) {
    const turn = await Turn.open(ann.client, ann.conversationId, `[demo:slow ms=${10 + round * 5} words=4] ${round}`);
    const done = turn.done();
    const added: string[] = [];
    for (const client of [ann.client, ann.there, ann.client]) {
      await turn.until(({ text }) => text.length > added.length * 3);
      const content = `waited ${round} ${added.length}`;
      const { status } = await add(client, ann.conversationId, content);
      expect([201, 409]).toContain(status);
      if (status === 201) added.push(content);
    }
    await done;
    const before = (await questionsOf(ann.client, ann.conversationId)).filter((question) => !question.startsWith(`waited ${round}`));
    await expectAnswered(ann.client, ann.conversationId, [...before, ...added]);
  }
});

test("after an answer that did not end well they wait on; the one that is sent now goes first", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=30 words=400]");
  await add(ann.client, ann.conversationId, "one");
  await add(ann.client, ann.conversationId, "two");
  expect(await stop(ann.client, await turn.answerId())).toBe(204);
  expect((await turn.done()).message.status).toBe("stopped");
  const [one, two] = await waitingOf(ann.client, ann.conversationId);
  expect([one?.content, two?.content]).toEqual(["one", "two"]);
  expect((await ann.there.post(`/api/waiting/${two?.id}/send`)).status).toBe(204);
  await expect.poll(async () => (await questionsOf(ann.client, ann.conversationId)).slice(1), { timeout: 15_000 }).toEqual(["two", "one"]);
  expect((await ann.client.post(`/api/waiting/${two?.id}/send`)).status).toBe(404);
});

test("sending one now stops the answer under way, on whatever process", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=30 words=400]");
  const { id } = (await add(ann.client, ann.conversationId, "Rather this")).json<WaitingMessage>();
  expect((await ann.there.post(`/api/waiting/${id}/send`)).status).toBe(204);
  expect((await turn.done()).message.status).toBe("stopped");
  await expect
    .poll(async () => questionsOf(ann.client, ann.conversationId), { timeout: 15_000 })
    .toEqual(["[demo:slow ms=30 words=400]", "Rather this"]);
});

test("one that was taken back is not sent", async () => {
  const ann = await owner();
  const turn = await answering(ann);
  const { id } = (await add(ann.client, ann.conversationId, "never mind")).json<WaitingMessage>();
  await add(ann.client, ann.conversationId, "but this");
  expect((await ann.there.delete(`/api/waiting/${id}`)).status).toBe(204);
  expect((await ann.there.delete(`/api/waiting/${id}`)).status).toBe(404);
  await turn.done();
  await expectAnswered(ann.client, ann.conversationId, ["[demo:slow ms=30 words=40]", "but this"]);
});

test("five wait in a conversation, and none where no answer is under way", async () => {
  const ann = await owner();
  expect((await add(ann.client, ann.conversationId, "early")).json()).toMatchObject({ code: "nothing_to_wait_for" });
  const turn = await answering(ann, "[demo:slow ms=30 words=400]");
  const answers = await Promise.all(
    Array.from({ length: 9 }, async (_, index) => add(index % 2 ? ann.client : ann.there, ann.conversationId, `${index}`)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  expect(await waitingOf(ann.client, ann.conversationId)).toHaveLength(5);
  for (const content of ["", "   ", "x".repeat(messageMaxCharacters + 1), 7, null]) {
    expect((await ann.client.post(`/api/conversations/${ann.conversationId}/waiting`, { content })).status).toBe(400);
  }
  await stop(ann.client, await turn.answerId());
  await turn.ended;
});

test("are their owner's alone, and sealed", async () => {
  const ann = await owner();
  const bob = await app.member(uniqueName("bob"));
  const turn = await answering(ann, "[demo:slow ms=30 words=400]");
  const { id } = (await add(ann.client, ann.conversationId, "canary-of-ann")).json<WaitingMessage>();
  expect((await add(bob, ann.conversationId, "mine")).status).toBe(404);
  expect((await bob.get(`/api/conversations/${ann.conversationId}/waiting`)).status).toBe(404);
  expect((await bob.post(`/api/waiting/${id}/send`)).status).toBe(404);
  expect((await bob.delete(`/api/waiting/${id}`)).status).toBe(404);
  const [row] = await app.database.query<{ row: string }>("SELECT row_to_json(w)::text AS row FROM waiting_messages w WHERE id = $1", [id]);
  expect(row?.row).not.toContain("canary-of-ann");
  await stop(ann.client, await turn.answerId());
  await turn.ended;
});

test("are sent by another process when the one that should have was killed", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=30 words=400]");
  await add(ann.client, ann.conversationId, "left behind");
  await stop(ann.client, await turn.answerId());
  await turn.ended;
  // As a process leaves it that dies between the end of an answer and its look for who waits.
  await app.database.query("UPDATE messages SET status = 'complete' WHERE id = $1", [await turn.answerId()]);
  await expectAnswered(ann.client, ann.conversationId, ["[demo:slow ms=30 words=400]", "left behind"]);
});

test("go with their conversation", async () => {
  const ann = await owner();
  const turn = await answering(ann, "[demo:slow ms=30 words=400]");
  await add(ann.client, ann.conversationId, "gone with it");
  expect((await ann.client.delete(`/api/conversations/${ann.conversationId}`)).status).toBe(204);
  await turn.ended;
  expect((await ann.client.get(`/api/conversations/${ann.conversationId}/waiting`)).status).toBe(404);
});
