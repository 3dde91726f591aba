import type { Message, MessagePage } from "@mosaic/contracts/chat";
import { textParts } from "@mosaic/contracts/message-parts";
import type { Problem } from "@mosaic/contracts/problem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conversationOf, createAgent, createConversation } from "./harness/chat.js";
import { storeMessages } from "./harness/stored-conversation.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let bob: TestClient;
let agentId: string;
/** 2,000 messages that were all said at the same time, "message 0" to "message 1999". */
let long: string;
let ids: string[];

const missingId = "0190f0f0-0000-7000-8000-000000000000";
const count = 2_000;
const pageSize = 100;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.member(uniqueName("ann"));
  bob = await app.member(uniqueName("bob"));
  agentId = (await createAgent(ann)).id;
  long = await createConversation(ann, agentId);
  ids = await store(
    long,
    Array.from({ length: count }, (_, index) => `message ${index}`),
  );
});

afterAll(async () => {
  await app.close();
});

async function store(conversationId: string, texts: readonly string[]): Promise<string[]> {
  const ending = conversationId.slice(-12);
  const messages = texts.map((text, index) => ({
    id: `0190f0f0-0000-7000-${(0x8000 + index).toString(16)}-${ending}`,
    parts: textParts(text),
  }));
  await storeMessages(app, { userId: ann.userId ?? "", conversationId }, messages);
  return messages.map(({ id }) => id);
}

async function pageOf(conversationId: string, query = ""): Promise<MessagePage> {
  const answer = await ann.get(`/api/conversations/${conversationId}/messages${query}`);
  expect(answer.status).toBe(200);
  return answer.json<MessagePage>();
}

const contents = (messages: readonly Message[]): string[] => messages.map(({ content }) => content);
const said = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `message ${from + index}`);

test("a conversation comes with its newest messages, and says that there are others", async () => {
  const { messages, hasOlder } = await conversationOf(ann, long);
  expect(contents(messages)).toEqual(said(count - pageSize, count));
  expect(hasOlder).toBe(true);
  expect(await pageOf(long)).toEqual({ messages, hasOlder: true, hasNewer: false });
  const short = await createConversation(ann, agentId);
  expect(await conversationOf(ann, short)).toMatchObject({ messages: [], hasOlder: false });
  expect(await pageOf(short)).toEqual({ messages: [], hasOlder: false, hasNewer: false });
});

test("page by page up and down again, each message comes exactly once, though all have the same time", async () => {
  const up: Message[] = [...(await conversationOf(ann, long)).messages];
  for (let hasOlder = true; hasOlder;) {
    const page = await pageOf(long, `?before=${up[0]?.id}`);
    expect(page.hasNewer).toBe(true);
    expect(page.messages).toHaveLength(pageSize);
    up.unshift(...page.messages);
    hasOlder = page.hasOlder;
  }
  expect(contents(up)).toEqual(said(0, count));
  expect(new Set(up.map(({ createdAt }) => createdAt)).size).toBe(1);

  const down: Message[] = up.slice(0, 1);
  for (let hasNewer = true; hasNewer;) {
    const page = await pageOf(long, `?after=${down.at(-1)?.id}`);
    expect(page.hasOlder).toBe(true);
    down.push(...page.messages);
    hasNewer = page.hasNewer;
  }
  expect(down).toEqual(up);
});

test("beyond the first and the last message there is an empty page", async () => {
  expect(await pageOf(long, `?before=${ids[0]}`)).toEqual({ messages: [], hasOlder: false, hasNewer: true });
  expect(await pageOf(long, `?after=${ids.at(-1)}`)).toEqual({ messages: [], hasOlder: true, hasNewer: false });
});

test("a message comes with its neighbours, at the ends with fewer", async () => {
  const half = pageSize / 2;
  const middle = await pageOf(long, `?around=${ids[1_000]}`);
  expect(contents(middle.messages)).toEqual(said(1_001 - half, 1_001 + half));
  expect(middle).toMatchObject({ hasOlder: true, hasNewer: true });
  const first = await pageOf(long, `?around=${ids[0]}`);
  expect(contents(first.messages)).toEqual(said(0, half + 1));
  expect(first).toMatchObject({ hasOlder: false, hasNewer: true });
  const last = await pageOf(long, `?around=${ids.at(-1)}`);
  expect(contents(last.messages)).toEqual(said(count - half, count));
  expect(last).toMatchObject({ hasOlder: true, hasNewer: false });
});

test("long messages come in smaller pages, one longer than any page by itself", async () => {
  const id = await createConversation(ann, agentId);
  const texts = ["a", "b".repeat(2_000_000), "c".repeat(300_000), "d".repeat(300_000), "e".repeat(300_000), "f"];
  const stored = await store(id, texts);
  const first = await conversationOf(ann, id);
  // Sealed, three of 300,000 characters are more than a page of 1 MiB carries.
  expect(contents(first.messages).map((text) => text[0])).toEqual(["d", "e", "f"]);
  expect(first.hasOlder).toBe(true);
  const second = await pageOf(id, `?before=${stored[3]}`);
  expect(contents(second.messages).map((text) => text[0])).toEqual(["c"]);
  expect(second.hasOlder).toBe(true);
  const third = await pageOf(id, `?before=${stored[2]}`);
  expect(contents(third.messages)).toEqual([texts[1]]);
  expect(third.hasOlder).toBe(true);
  expect(contents((await pageOf(id, `?before=${stored[1]}`)).messages)).toEqual(["a"]);
  expect(contents((await pageOf(id, `?around=${stored[1]}`)).messages).map((text) => text[0])).toEqual(["b", "c"]);
});

test("what is asked for wrongly is refused in words", async () => {
  for (const query of [`?before=${ids[1]}&after=${ids[2]}`, `?around=${ids[1]}&before=${ids[2]}`]) {
    const answer = await ann.get(`/api/conversations/${long}/messages${query}`);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json<Problem>())).toContain("Give one of before, after and around");
  }
  for (const query of ["?before=", "?before=yesterday", "?after=1", `?before=${ids[1]}&before=${ids[2]}`, "?around[]=x", "?page=2"]) {
    expect([query, (await ann.get(`/api/conversations/${long}/messages${query}`)).status]).toEqual([query, 400]);
  }
});

test("a message that is missing, of another conversation or another's is not found, byte for byte", async () => {
  const other = await createConversation(ann, agentId);
  const [theirs] = await store(other, ["of another conversation"]);
  for (const way of ["before", "after", "around"]) {
    const missing = await ann.get(`/api/conversations/${long}/messages?${way}=${missingId}`);
    expect(missing.status).toBe(404);
    for (const answer of [
      await ann.get(`/api/conversations/${long}/messages?${way}=${theirs}`),
      await bob.get(`/api/conversations/${long}/messages?${way}=${ids[5]}`),
      await bob.get(`/api/conversations/${long}/messages`),
      await (await app.admin()).get(`/api/conversations/${long}/messages?${way}=${ids[5]}`),
      await ann.get(`/api/conversations/${missingId}/messages`),
    ]) {
      expect([answer.status, answer.text]).toEqual([404, missing.text]);
    }
  }
});
