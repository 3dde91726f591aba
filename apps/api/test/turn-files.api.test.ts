import { mkdir, readFile, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Agent } from "@mosaic/contracts/agent";
import { turnEvent, type Message } from "@mosaic/contracts/chat";
import type { ChatFile } from "@mosaic/contracts/files";
import type { FilePart } from "@mosaic/contracts/message-parts";
import { SentEvents } from "@mosaic/testing/sent-events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TURN_LIMITS, turnLimits } from "../src/modules/turns/turn-limits.js";
import { conversationOf, createConversation } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let agentId: string;
const limits = { ...turnLimits };
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const missingId = "0190f0f0-0000-7000-8000-000000000000";

beforeAll(async () => {
  app = await startTestApp({ replace: [{ token: TURN_LIMITS, value: limits }] });
  ann = await app.member(uniqueName("ann"));
  agentId = await agentWith({ id: "mosaic-demo", images: true });
});

afterAll(async () => {
  await app.close();
});

async function agentWith(model: object): Promise<string> {
  const { id: providerId } = (await ann.post("/api/providers", { kind: "demo", name: "Demo", models: [model] })).json<{ id: string }>();
  return (await ann.post("/api/agents", { name: "Robin", model: { providerId, model: "mosaic-demo" } })).json<Agent>().id;
}

async function uploaded(name: string, content: Uint8Array<ArrayBuffer> | string): Promise<ChatFile> {
  return (await ann.upload(name, content)).json<ChatFile>();
}

/** Sends a message, reads its turn to the end, and tells what is stored then. */
async function sent(
  conversationId: string,
  body: { content: string; fileIds?: string[] },
): Promise<{ question: Message; answer: Message; notices: string[] }> {
  const response = await ann.open("POST", `/api/conversations/${conversationId}/messages`, body);
  const events = new SentEvents(turnEvent);
  await events.read(response.body);
  const [question, answer] = (await conversationOf(ann, conversationId)).messages.slice(-2);
  if (question === undefined || answer === undefined) {
    throw new Error("Nothing was stored.");
  }
  return { question, answer, notices: events.events.flatMap((event) => (event.type === "notice" ? [event.code] : [])) };
}

function filesOf({ parts }: Message): FilePart[] {
  return parts.filter((part) => part.type === "file");
}

async function workspaceOf(id: string): Promise<string> {
  return join(await app.runtime.stateDir(app.runtime.of(id).spec.name), "workspace");
}

test("files are in the workspace before the agent hears of them, and an image is shown to a model that takes images", async () => {
  const conversationId = await createConversation(ann, agentId);
  const [image, notes] = [await uploaded("photo.png", png), await uploaded("notes.txt", "the code is PELICAN")];
  const { question, answer, notices } = await sent(conversationId, { content: "Look at these", fileIds: [image.id, notes.id] });
  expect(answer.status).toBe("complete");
  expect(notices).toContain("files_on_their_way");
  const [shown, kept] = filesOf(question);
  expect(shown).toMatchObject({ ...image, isShownToModel: true, workspacePath: `inbox/${image.id.slice(-8)}-photo.png` });
  expect(kept).toMatchObject({ ...notes, workspacePath: `inbox/${notes.id.slice(-8)}-notes.txt` });
  expect(question.content).toBe("Look at these");
  const workspace = await workspaceOf(agentId);
  expect(await readFile(join(workspace, kept?.workspacePath ?? ""), "utf8")).toBe("the code is PELICAN");
  expect((await readFile(join(workspace, shown?.workspacePath ?? ""))).equals(png)).toBe(true);
  const { body } = await app.runtime.gatewayOf(agentId).waitForRequest(({ path }) => path === "chat.send");
  expect(body).toMatchObject({
    message: expect.stringMatching(
      /^Look at these\n\n\[Files of this message, in your workspace:\n- inbox\/\w{8}-photo\.png \(image\/png, \d+ bytes, shown to you\)/,
    ),
    attachments: [{ type: "image", mimeType: "image/png", fileName: "photo.png", content: png.toString("base64") }],
  });
  // A sent file is no draft any more.
  expect((await ann.delete(`/api/files/${image.id}`)).status).toBe(404);
  expect((await ann.get(`/api/files/${image.id}/preview`)).status).toBe(200);
});

test("an agent that does not take a message with images gives their place to the next one", async () => {
  const conversationId = await createConversation(ann, agentId);
  const gateway = app.runtime.gatewayOf(agentId);
  const { id } = await uploaded("photo.png", png);
  limits.imagesTakenMs = 500;
  gateway.setStopped(true);
  const { answer } = await sent(conversationId, { content: "Look", fileIds: [id] });
  expect(answer).toMatchObject({
    status: "failed",
    error: { code: "agent_not_responding", detail: expect.stringContaining("did not take the message with its images") },
  });
  gateway.setStopped(false);
  limits.imagesTakenMs = turnLimits.imagesTakenMs;
  expect((await sent(conversationId, { content: "Look again", fileIds: [id] })).answer.status).toBe("complete");
});

test("a model that nobody knows to take images is shown none, and the message says so", async () => {
  const conversationId = await createConversation(ann, await agentWith({ id: "mosaic-demo" }));
  const image = await uploaded("photo.png", png);
  const { question } = await sent(conversationId, { content: "", fileIds: [image.id] });
  expect(filesOf(question)).toMatchObject([{ isShownToModel: false, workspacePath: expect.stringContaining("photo.png") }]);
  expect((await conversationOf(ann, conversationId)).title).toBe("photo.png");
});

test("a file goes along again in its conversation, and in no other", async () => {
  const [here, elsewhere] = [await createConversation(ann, agentId), await createConversation(ann, agentId)];
  const { id } = await uploaded("a.txt", "a");
  await sent(here, { content: "once", fileIds: [id] });
  const again = await sent(here, { content: "twice", fileIds: [id] });
  expect(filesOf(again.question)).toMatchObject([{ id }]);
  expect((await ann.post(`/api/conversations/${elsewhere}/messages`, { content: "x", fileIds: [id] })).status).toBe(404);
});

test("nobody sends a file that is another's, is missing, or is one too many", async () => {
  const bob = await app.member(uniqueName("bob"));
  const conversationId = await createConversation(ann, agentId);
  const others = (await bob.upload("a.txt", "a")).json<ChatFile>().id;
  const path = `/api/conversations/${conversationId}/messages`;
  const [refused, missing] = [
    await ann.post(path, { content: "x", fileIds: [others] }),
    await ann.post(path, { content: "x", fileIds: [missingId] }),
  ];
  expect(refused.status).toBe(404);
  expect(refused.text).toBe(missing.text);
  expect((await ann.post(path, { content: "x", fileIds: Array.from({ length: 11 }, () => missingId) })).status).toBe(400);
  expect((await ann.post(path, { content: "  ", fileIds: [] })).status).toBe(400);
  expect((await conversationOf(ann, conversationId)).messages).toHaveLength(0);
});

test("what the agent writes into its outbox is offered once, and nothing that a link leads to", async () => {
  const conversationId = await createConversation(ann, agentId);
  await sent(conversationId, { content: "hello" });
  const outbox = join(await workspaceOf(agentId), "outbox");
  await mkdir(join(outbox, "charts"), { recursive: true });
  await writeFile(join(outbox, "report.html"), "<script>alert(1)</script>");
  await writeFile(join(outbox, "charts", "plot.png"), png);
  await writeFile(join(outbox, "empty.txt"), "");
  await symlink("/etc/passwd", join(outbox, "passwd.txt"));
  await symlink("/etc", join(outbox, "etc"));
  await writeFile(join(outbox, "huge.bin"), "x");
  await truncate(join(outbox, "huge.bin"), 30 * 1024 * 1024);
  // However long this takes, they are of the turn that follows.
  const soon = new Date(Date.now() + 3_600_000);
  for (const name of ["report.html", "charts/plot.png", "empty.txt", "huge.bin"]) await utimes(join(outbox, name), soon, soon);
  const { answer } = await sent(conversationId, { content: "[demo:tool name=exec args={}]" });
  expect(answer.status).toBe("complete");
  const made = new Map(filesOf(answer).map((file) => [file.workspacePath ?? "", file]));
  expect([...made.keys()].toSorted()).toEqual(["outbox/charts/plot.png", "outbox/huge.bin", "outbox/report.html"]);
  expect(made.get("outbox/huge.bin")?.id).toBeUndefined();
  expect(made.get("outbox/charts/plot.png")).toMatchObject({ name: "plot.png", mediaType: "image/png" });
  const report = await ann.get(`/api/files/${made.get("outbox/report.html")?.id}`);
  expect(report.text).toBe("<script>alert(1)</script>");
  expect(report.headers.get("content-disposition")).toContain("attachment");
  const again = await sent(conversationId, { content: "[demo:tool name=exec args={}]" });
  // What is not offered is named each time.
  expect(filesOf(again.answer).map(({ workspacePath }) => workspacePath)).toEqual(["outbox/huge.bin"]);
});

test("files go with their conversation", async () => {
  const conversationId = await createConversation(ann, agentId);
  const { id } = await uploaded("a.txt", "a");
  await sent(conversationId, { content: "keep this", fileIds: [id] });
  expect((await ann.delete(`/api/conversations/${conversationId}`)).status).toBe(204);
  expect((await ann.get(`/api/files/${id}`)).status).toBe(404);
  expect((await ann.post(`/api/conversations/${conversationId}/restore`)).status).toBe(200);
  expect((await ann.get(`/api/files/${id}`)).status).toBe(200);
  await app.database.query("DELETE FROM conversations WHERE id = $1", [conversationId]);
  expect(await app.database.query("SELECT 1 FROM files WHERE id = $1", [id])).toHaveLength(0);
});
