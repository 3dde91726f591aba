import { afterEach, beforeEach, expect, test } from "vitest";
import { createAgent, createConversation, say } from "./harness/chat.js";
import { Page } from "./harness/open-events.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;

beforeEach(async () => {
  app = await startTestApp();
  ann = await app.member("ann");
});

afterEach(async () => {
  await app.close();
});

test("every open page of the owner hears of starts, stops and answers, whichever process it is connected to", async () => {
  const other = await startTestApp({ database: app.database, runtime: app.runtime });
  const pages = [await Page.open(ann), await Page.open(new TestClient(other.url, { cookie: ann.cookie ?? "" }))];
  const { id: agentId } = await createAgent(ann);
  const conversationId = await createConversation(ann, agentId);
  await say(ann, conversationId, "hello");
  await ann.post(`/api/agents/${agentId}/stop`);
  for (const page of pages) {
    await expect.poll(() => page.statusesOf(agentId), { timeout: 10_000 }).toEqual(["starting", "running", "stopping", "stopped"]);
    expect(page.events).toContainEqual(
      expect.objectContaining({ type: "agent", status: "starting", stage: expect.objectContaining({ stage: "waiting" }) }),
    );
    expect(page.events).toContainEqual({ type: "conversation", conversationId });
  }
  for (const page of pages) {
    page.close();
  }
  await other.close();
});

test("nobody hears of another's agents and conversations", async () => {
  const bob = await Page.open(await app.member("bob"));
  const mine = await Page.open(ann);
  const { id: agentId } = await createAgent(ann);
  await say(ann, await createConversation(ann, agentId), "hello");
  await expect.poll(() => mine.statusesOf(agentId)).toContain("running");
  expect(bob.events).toEqual([]);
  expect(bob.isOpen).toBe(true);
});

test("a change of an agent is told to its owner's pages, and one of what everybody may use to everybody's", async () => {
  const { id: agentId } = await createAgent(ann);
  const [mine, bobs, admins] = [await Page.open(ann), await Page.open(await app.member("bob")), await Page.open(await app.admin())];
  expect((await ann.patch(`/api/agents/${agentId}`, { suggestions: ["Sum up my mails"] })).status).toBe(200);
  await expect.poll(() => mine.events).toEqual([{ type: "agents" }]);
  await app.database.query("SELECT pg_notify('mosaic_agent_config', '*')");
  await expect.poll(() => mine.events).toEqual([{ type: "agents" }, { type: "agents" }]);
  for (const page of [bobs, admins]) await expect.poll(() => page.events).toEqual([{ type: "agents" }]);
});

test("a page's stream ends when its session does", async () => {
  const page = await Page.open(ann);
  expect(page.response.headers.get("content-type")).toContain("text/event-stream");
  await new TestClient(app.url, { cookie: ann.cookie ?? "" }).post("/api/auth/logout");
  await expect.poll(() => page.isOpen, { timeout: 10_000 }).toBe(false);
});

test("the streams of one person are bounded", async () => {
  const pages = await Promise.all(Array.from({ length: 21 }, async () => Page.open(ann)));
  expect(pages.filter(({ response }) => response.status === 200)).toHaveLength(20);
  expect(pages.filter(({ response }) => response.status === 429)).toHaveLength(1);
  for (const page of pages) {
    page.close();
  }
  await expect.poll(async () => (await Page.open(ann)).response.status).toBe(200);
});

test("streams end at once when Mosaic stops", async () => {
  const page = await Page.open(ann);
  const startedAt = performance.now();
  await app.close();
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  await expect.poll(() => page.isOpen).toBe(false);
});

test("pages look again after the database was away, since they may have missed something", async () => {
  const page = await Page.open(ann);
  await app.database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await expect.poll(() => page.isOpen, { timeout: 10_000 }).toBe(false);
  expect((await Page.open(ann)).response.status).toBe(200);
});

test("nobody listens without a session", async () => {
  expect((await app.visitor().get("/api/events")).status).toBe(401);
});
