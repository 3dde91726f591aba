import { randomBytes, randomUUIDv7 } from "node:crypto";
import type { Conversation, ConversationWithMessages } from "@mosaic/contracts/chat";
import { createdShare, sharedPage, shareLists, type CreatedShare, type SharedPage, type ShareLists } from "@mosaic/contracts/shares";
import type { ChatFile } from "@mosaic/contracts/files";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { idsInOrder } from "../src/modules/conversation-files/message-ids.js";
import { auditRows } from "./harness/audit-rows.js";
import { createAgent, createConversation } from "./harness/chat.js";
import { postFrom } from "./harness/from-address.js";
import { storeMessages } from "./harness/stored-conversation.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { Answer, TestClient } from "./harness/test-client.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

interface Person {
  readonly client: TestClient;
  readonly name: string;
  readonly agentId: string;
}

async function person(): Promise<Person> {
  const name = uniqueName("ann");
  const member = await app.member(name);
  return { client: await app.session(member), name, agentId: (await createAgent(member)).id };
}

const text = (said: string): MessagePart => ({ type: "text", text: said });
const everyKind: readonly MessagePart[] = [
  { type: "reasoning", text: "thought-canary" },
  { type: "tool_call", id: "1", name: "run", state: "completed", output: "tool-canary" },
  { type: "file", name: "file-canary.txt", mediaType: "text/plain", sizeBytes: 1 },
  { type: "notice", text: "notice-canary" },
  text("The answer"),
];

async function conversation(
  { client, agentId }: Person,
  messages: readonly (readonly MessagePart[])[] = [[text("Hi")], everyKind],
): Promise<string> {
  const id = await createConversation(client, agentId);
  // Those of one millisecond have an order, too.
  const ids = idsInOrder(Date.now(), messages.length, () => randomBytes(8));
  for (const parts of messages) {
    await storeMessages(app, { userId: client.userId ?? "", conversationId: id }, [{ id: ids.next().value, parts }]);
  }
  expect((await client.patch(`/api/conversations/${id}`, { title: "About pelicans" })).status).toBe(200);
  return id;
}

const none = { hasTools: false, hasFiles: false };

async function share({ client }: Person, id: string, wish: object): Promise<CreatedShare> {
  const answer = await client.post(`/api/conversations/${id}/shares`, { ...none, ...wish });
  expect([answer.status, answer.status === 201 ? "" : answer.text]).toEqual([201, ""]);
  return createdShare.parse(answer.json());
}

const lists = async ({ client }: Person): Promise<ShareLists> => shareLists.parse((await client.get("/api/shares")).json());
const openLink = async (client: TestClient, token: string | null, page = 0): Promise<Answer> =>
  client.post("/api/shared-links/open", { token, page });
const pageOf = (answer: Answer): SharedPage => sharedPage.parse(answer.json());
const kindsOf = ({ messages }: SharedPage): string[] => messages.flatMap(({ parts }) => parts.map(({ type }) => type));

test("a member who is named reads the copy, nobody else does, and its owner takes it back", async () => {
  const [ann, bob, eve] = [await person(), await person(), await person()];
  const id = await conversation(ann);
  const { share: shared, token } = await share(ann, id, { kind: "members", usernames: [bob.name.toUpperCase()] });
  expect([token, shared.members, shared.messageCount]).toEqual([null, [bob.name], 2]);
  expect((await lists(bob)).received).toMatchObject([{ id: shared.id, title: "About pelicans", messageCount: 2 }]);
  expect((await lists(ann)).own).toMatchObject([{ id: shared.id, kind: "members", title: "About pelicans" }]);
  expect(await lists(eve)).toMatchObject({ own: [], received: [] });
  const path = `/api/shares/${shared.id}`;
  expect(kindsOf(pageOf(await bob.client.get(path)))).toEqual(["text", "text"]);
  const refused = await Promise.all([
    eve.client.get(path),
    eve.client.delete(path),
    bob.client.delete(path),
    eve.client.post(`${path}/continue`, { agentId: eve.agentId }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect((await app.visitor().get(path)).status).toBe(401);
  expect((await ann.client.delete(path)).status).toBe(204);
  expect([(await bob.client.get(path)).status, (await lists(bob)).received]).toEqual([404, []]);
  const made = (await auditRows(app.database, "conversation.share")).find(({ target_id: targetId }) => targetId === id);
  expect(made?.details).toMatchObject({ kind: "members", members: 1, messages: 2 });
});

test("a link is read by whoever has it, without signing in, and only while it is not revoked", async () => {
  const ann = await person();
  const { share: shared, token } = await share(ann, await conversation(ann), { kind: "link" });
  const page = pageOf(await openLink(app.visitor(), token));
  expect([page.title, page.messages.map(({ role }) => role), page.nextPage]).toEqual(["About pelicans", ["user", "user"], null]);
  expect((await openLink(app.visitor(), "x".repeat(43))).status).toBe(404);
  // By its id alone nobody reads what a link is for, not even its owner.
  expect((await ann.client.get(`/api/shares/${shared.id}`)).status).toBe(404);
  expect((await ann.client.delete(`/api/shares/${shared.id}`)).status).toBe(204);
  expect((await openLink(app.visitor(), token)).status).toBe(404);
});

test("tools, thoughts and files are in a copy when they are asked for, what Mosaic says never is", async () => {
  const ann = await person();
  const id = await conversation(ann);
  const kinds = async (wish: object): Promise<string[]> =>
    kindsOf(pageOf(await openLink(app.visitor(), (await share(ann, id, { kind: "link", ...wish })).token)));
  expect(await kinds({})).toEqual(["text", "text"]);
  expect(await kinds({ hasTools: true })).toEqual(["text", "reasoning", "tool_call", "text"]);
  expect(await kinds({ hasFiles: true })).toEqual(["text", "file", "text"]);
});

test("files are in a copy when they are asked for, for who reads it, and for as long as it is shared", async () => {
  const [ann, bob, eve] = [await person(), await person(), await person()];
  const uploaded = async (content: string): Promise<ChatFile> => (await ann.client.upload("Räder.txt", content)).json<ChatFile>();
  const [file, other] = [await uploaded("a pelican"), await uploaded("a secret")];
  const id = await conversation(ann, [[text("Look"), { type: "file", ...file, workspacePath: "inbox/canary" }]]);
  const sent = "UPDATE files SET message_id = (SELECT id FROM messages WHERE conversation_id = $1) WHERE id = $2";
  await app.database.query(sent, [id, file.id]);
  const visitor = app.visitor();
  const opened = async (client: TestClient, path: string): Promise<[number, string | null, string]> => {
    const response = await client.open("GET", path);
    return [response.status, response.headers.get("content-type"), response.ok ? await response.text() : ""];
  };
  const statusesOf = async (...calls: readonly [TestClient, string][]): Promise<number[]> =>
    Promise.all(calls.map(async ([client, path]) => (await opened(client, path))[0]));

  const without = await share(ann, id, { kind: "link" });
  expect(pageOf(await openLink(visitor, without.token))).toMatchObject({ files: [], messages: [{ parts: [{ type: "text" }] }] });

  const named = await share(ann, id, { kind: "members", usernames: [bob.name], hasFiles: true });
  expect(JSON.stringify((await bob.client.get(`/api/shares/${named.share.id}`)).json())).not.toContain("canary");
  const path = `/api/shares/${named.share.id}/file?file=`;
  expect(await opened(bob.client, path + file.id)).toEqual([200, "application/octet-stream", "a pelican"]);
  expect(await opened(bob.client, `${path}${file.id}&as=preview`)).toEqual([200, "text/plain; charset=utf-8", "a pelican"]);
  const strangers: [TestClient, string][] = [
    [eve.client, path + file.id],
    [bob.client, path + other.id],
    [bob.client, `${path}${file.id}&page=1`],
    [visitor, path + file.id],
  ];
  expect(await statusesOf(...strangers)).toEqual([404, 404, 404, 401]);

  const linked = await share(ann, id, { kind: "link", hasFiles: true });
  const [shown] = pageOf(await openLink(visitor, linked.token)).files ?? [];
  expect(shown?.id).toBe(file.id);
  const address = `/api/shared-files/${shown?.ticket ?? ""}`;
  expect(await opened(visitor, address)).toEqual([200, "application/octet-stream", "a pelican"]);
  expect(await opened(visitor, `${address}?as=preview`)).toEqual([200, "text/plain; charset=utf-8", "a pelican"]);
  const ticket = (change: object): string => {
    const held = { shareId: linked.share.id, fileId: file.id, untilMs: Date.now() + 60_000, ...change };
    const sealed = app.nest
      .get(CryptoService, { strict: false })
      .seal(JSON.stringify(held), { owner: "system", field: "shared_files.ticket" });
    return `/api/shared-files/${Buffer.from(sealed).toString("base64url")}`;
  };
  const addresses = [
    ticket({}),
    ticket({ untilMs: Date.now() - 1 }),
    ticket({ shareId: named.share.id }),
    ticket({ fileId: randomUUIDv7() }),
  ];
  const wrong = ["/api/shared-files/x", `${address.slice(0, -3)}abc`];
  const calls = [...addresses, ...wrong].map((one): [TestClient, string] => [visitor, one]);
  expect(await statusesOf(...calls)).toEqual([200, 404, 404, 404, 404, 404]);

  await ann.client.delete(`/api/shares/${linked.share.id}`);
  await ann.client.delete(`/api/shares/${named.share.id}`);
  expect(await statusesOf([visitor, address], [bob.client, path + file.id])).toEqual([404, 404]);
});

test("a copy is of the moment in which it was made, and goes with its conversation", async () => {
  const ann = await person();
  const id = await conversation(ann);
  const { token } = await share(ann, id, { kind: "link" });
  await storeMessages(app, { userId: ann.client.userId ?? "", conversationId: id }, [{ id: randomUUIDv7(), parts: [text("Later")] }]);
  expect(pageOf(await openLink(app.visitor(), token)).messages.length).toBe(2);
  expect((await ann.client.delete(`/api/conversations/${id}`)).status).toBe(204);
  expect([(await openLink(app.visitor(), token)).status, (await lists(ann)).own]).toEqual([404, []]);
  expect((await ann.client.post(`/api/conversations/${id}/restore`)).status).toBe(200);
  expect((await openLink(app.visitor(), token)).status).toBe(200);
});

test("an admin who forbids links closes those that there are, and no new one is made", async () => {
  const [ann, admin] = [await person(), await app.admin()];
  const id = await conversation(ann);
  const { token } = await share(ann, id, { kind: "link" });
  expect((await ann.client.put("/api/admin/share-links", { isOn: false })).status).toBe(403);
  expect((await admin.put("/api/admin/share-links", { isOn: false })).status).toBe(200);
  expect((await openLink(app.visitor(), token)).status).toBe(404);
  const refused = await ann.client.post(`/api/conversations/${id}/shares`, { kind: "link", ...none });
  expect([refused.status, refused.json()["code"], (await lists(ann)).hasLinks]).toEqual([403, "forbidden", false]);
  expect((await admin.put("/api/admin/share-links", { isOn: true })).status).toBe(200);
  expect((await openLink(app.visitor(), token)).status).toBe(200);
});

test("the copies of somebody who is switched off are closed, and who is not there can't be named", async () => {
  const [ann, bob, admin] = [await person(), await person(), await app.admin()];
  const id = await conversation(ann);
  const link = await share(ann, id, { kind: "link" });
  const named = await share(ann, id, { kind: "members", usernames: [bob.name] });
  expect((await admin.patch(`/api/admin/users/${ann.client.userId ?? ""}`, { isDisabled: true })).status).toBe(200);
  expect([(await openLink(app.visitor(), link.token)).status, (await bob.client.get(`/api/shares/${named.share.id}`)).status]).toEqual([
    404, 404,
  ]);
  const wish = { kind: "members", usernames: [ann.name, bob.name, "nobody"], ...none };
  const refused = await bob.client.post(`/api/conversations/${await conversation(bob)}/shares`, wish);
  expect(refused.status).toBe(400);
  expect(refused.json()["detail"]).toBe(`No other member is called “${ann.name}”, “${bob.name}”, “nobody”. Check the user name.`);
});

test("whoever reads a copy goes on with it as a conversation of their own, with an agent of theirs", async () => {
  const [ann, bob] = [await person(), await person()];
  const id = await conversation(ann);
  const link = await share(ann, id, { kind: "link" });
  const named = await share(ann, id, { kind: "members", usernames: [bob.name] });
  const own = await bob.client.post(`/api/shares/${named.share.id}/continue`, { agentId: bob.agentId });
  expect(own.status).toBe(201);
  const { id: copyId, title, agentId } = own.json<Conversation>();
  expect([title, agentId]).toEqual(["About pelicans", bob.agentId]);
  const rows = await auditRows(app.database, "conversation.continue");
  expect(rows.map(({ actor_id: actorId, target_id: targetId }) => [actorId, targetId])).toEqual([[bob.client.userId, copyId]]);
  const { messages } = (await bob.client.get(`/api/conversations/${copyId}`)).json<ConversationWithMessages>();
  expect(messages.map(({ content }) => content)).toEqual(["Hi", "The answer"]);
  expect((await ann.client.get(`/api/conversations/${copyId}`)).status).toBe(404);
  const token = { token: link.token, agentId: bob.agentId };
  expect((await bob.client.post("/api/shared-links/continue", token)).status).toBe(201);
  expect((await app.visitor().post("/api/shared-links/continue", token)).status).toBe(401);
  for (const foreign of [ann.agentId, randomUUIDv7()]) {
    expect((await bob.client.post("/api/shared-links/continue", { ...token, agentId: foreign })).status).toBe(404);
  }
  expect((await ann.client.delete(`/api/conversations/${id}`)).status).toBe(204);
  expect((await bob.client.get(`/api/conversations/${copyId}`)).status).toBe(200);
});

test("a long copy is read page by page, to its end", async () => {
  const ann = await person();
  const id = await conversation(
    ann,
    Array.from({ length: 120 }, (_, index) => [text(`${index} ${"x".repeat(3_000)}`)]),
  );
  const { token } = await share(ann, id, { kind: "link" });
  const read: string[] = [];
  for (let page: number | null = 0; page !== null;) {
    const { messages, nextPage } = pageOf(await openLink(app.visitor(), token, page));
    read.push(...messages.flatMap(({ parts }) => parts.map((part) => (part.type === "text" ? (part.text.split(" ")[0] ?? "") : ""))));
    page = nextPage;
  }
  expect(read).toEqual(Array.from({ length: 120 }, (_, index) => String(index)));
  expect((await openLink(app.visitor(), token, 99)).status).toBe(404);
});

test("the database has nothing by which a link or its copy opens", async () => {
  const ann = await person();
  const { share: shared, token } = await share(ann, await conversation(ann), { kind: "link" });
  const rows = await app.database.query<Record<string, unknown>>(
    "SELECT s.*, p.content_encrypted FROM conversation_shares s JOIN shared_pages p ON p.share_id = s.id WHERE s.id = $1",
    [shared.id],
  );
  expect(rows[0]?.["key_encrypted"]).toBeNull();
  const dump = JSON.stringify(rows);
  for (const canary of [token ?? "", "The answer", "About pelicans", Buffer.from("The answer").toString("base64")]) {
    expect(dump).not.toContain(canary);
  }
});

test("who opens very many links from one address is slowed down", async () => {
  const visitor = app.visitor();
  const statuses = new Set<number>();
  for (let batch = 0; batch < 30 && !statuses.has(429); batch += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => openLink(visitor, "y".repeat(43))));
    answers.forEach(({ status }) => statuses.add(status));
  }
  expect(statuses).toEqual(new Set([404, 429]));
});

test("pages of a link count by their size, and no message is larger than a page may be", async () => {
  const ann = await person();
  const id = await conversation(ann, [[text("x".repeat(1_000_000))]]);
  const { token } = await share(ann, id, { kind: "link" });
  const statuses: number[] = [];
  for (let opened = 0; opened < 60 && !statuses.includes(429); opened += 1) {
    statuses.push((await postFrom("127.0.0.77", `${app.url}/api/shared-links/open`, { token, page: 0 })).status);
  }
  expect(statuses.indexOf(429)).toBeGreaterThan(20);
  const long = await conversation(ann, [[text("x".repeat(900_000)), text("x".repeat(200_000))]]);
  const refused = await ann.client.post(`/api/conversations/${long}/shares`, { ...none, kind: "link" });
  expect([refused.status, refused.json()["detail"]]).toEqual([
    409,
    expect.stringContaining("One message of this conversation is too long"),
  ]);
});
