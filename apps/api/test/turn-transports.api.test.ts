import { afterEach, describe, expect, test } from "vitest";
import { createAgent, createConversation, lastMessage, say, stop, Turn } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

async function open(isTrusting = true): Promise<void> {
  app = await startTestApp();
  app.runtime.faults.isTrusting = isTrusting;
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
}

/** What the gateway was asked, of what answers a turn. */
function asked(): string[] {
  const { requests } = app.runtime.gatewayOf(agentId);
  return requests.map(({ path }) => path).filter((path) => /^chat\.|^\/v1\/chat/.test(path));
}

function words(text: string): string[] {
  return text.match(/word\d+/g) ?? [];
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `word${index + 1}`);

afterEach(async () => {
  await app.close();
});

describe("a gateway with a socket", () => {
  test("is spoken to there, and its thoughts, tools and tokens are parts of the answer", async () => {
    await open();
    const thought = await say(client, conversationId, "[demo:think words=3]");
    expect(thought.message.parts).toMatchObject([
      { type: "reasoning", text: "thought1 thought2 thought3" },
      { type: "text", text: expect.stringContaining("I have thought about it.") },
    ]);
    const { message } = await say(client, conversationId, '[demo:tool name=exec args={"command":"ls"}]');
    expect(message.parts).toMatchObject([
      { type: "reasoning", text: expect.stringContaining("Let me look.") },
      {
        type: "tool_call",
        name: "exec",
        state: "failed",
        input: '{"command":"ls"}',
        output: "exec of the fake gateway",
        elapsedMs: expect.any(Number),
      },
      { type: "text", text: expect.stringContaining("The tool answered") },
    ]);
    expect(message.usage).toMatchObject({ outputTokens: expect.any(Number) });
    expect(await lastMessage(client, conversationId)).toEqual(message);
    expect(asked()).toEqual(["chat.send", "chat.send"]);
  });

  test("takes what begins with a slash for text", async () => {
    await open();
    expect((await say(client, conversationId, "/new")).message.content).toContain("> /new");
    const sent = app.runtime.gatewayOf(agentId).requests.find(({ path }) => path === "chat.send");
    expect(sent?.body).toMatchObject({ message: expect.stringMatching(/^\/new\n/), suppressCommandInterpretation: true });
  });

  test("whose connection breaks again and again in the middle of an answer loses not a word of it", async () => {
    await open();
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=25 words=150]");
    for (const at of [20, 60, 100]) {
      await turn.until(({ text }) => words(text).length > at);
      app.runtime.gatewayOf(agentId).dropSockets();
    }
    const { message } = await turn.done();
    expect(message).toMatchObject({ status: "complete", error: null });
    expect(words(message.content)).toEqual(numbered(150));
    expect(words(turn.text)).toEqual(numbered(150));
    expect(asked().filter((path) => path === "chat.send")).toHaveLength(1);
  });

  test("that lets nobody in for a moment is not asked another way: the message is run once", async () => {
    await open();
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=25 words=150]");
    await turn.until(({ text }) => words(text).length > 20);
    const found = app.runtime.gatewayOf(agentId);
    found.setTrusting(false);
    found.dropSockets();
    setTimeout(() => found.setTrusting(true), 600);
    const { message } = await turn.done();
    expect(message).toMatchObject({ status: "complete", error: null });
    expect(words(message.content)).toEqual(numbered(150));
    expect(asked().filter((path) => path === "chat.send" || path.startsWith("/v1"))).toEqual(["chat.send"]);
  });

  test("that takes no message for a moment is asked again, and the message is run once", async () => {
    await open();
    await (await Turn.open(client, conversationId, "Hello")).done();
    const found = app.runtime.gatewayOf(agentId);
    found.setBusy(2);
    const { message } = await (await Turn.open(client, conversationId, "Come again")).done();
    expect(message).toMatchObject({ status: "complete", error: null });
    expect(asked().filter((path) => path === "chat.send")).toHaveLength(1 + 3);
    const users = found.messagesOf(`conv-${conversationId}`).filter(({ role }) => role === "user");
    expect(users.map(({ text }) => text)).toEqual(["Hello", "Come again"]);
  });

  test("is told to stop also between two connections", async () => {
    await open();
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=25 words=2000]");
    await turn.until(({ text }) => words(text).length > 5);
    app.runtime.gatewayOf(agentId).dropSockets();
    expect(await stop(client, await turn.answerId())).toBe(204);
    expect((await turn.done()).message.status).toBe("stopped");
    await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
  });

  test("that takes no connection any more leaves the text so far, and says that the agent broke off", async () => {
    await open();
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=25 words=400]");
    await turn.until(({ text }) => words(text).length > 10);
    await app.runtime.gatewayOf(agentId).refuseConnections();
    const { message } = await turn.done();
    expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
    expect(words(message.content).length).toBeGreaterThan(10);
  });

  test("is told to stop, and answers the next message without the one that was stopped", async () => {
    await open();
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=25 words=400]");
    await turn.until(({ text }) => words(text).length > 5);
    expect(await stop(client, await turn.answerId())).toBe(204);
    expect((await turn.done()).message.status).toBe("stopped");
    await expect.poll(asked).toEqual(["chat.send", "chat.abort"]);
    expect((await say(client, conversationId, "and now?")).message.content).toContain("> and now?");
  });
});

describe("a gateway whose socket lets nobody do anything, as that of another entrypoint than Mosaic's", () => {
  test("is spoken to over HTTP", async () => {
    await open(false);
    const { message } = await say(client, conversationId, "hello over there");
    expect(message).toMatchObject({
      status: "complete",
      content: expect.stringContaining("> hello over there"),
      usage: { cachedTokens: 0 },
    });
    expect(asked()).toEqual(["/v1/chat/completions"]);
  });

  test("and whose stream breaks in the middle leaves the text so far, marked as broken off", async () => {
    await open(false);
    const { message } = await say(client, conversationId, "[demo:break after=5]");
    expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
    expect(message.content.split(" ").length).toBeGreaterThan(3);
    expect((await lastMessage(client, conversationId)).content).toBe(message.content);
  });

  test("stops when its client leaves", async () => {
    await open(false);
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=25 words=400]");
    await turn.until(({ text }) => words(text).length > 5);
    expect(await stop(client, await turn.answerId())).toBe(204);
    expect((await turn.done()).message.status).toBe("stopped");
    await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
  });
});
