import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentOf, createAgent, createConversation, conversationOf, say, Turn } from "./harness/chat.js";
import { openEvents } from "./harness/open-events.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

beforeEach(async () => {
  app = await startTestApp();
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "My cat is called Pumpkin");
});
afterEach(async () => {
  await app.close();
});

async function restart(): Promise<void> {
  expect((await client.post(`/api/agents/${agentId}/stop`)).status).toBe(202);
  await expect.poll(async () => (await agentOf(client, agentId)).status).toBe("stopped");
}

/** What somebody does who prunes volumes: everything in it is gone. */
async function loseVolume(): Promise<void> {
  await app.runtime.removeBehindOurBack(agentId);
  await expect.poll(async () => (await agentOf(client, agentId)).status).toBe("stopped");
  const folder = await app.runtime.stateDir(nameOf());
  await rm(join(folder, ".mosaic-state"), { force: true });
  await rm(join(folder, "sessions.json"), { force: true });
}

let name = "";
function nameOf(): string {
  name = app.runtime.containers.size > 0 ? app.runtime.of(agentId).spec.name : name;
  return name;
}

test("a first start, and a restart on the same volume, are no loss", async () => {
  await restart();
  await say(client, conversationId, "hello");
  expect((await agentOf(client, agentId)).memoryLostAt).toBeUndefined();
});

test("an agent whose volume is gone is told of, to its owner's pages and in the log, and its messages can be given to it again", async () => {
  nameOf();
  await loseVolume();
  const events = await openEvents(client);
  const { message } = await say(client, conversationId, "What did I say first?");
  expect(message.content).not.toContain("Pumpkin");
  const { memoryLostAt } = await agentOf(client, agentId);
  expect(memoryLostAt).toBeDefined();
  expect(events.text()).toContain(`"memoryLostAt":"${memoryLostAt}"`);

  expect((await (await Turn.open(client, conversationId, "And now?", true)).done()).message.status).toBe("complete");
  const said = app.runtime.gatewayOf(agentId).messagesOf(`conv-${conversationId}`);
  const given = said.map(({ text }) => text).find((text) => text.includes("Quoted history")) ?? "";
  expect(given).toContain("> My cat is called Pumpkin");
  expect(given.endsWith("And now?")).toBe(true);
  const { memoryGivenAt, messages } = await conversationOf(client, conversationId);
  expect(memoryGivenAt).toBeDefined();
  expect(messages.at(-2)?.content).toBe("And now?");
  const other = await app.member("bob");
  expect((await other.post(`/api/conversations/${conversationId}/messages`, { content: "x", withHistory: true })).status).toBe(404);
});

test("a volume whose mark alone was taken away is no loss", async () => {
  await restart();
  await rm(join(await app.runtime.stateDir(nameOf()), ".mosaic-state"));
  const turn = await Turn.open(client, conversationId, "What did I say first?");
  expect((await turn.done()).message.content).toContain("Pumpkin");
  expect((await agentOf(client, agentId)).memoryLostAt).toBeUndefined();
});

test("another agent's volume in the place of its own is a loss", async () => {
  await restart();
  await app.database.query("UPDATE agent_containers SET state_mark = gen_random_uuid()::text WHERE agent_id = $1", [agentId]);
  await say(client, conversationId, "hello");
  expect((await agentOf(client, agentId)).memoryLostAt).toBeDefined();
});
