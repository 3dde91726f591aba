import { afterAll, beforeAll, expect, test } from "vitest";
import { agentOf, conversationOf, createAgent, createConversation, lastMessage, say, stop, Turn } from "./harness/chat.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.close();
});

async function owner(): Promise<{ client: TestClient; agentId: string; conversationId: string }> {
  const client = await app.member(uniqueName("ann"));
  const { id: agentId } = await createAgent(client);
  return { client, agentId, conversationId: await createConversation(client, agentId) };
}

test("the first message starts the agent, tells the stages, streams the answer and keeps both", async () => {
  const { client, agentId, conversationId } = await owner();
  const turn = await Turn.open(client, conversationId, "Hello there\nsecond line");
  const { message, problem } = await turn.done();
  expect(turn.response.headers.get("content-type")).toContain("text/event-stream");
  expect(turn.response.headers.get("cache-control")).toContain("no-transform");
  expect(turn.response.headers.get("x-accel-buffering")).toBe("no");
  expect(turn.events[0]).toMatchObject({
    type: "accepted",
    userMessage: { role: "user", content: "Hello there\nsecond line" },
    answerId: message.id,
  });
  expect(turn.stages).toEqual(expect.arrayContaining(["creating", "starting", "waiting", "ready"]));
  expect(turn.stages.at(-1)).toBe("ready");
  expect(problem).toBeNull();
  expect(message).toMatchObject({ role: "assistant", status: "complete", error: null });
  expect(message.content).toBe(turn.text);
  expect(message.content).toContain("I was sent 1 message");
  const stored = await conversationOf(client, conversationId);
  expect(stored.title).toBe("Hello there");
  expect(stored.messages.map(({ role, content }) => ({ role, content }))).toEqual([
    { role: "user", content: "Hello there\nsecond line" },
    { role: "assistant", content: message.content },
  ]);
  expect(await agentOf(client, agentId)).toMatchObject({ status: "running", stage: null, error: null });
});

test("a second message costs no start, and the agent remembers the first one from its own state", async () => {
  const { client, agentId, conversationId } = await owner();
  await say(client, conversationId, "My cat is called Pumpkin");
  const calls = app.runtime.calls.length;
  const second = await Turn.open(client, conversationId, "What did I say first?");
  const { message } = await second.done();
  expect(message.content).toContain("Pumpkin");
  expect(second.stages).toEqual([]);
  // What asks without being asked to: the reconciler, and the supervisor that waits for its next configuration.
  expect(app.runtime.calls.slice(calls).filter((call) => !call.startsWith("list") && call !== "prepare")).toEqual([]);
  const sent = app.runtime.gatewayOf(agentId).requests.filter((request) => request.path === "chat.send");
  expect(sent.map((request) => (request.body as { message: string }).message)).toEqual([
    expect.stringMatching(/^My cat is called Pumpkin\n\n\[Files that you make for this person in this conversation: /),
    "What did I say first?",
  ]);
});

test("two first messages at once, in two conversations: one container", async () => {
  const { client, agentId, conversationId } = await owner();
  const other = await createConversation(client, agentId);
  const [one, two] = await Promise.all([say(client, conversationId, "one"), say(client, other, "two")]);
  expect([one.message.status, two.message.status]).toEqual(["complete", "complete"]);
  expect(app.runtime.of(agentId).startCount).toBe(1);
});

test("a second message in a conversation that still answers is refused, and the first goes on", async () => {
  const { client, conversationId } = await owner();
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=100 words=30]");
  await turn.until(({ text }) => text !== "");
  const second = await client.post(`/api/conversations/${conversationId}/messages`, { content: "me too" });
  expect(second.status).toBe(409);
  expect(second.json()).toMatchObject({ code: "turn_in_progress" });
  expect((await turn.done()).message.status).toBe("complete");
});

test("of two messages sent to a conversation at the same moment, exactly one is taken", async () => {
  const { client, conversationId } = await owner();
  const turns = await Promise.all(["one", "two"].map((content) => Turn.open(client, conversationId, content)));
  expect(turns.map(({ response }) => response.status).toSorted((one, other) => one - other)).toEqual([200, 409]);
  await Promise.all(turns.map(({ ended }) => ended));
  expect((await conversationOf(client, conversationId)).messages).toHaveLength(2);
});

test("a sixth answer at a time is refused", async () => {
  const { client, agentId } = await owner();
  const conversations = await Promise.all(Array.from({ length: 6 }, () => createConversation(client, agentId)));
  const turns = await Promise.all(conversations.map((id) => Turn.open(client, id, "[demo:hang]")));
  expect(turns.map(({ response }) => response.status).toSorted((one, other) => one - other)).toEqual([200, 200, 200, 200, 200, 429]);
  const taken = turns.filter(({ response }) => response.status === 200);
  for (const turn of taken) {
    expect(await stop(client, await turn.answerId())).toBe(204);
  }
  expect((await Promise.all(taken.map(async (turn) => turn.done()))).map(({ message }) => message.status)).toEqual(
    Array.from({ length: 5 }, () => "stopped"),
  );
});

test("the owner's Stop ends the gateway's turn; the text so far is kept, and the next message works at once", async () => {
  const { client, agentId, conversationId } = await owner();
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=400]");
  await turn.until(({ text }) => text.length > 20);
  const answerId = await turn.answerId();
  expect([await stop(client, answerId), await stop(client, answerId)]).toEqual([204, 204]);
  const { message, problem } = await turn.done();
  expect([message.status, message.error, problem]).toEqual(["stopped", null, null]);
  expect(message.content).toBe(turn.text);
  await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
  expect(await lastMessage(client, conversationId)).toEqual(message);
  expect((await say(client, conversationId, "go on")).message.status).toBe("complete");
  // One that has ended stays as it is.
  expect(await stop(client, answerId)).toBe(204);
  const stops = "SELECT details FROM audit_events WHERE action = 'message.stop' AND target_id = $1";
  expect(await app.database.query(stops, [answerId])).toEqual([{ details: { conversationId } }]);
});

test("Stop during the start ends the turn, and not the start that others may wait for", async () => {
  const { client, agentId, conversationId } = await owner();
  let open = (): void => undefined;
  app.runtime.faults.hasImage = false;
  app.runtime.gate = new Promise((resolve) => {
    open = resolve;
  });
  app.runtime.progress = [{ stage: "pulling", percent: 42, detail: null }];
  const turn = await Turn.open(client, conversationId, "hello");
  await turn.until(({ stages }) => stages.includes("pulling"));
  expect(await agentOf(client, agentId)).toMatchObject({ status: "starting" });
  await expect.poll(async () => (await agentOf(client, agentId)).stage).toEqual({ stage: "pulling", percent: 42, detail: null });
  await stop(client, await turn.answerId());
  expect((await turn.done()).message.status).toBe("stopped");
  open();
  await expect.poll(async () => (await agentOf(client, agentId)).status).toBe("running");
  app.runtime.progress = [];
});

test("a long answer arrives whole, and is stored whole", async () => {
  const { client, conversationId } = await owner();
  const { message } = await say(client, conversationId, "[demo:long words=20000]");
  expect(message.content.split(" ").length).toBeGreaterThan(15_000);
  expect((await lastMessage(client, conversationId)).content).toBe(message.content);
});

test("what is no message is refused before anything is stored", async () => {
  const { client, conversationId } = await owner();
  for (const body of [{ content: "  " }, { content: "x".repeat(65_537) }, {}, { content: "hi", more: 1 }]) {
    expect((await client.post(`/api/conversations/${conversationId}/messages`, body)).status).toBe(400);
  }
  expect((await conversationOf(client, conversationId)).messages).toEqual([]);
});

test("a running agent answers nothing more once its provider is switched off, and again when it is switched on", async () => {
  const { client, agentId, conversationId } = await owner();
  expect((await say(client, conversationId, "one")).problem).toBeNull();
  const [provider] = (await client.get("/api/providers")).json<{ providers: { id: string }[] }>().providers;
  await client.patch(`/api/providers/${provider?.id}`, { isActive: false });
  const refused = await say(client, conversationId, "two");
  expect(refused).toMatchObject({ message: { status: "failed" }, problem: { code: "model_not_assigned", status: 422 } });
  expect((await agentOf(client, agentId)).status).toBe("running");
  await client.patch(`/api/providers/${provider?.id}`, { isActive: true });
  expect((await say(client, conversationId, "three")).problem).toBeNull();
});
