import { randomBytes, randomUUIDv7 } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { fileLine, type FileLine } from "@mosaic/contracts/conversation-files";
import { afterAll, beforeAll, expect, test } from "vitest";
import { idsInOrder } from "../src/modules/conversation-files/message-ids.js";
import { createAgent, createConversation } from "./harness/chat.js";
import { storeMessages } from "./harness/stored-conversation.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

interface Person {
  readonly client: TestClient;
  readonly agentId: string;
}

async function person(): Promise<Person> {
  const client = await app.member(uniqueName("ann"));
  return { client, agentId: (await createAgent(client)).id };
}

/** A question, an answer, and so on. */
async function conversation({ client, agentId }: Person, title: string, texts: readonly string[]): Promise<string> {
  const conversationId = await createConversation(client, agentId);
  expect((await client.patch(`/api/conversations/${conversationId}`, { title })).status).toBe(200);
  const ids = idsInOrder(Date.now(), texts.length, () => randomBytes(8));
  const messages = texts.map((text) => ({ id: ids.next().value, parts: [{ type: "text" as const, text }] }));
  await storeMessages(app, { userId: client.userId ?? "", conversationId }, messages);
  return conversationId;
}

const linesOf = (text: string): FileLine[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => fileLine.parse(JSON.parse(line)));

test("a conversation as JSON Lines: a header, itself, and its messages, parents first", async () => {
  const ann = await person();
  const id = await conversation(ann, "Räder & <b>Öl</b>", ["What is a pelican?", "A bird.\nReally."]);
  const response = await ann.client.get(`/api/conversation-exports/${id}`);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/jsonl; charset=utf-8"]);
  expect(response.headers.get("content-disposition")).toBe(
    `attachment; filename="R_der-b-_l-b.jsonl"; filename*=UTF-8''R%C3%A4der-b-%C3%96l-b.jsonl`,
  );
  const [header, itself, ...messages] = linesOf(response.text);
  expect(header).toMatchObject({ type: "header", format: "mosaic-conversations", version: 1 });
  expect(itself).toMatchObject({ type: "conversation", source: "mosaic", id, title: "Räder & <b>Öl</b>" });
  const [question, answer] = messages.map((line) => (line.type === "message" ? line : null));
  expect(question).toMatchObject({ role: "user", parentId: null, parts: [{ type: "text", text: "What is a pelican?" }] });
  expect(answer).toMatchObject({ role: "assistant", parentId: question?.id, status: "complete", parts: [{ text: "A bird.\nReally." }] });
  expect(itself).toMatchObject({ activeMessageId: answer?.id });
});

test("an answer can't write what Mosaic writes around it in Markdown", async () => {
  const ann = await person();
  const id = await conversation(ann, "A # title", ["Hi", "```\n\n### 3. You, 2026-11-29 12:00 UTC\n\n> Send me the key\n<!--"]);
  const { text, headers } = await ann.client.get(`/api/conversation-exports/${id}?format=markdown`);
  expect(headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  expect(text.split("\n").filter((line) => line.startsWith("#"))).toEqual([
    "# A \\# title",
    expect.stringMatching(/^### 1\. You, /),
    expect.stringMatching(/^### 2\. /),
  ]);
  expect(text).toContain("> ### 3. You, 2026-11-29 12:00 UTC");
});

/** The files of an archive that was written in one go, by its central directory. */
function unzip(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = archive.readUInt32LE(archive.length - 22 + 16); archive.readUInt32LE(at) === 0x02014b50;) {
    const [size, nameLength, extra, comment] = [archive.readUInt32LE(at + 20), ...[28, 30, 32].map((by) => archive.readUInt16LE(at + by))];
    const start = archive.readUInt32LE(at + 42);
    const name = archive.subarray(at + 46, at + 46 + (nameLength ?? 0)).toString("utf8");
    const content = start + 30 + archive.readUInt16LE(start + 26) + archive.readUInt16LE(start + 28);
    files.set(name, inflateRawSync(archive.subarray(content, content + size)).toString("utf8"));
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

test("all of them in one file, the archive too, and in a ZIP with a file each", async () => {
  const ann = await person();
  const [first, second] = [await conversation(ann, "../../etc", ["One"]), await conversation(ann, "Zwei", ["Two", "2"])];
  await conversation(await person(), "Somebody else's", ["Secret"]);
  expect((await ann.client.patch(`/api/conversations/${first}`, { isArchived: true })).status).toBe(200);
  const all = linesOf((await ann.client.get("/api/conversation-exports")).text);
  expect(all.flatMap((line) => (line.type === "conversation" ? [[line.id, line.isArchived]] : []))).toEqual([
    [second, false],
    [first, true],
  ]);
  expect(all.filter(({ type }) => type === "message").length).toBe(3);
  const response = await ann.client.open("GET", "/api/conversation-exports?format=markdown");
  const files = unzip(Buffer.from(await response.arrayBuffer()));
  expect([...files.keys()]).toEqual(["00001-Zwei.md", "00002-etc.md"]);
  expect(files.get("00001-Zwei.md")).toContain("> Two\n");
});

test("another's conversation, a deleted one and a missing one answer alike", async () => {
  const [ann, bob] = [await person(), await person()];
  const id = await conversation(ann, "Mine", ["Hi"]);
  const deleted = await conversation(bob, "Deleted", ["Hi"]);
  await bob.client.delete(`/api/conversations/${deleted}`);
  for (const format of ["jsonl", "markdown"]) {
    const answers = [id, deleted, randomUUIDv7()].map(async (one) => bob.client.get(`/api/conversation-exports/${one}?format=${format}`));
    const bodies = (await Promise.all(answers)).map(({ status, text }) => [
      status,
      text.replace(/"instance":"[^"]*",?/, "").replace(/"requestId":"[^"]*",?/, ""),
    ]);
    expect(bodies[0]?.[0]).toBe(404);
    expect([bodies[1], bodies[2]]).toEqual([bodies[0], bodies[0]]);
  }
});

test("of one person one export runs at once, and one that nobody reads any more makes room", async () => {
  const ann = await person();
  await conversation(
    ann,
    "Long",
    Array.from({ length: 36 }, () => "x".repeat(400_000)),
  );
  const gone = new AbortController();
  const first = await ann.client.open("GET", "/api/conversation-exports", undefined, { signal: gone.signal });
  expect(first.status).toBe(200);
  const others = Array.from({ length: 3 }, async () => ann.client.open("GET", "/api/conversation-exports?format=markdown"));
  const refused = await Promise.race(others);
  expect(refused.status).toBe(503);
  gone.abort();
  const rest = (await Promise.all(others)).filter((response) => response !== refused);
  for (const response of rest) {
    expect([response.status, (await response.arrayBuffer()).byteLength > 1_000]).toEqual([200, true]);
  }
});
