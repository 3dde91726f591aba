import { randomUUIDv7 } from "node:crypto";
import { fileLine, importReport, type ImportReport } from "@mosaic/contracts/conversation-files";
import type { ConversationWithMessages } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import type { SearchAnswer } from "@mosaic/contracts/search";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SearchIndexerService } from "../src/modules/search/search-indexer.service.js";
import { auditRows } from "./harness/audit-rows.js";
import { createAgent } from "./harness/chat.js";
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

const at = "2024-03-01T12:00:00.000Z";
const header = { type: "header", format: "mosaic-conversations", version: 1, exportedAt: at };

function conversation(id: string, change: Readonly<Record<string, unknown>> = {}): object {
  const line = { type: "conversation", source: "chatgpt", id, title: `About ${id}`, activeMessageId: null };
  return { ...line, isPinned: false, isArchived: false, createdAt: at, updatedAt: at, ...change };
}

function message(id: string, parentId: string | null, change: Readonly<Record<string, unknown>> = {}): object {
  const line = { type: "message", id, parentId, role: "user", parts: [{ type: "text", text: `text of ${id}` }] };
  return { ...line, status: "complete", usage: null, createdAt: at, ...change };
}

const linesOf = (...lines: readonly unknown[]): string =>
  lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");

async function send({ client, agentId }: Person, ...lines: readonly unknown[]): Promise<ImportReport> {
  const answer = await client.post(`/api/agents/${agentId}/conversation-imports`, linesOf(...lines));
  expect([answer.status, answer.status === 200 ? "" : answer.text]).toEqual([200, ""]);
  return importReport.parse(answer.json());
}

const listOf = async ({ client }: Person, query = ""): Promise<ConversationList["conversations"]> =>
  (await client.get(`/api/conversations${query}`)).json<ConversationList>().conversations;

async function readOne(who: Person, id: string): Promise<ConversationWithMessages> {
  return (await who.client.get(`/api/conversations/${id}`)).json<ConversationWithMessages>();
}

test("what is imported is a conversation like others: listed, read, found, and once however often it is sent", async () => {
  const ann = await person();
  const lines = [
    header,
    conversation("one", { title: "Räder", updatedAt: "2024-04-01T12:00:00.000Z" }),
    message("a", null, { parts: [{ type: "text", text: "What is a pelican?" }] }),
    message("b", "a", {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "Hm" },
        { type: "text", text: "A bird" },
      ],
    }),
    conversation("two", { isArchived: true, isPinned: true }),
    message("a", null),
  ];
  expect(await send(ann, ...lines)).toEqual({ added: 2, messages: 3, known: 0, leftOut: [] });
  expect(await send(ann, ...lines)).toEqual({ added: 0, messages: 0, known: 2, leftOut: [] });
  const [listed, ...others] = await listOf(ann);
  expect([listed?.title, listed?.agentId, listed?.updatedAt, others]).toEqual(["Räder", ann.agentId, "2024-04-01T12:00:00.000Z", []]);
  expect((await listOf(ann, "?isArchived=true")).map(({ title }) => title)).toEqual(["About two"]);
  const { messages } = await readOne(ann, listed?.id ?? "");
  expect(messages.map(({ role, content, createdAt }) => [role, content, createdAt])).toEqual([
    ["user", "What is a pelican?", at],
    ["assistant", "A bird", at],
  ]);
  await app.nest.get(SearchIndexerService, { strict: false }).catchUp();
  const found = (await ann.client.post("/api/search", { q: "pelican" })).json<SearchAnswer>();
  expect(found.hits.map(({ conversationId }) => conversationId)).toEqual([listed?.id]);
  const rows = (await auditRows(app.database, "conversation.import")).filter(({ actor_id: actorId }) => actorId === ann.client.userId);
  expect(rows.length).toBe(2);
});

test("one's own export comes back elsewhere as it was, and adds nothing where it is", async () => {
  const [ann, bob] = [await person(), await person()];
  await send(ann, conversation("one"), message("a", null), message("b", "a", { role: "assistant", status: "stopped" }));
  const file = (await ann.client.get("/api/conversation-exports")).text;
  expect(await send(ann, file)).toMatchObject({ added: 0, known: 1 });
  expect(await send(bob, file)).toMatchObject({ added: 1, messages: 2 });
  const [[mine], [his]] = [await listOf(ann), await listOf(bob)];
  const shape = async (who: Person, id = ""): Promise<unknown> =>
    (await readOne(who, id)).messages.map(({ role, parts, status, createdAt }) => [role, parts, status, createdAt]);
  expect(await shape(bob, his?.id)).toEqual(await shape(ann, mine?.id));
});

test("branches come as branches, the one that was shown is shown, and they go out as they came", async () => {
  const [ann, bob] = [await person(), await person()];
  const tree = [
    message("q", null),
    message("a", "q", { role: "assistant" }),
    message("b", "q", { role: "assistant" }),
    message("c", "b"),
    message("z", null),
  ];
  expect(await send(ann, conversation("tree", { activeMessageId: "b" }), ...tree)).toMatchObject({ added: 1, messages: 5 });
  const [listed] = await listOf(ann);
  const said = async (who: Person, id = ""): Promise<string[]> => (await readOne(who, id)).messages.map(({ content }) => content);
  // On from the one that was named, so that it ends where nothing follows.
  expect(await said(ann, listed?.id)).toEqual(["text of q", "text of b", "text of c"]);
  const file = (await ann.client.get("/api/conversation-exports")).text;
  const lines = file
    .trimEnd()
    .split("\n")
    .map((line) => fileLine.parse(JSON.parse(line)));
  const messages = lines.flatMap((line) => (line.type === "message" ? [line] : []));
  const textOf = (id: string | null): string =>
    messages.flatMap((one) => (one.id === id && one.parts[0]?.type === "text" ? [one.parts[0].text] : []))[0] ?? "-";
  expect(messages.map(({ id, parentId }) => `${textOf(parentId)} > ${textOf(id)}`)).toEqual([
    "- > text of q",
    "text of q > text of a",
    "text of q > text of b",
    "text of b > text of c",
    "- > text of z",
  ]);
  expect(await send(bob, file)).toMatchObject({ added: 1, messages: 5 });
  const [his] = await listOf(bob);
  expect(await said(bob, his?.id)).toEqual(["text of q", "text of b", "text of c"]);
  const markdown = (await ann.client.get(`/api/conversation-exports/${listed?.id ?? ""}?format=markdown`)).text;
  expect(markdown.split("\n").filter((line) => line.startsWith("## "))).toEqual([
    "## Another version, after message 1",
    "## Another version, from the beginning",
  ]);
});

test("the agent is given what was said elsewhere when a person goes on, and not again", async () => {
  const ann = await person();
  await send(ann, conversation("one"), message("a", null), message("b", "a", { role: "assistant" }));
  const [listed] = await listOf(ann);
  expect(listed?.importedAt).toBeDefined();
  const id = listed?.id ?? "";
  const answered = await ann.client.post(`/api/conversations/${id}/messages`, { content: "[demo:echo] Go on", withHistory: true });
  expect(answered.text).toContain('"status":"complete"');
  expect((await readOne(ann, id)).memoryGivenAt).toBeDefined();
});

test.each([
  ["a parent that never came", [conversation("x"), message("a", "nobody")]],
  ["a parent that comes later, and so a circle", [conversation("x"), message("a", "b"), message("b", "a")]],
  ["a message of another conversation as parent", [conversation("w"), message("z", null), conversation("x"), message("a", "z")]],
  ["itself as parent", [conversation("x"), message("a", "a")]],
  ["an id that comes twice", [conversation("x"), message("a", null), message("a", null)]],
  ["a wrong type", [conversation("x"), message("a", null, { parts: "text" })]],
  ["an answer under way", [conversation("x"), message("a", null, { status: "streaming" })]],
  ["no JSON", [conversation("x"), message("a", null), "{"]],
  ["a NUL", [conversation("x"), message("a", null, { parts: [{ type: "text", text: "\u0000" }] })]],
  ["half of a character", [conversation("x"), String.raw`{"type":"message","id":"\ud800"}`]],
  ["values without number", [conversation("x"), `[${"{},".repeat(30_000)}{}]`]],
  ["depth without end", [conversation("x"), `${"[".repeat(5_000)}${"]".repeat(5_000)}`]],
  [
    "more parts than an answer has",
    [conversation("x"), message("a", null, { parts: Array.from({ length: 2_501 }, () => ({ type: "text", text: "" })) })],
  ],
])("%s leaves out that conversation, says so, and not the next one", async (_, lines) => {
  const ann = await person();
  const report = await send(ann, ...lines, conversation("good"), message("a", null));
  expect(report.leftOut).toEqual([{ reason: "unreadable", count: 1 }]);
  expect((await listOf(ann)).map(({ title }) => title)).not.toContain("About x");
  expect((await listOf(ann)).map(({ title }) => title)).toContain("About good");
});

test.each([
  ["a title that is none", { ...conversation("bad"), title: "" }],
  ["nothing but its kind", { type: "conversation" }],
  ["a NUL", conversation("bad", { title: "\u0000" })],
  ["an end that is missing", JSON.stringify(conversation("bad")).slice(0, 60)],
])("a line of a conversation with %s leaves out that one alone, with its messages, and says so once", async (_, line) => {
  const ann = await person();
  const lines = [
    conversation("before"),
    message("a", null),
    line,
    message("a", null),
    "{",
    message("b", "a"),
    conversation("after"),
    message("a", null),
  ];
  expect(await send(ann, ...lines)).toEqual({ added: 2, messages: 2, known: 0, leftOut: [{ reason: "unreadable", count: 1 }] });
  expect((await listOf(ann)).map(({ title }) => title).toSorted()).toEqual(["About after", "About before"]);
  // One more without a conversation counts, as ever.
  expect((await send(ann, line, message("a", null))).leftOut).toEqual([{ reason: "unreadable", count: 1 }]);
});

test("what an answer cost, by which model and how full its context was, comes back with an export", async () => {
  const [ann, bob] = [await person(), await person()];
  const usage = {
    inputTokens: 7,
    outputTokens: 8,
    cachedTokens: 5,
    contextTokens: 15,
    contextWindow: 200_000,
    costMicros: 5_000_000_000,
    model: "chat-one",
  };
  await send(ann, conversation("one"), message("a", null), message("b", "a", { role: "assistant", usage }), message("c", "b"));
  const usages = async (who: Person): Promise<unknown> => {
    const [listed] = await listOf(who);
    return (await readOne(who, listed?.id ?? "")).messages.map((one) => one.usage);
  };
  expect(await usages(ann)).toEqual([null, usage, null]);
  await send(bob, (await ann.client.get("/api/conversation-exports")).text);
  expect(await usages(bob)).toEqual([null, usage, null]);
});

test("names that objects have, times that are nonsense and files that are named harm nothing", async () => {
  const ann = await person();
  const report = await send(
    ann,
    conversation("__proto__", { createdAt: "0001-01-01T00:00:00Z", updatedAt: "9999-12-31T23:59:59Z", constructor: { name: 1 } }),
    message("__proto__", null, { createdAt: "0000-01-01T00:00:00Z" }),
    String.raw`{"type":"message","__proto__":{"isAdmin":true},"id":"constructor","parentId":"__proto__","role":"user","parts":[{"type":"file","id":"${randomUUIDv7()}","fileId":"1","name":"a.txt","mediaType":"text/plain","sizeBytes":1}],"status":"complete","usage":null,"createdAt":"9999-01-01T00:00:00Z"}`,
  );
  expect(report).toMatchObject({ added: 1, messages: 2, leftOut: [] });
  const [listed] = await listOf(ann);
  expect(Date.parse(listed?.updatedAt ?? "")).toBeLessThanOrEqual(Date.now() + 60_000);
  const { messages } = await readOne(ann, listed?.id ?? "");
  expect(messages[0]?.createdAt).toBe("2000-01-01T00:00:00.000Z");
  expect(messages[1]?.parts).toEqual([{ type: "file", name: "a.txt", mediaType: "text/plain", sizeBytes: 1 }]);
});

test("a conversation without messages, and messages without one, are counted", async () => {
  expect(await send(await person(), message("a", null), conversation("empty"))).toEqual({
    added: 0,
    messages: 0,
    known: 0,
    leftOut: [
      { reason: "unreadable", count: 1 },
      { reason: "no_messages", count: 1 },
    ],
  });
});

test("what was deleted a moment ago does not come back by an import, and its deletion can be taken back", async () => {
  const ann = await person();
  const lines = [conversation("one"), message("a", null)];
  await send(ann, ...lines);
  const [listed] = await listOf(ann);
  expect((await ann.client.delete(`/api/conversations/${listed?.id ?? ""}`)).status).toBe(204);
  expect((await send(ann, ...lines)).leftOut).toEqual([{ reason: "deleted_lately", count: 1 }]);
  expect((await ann.client.post(`/api/conversations/${listed?.id ?? ""}/restore`)).status).toBe(200);
});

test("two people import the same file, each for themselves, and nobody with another's agent", async () => {
  const [ann, bob] = [await person(), await person()];
  const lines = [conversation("one"), message("a", null)];
  expect([await send(ann, ...lines), await send(bob, ...lines)].map(({ added }) => added)).toEqual([1, 1]);
  const path = (id: string): string => `/api/agents/${id}/conversation-imports`;
  const answers = [ann.agentId, randomUUIDv7()].map(async (id) => bob.client.post(path(id), linesOf(...lines)));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 404]);
});

test("two imports of the same file at once add each conversation once", async () => {
  const ann = await person();
  const lines = Array.from({ length: 5 }, (_, index) => [conversation(String(index)), message("a", null)]).flat();
  const reports = await Promise.all([send(ann, ...lines), send(ann, ...lines)]);
  expect(new Set(reports.map(({ added }) => added))).toEqual(new Set([0, 5]));
});

test("a file of another version, one that is too large and a line that is too long are told", async () => {
  const ann = await person();
  const path = `/api/agents/${ann.agentId}/conversation-imports`;
  const versioned = await ann.client.post(path, linesOf({ ...header, version: 2 }));
  expect([versioned.status, versioned.json()["code"]]).toEqual([400, "malformed_body"]);
  const long = message("a", null, { parts: [{ type: "text", text: "x".repeat(9 * 1024 * 1024) }] });
  expect((await send(ann, conversation("long"), long, conversation("short"), message("a", null))).leftOut).toEqual([
    { reason: "too_long", count: 1 },
  ]);
  const many = linesOf(...Array.from({ length: 1_001 }, (_, index) => conversation(String(index))));
  expect((await ann.client.post(path, many)).status).toBe(413);
});

test("a conversation with more versions of one message than a page reads is left out", async () => {
  const ann = await person();
  const versions = (count: number) => Array.from({ length: count }, (_, index) => message(`a${index}`, "q", { role: "assistant" }));
  const report = await send(
    ann,
    conversation("few"),
    message("q", null),
    ...versions(100),
    conversation("many"),
    message("q", null),
    ...versions(101),
  );
  expect(report).toMatchObject({ added: 1, messages: 101, leftOut: [{ reason: "too_long", count: 1 }] });
});

test("a long conversation is imported in the order in which it was said, while others are answered", { timeout: 60_000 }, async () => {
  const [ann, bob] = [await person(), await person()];
  const lines = Array.from({ length: 3_000 }, (_, index) => message(`m${index}`, index === 0 ? null : `m${index - 1}`));
  const importing = send(ann, conversation("long"), ...lines);
  const others = Array.from({ length: 5 }, async () => bob.client.get("/api/conversations"));
  const first = await Promise.race([importing.then(() => "the import"), Promise.all(others).then(() => "the others")]);
  expect(first).toBe("the others");
  expect(await importing).toMatchObject({ added: 1, messages: 3_000 });
  const [listed] = await listOf(ann);
  const { messages, hasOlder } = await readOne(ann, listed?.id ?? "");
  expect([messages.at(-1)?.content, messages[0]?.content, hasOlder]).toEqual(["text of m2999", "text of m2900", true]);
});
