import { randomUUID, randomUUIDv7 } from "node:crypto";
import type { Message, TurnEvent } from "@mosaic/contracts/chat";
import { clientArgumentsMaxCharacters, textParts, type ToolCallPart } from "@mosaic/contracts/message-parts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sealParts } from "../src/modules/conversations/message-seal.js";
import { TurnLogService } from "../src/modules/conversations/turn-log.service.js";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { textOfToolResults, type BroughtTools } from "../src/modules/turns/client-tools.js";
import { TurnEngine } from "../src/modules/turns/turn-engine.js";
import { TurnPresenceService } from "../src/modules/turns/turn-presence.service.js";
import { TurnsRepository } from "../src/modules/turns/turns.repository.js";
import { TurnsService } from "../src/modules/turns/turns.service.js";
import { conversationOf, createAgent, createConversation, lastMessage, say } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const weather = { type: "function", function: { name: "get_weather", parameters: { type: "object", properties: {} } } };
const asking = '[demo:tool name=get_weather args={"city":"Aachen"}]';

let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

beforeEach(async () => {
  app = await startTestApp();
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
});

afterEach(async () => {
  await app.close();
});

/** A turn of a program, which no page sends. */
async function turn(content: string, clientTools: BroughtTools, withHistory = false): Promise<readonly TurnEvent[]> {
  const begun = await app.nest
    .get(TurnsService, { strict: false })
    .begin({ userId: client.userId ?? "", conversationId, content, clientTools });
  const { feed } = app.nest.get(TurnEngine, { strict: false }).start(begun, withHistory);
  const events: TurnEvent[] = [];
  for await (const { event } of feed.follow(0, AbortSignal.timeout(20_000))) {
    events.push(event);
  }
  return events;
}

function callOf(events: readonly TurnEvent[]): ToolCallPart {
  const call = events.find((event) => event.type === "tool_call");
  if (call?.type !== "tool_call") {
    throw new Error(`Nothing was called: ${JSON.stringify(events)}`);
  }
  return call;
}

async function afterCall(): Promise<{ call: ToolCallPart; brought: BroughtTools & { results: { callId: string; content: string }[] } }> {
  const call = callOf(await turn(asking, { tools: [weather] }));
  const { id, name, arguments: given = "" } = call;
  const brought = { tools: [weather], calls: [{ id, name, arguments: given }], results: [{ callId: id, content: "sunny" }] };
  return { call, brought };
}

/** What the gateway was sent of turns, by whichever way. */
function sent(): { path: string; body: Record<string, unknown> }[] {
  return app.runtime
    .gatewayOf(agentId)
    .requests.flatMap(({ path, body }) =>
      path === "chat.send" || path === "/v1/chat/completions" ? [{ path, body: body as Record<string, unknown> }] : [],
    );
}

test("a call of a program's tool ends the answer well, and is a part of it", async () => {
  const events = await turn(asking, { tools: [weather], toolChoice: "auto" });
  const part = {
    type: "tool_call",
    name: "get_weather",
    state: "running",
    isForClient: true,
    input: '{"city":"Aachen"}',
    arguments: '{"city":"Aachen"}',
  };
  expect(callOf(events)).toEqual({ ...part, id: expect.stringMatching(/^\w+$/) });
  expect(events[0]).toMatchObject({ type: "accepted", hasClientTools: true });
  expect(events.at(-1)).toMatchObject({ type: "done", problem: null, message: { status: "complete", content: "", parts: [part] } });
  expect(await lastMessage(client, conversationId)).toMatchObject({ status: "complete", parts: [part] });
  expect(sent()).toMatchObject([{ path: "/v1/chat/completions", body: { tools: [weather], tool_choice: "auto" } }]);
});

test("what it came to goes to the agent in its own form, and people read its text", async () => {
  const { call, brought } = await afterCall();
  const text = textOfToolResults(brought.results, brought.calls);
  const events = await turn(text, brought);
  expect(sent().at(-1)?.body["messages"]).toEqual([
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: call.id, type: "function", function: { name: "get_weather", arguments: call.arguments } }],
    },
    { role: "tool", tool_call_id: call.id, content: "sunny" },
  ]);
  expect(events.at(-1)).toMatchObject({ message: { status: "complete", content: expect.stringContaining(`Tool:${call.id}: sunny`) } });
  const { messages } = await conversationOf(client, conversationId);
  expect(messages.map(({ content }) => content).slice(0, 3)).toEqual([asking, "", "Result of get_weather:\nsunny"]);
  expect((await say(client, conversationId, "[demo:recall]")).message.content).toContain("get_weather");
  expect(sent().map(({ path }) => path)).toEqual(["/v1/chat/completions", "/v1/chat/completions", "chat.send"]);
});

test("what is said beside results comes after them", async () => {
  const { brought } = await afterCall();
  await turn(`${textOfToolResults(brought.results)}\n\nAnd now?`, { ...brought, words: "And now?" });
  expect(sent().at(-1)?.body["messages"]).toMatchObject([
    { role: "assistant" },
    { role: "tool", content: "sunny" },
    { role: "user", content: "And now?" },
  ]);
  await turn(textOfToolResults(brought.results, brought.calls), brought, true);
  expect(sent().at(-1)?.body["messages"]).toMatchObject([
    { role: "assistant" },
    { role: "tool", content: "sunny" },
    { role: "user", content: expect.stringMatching(/And now\?[^]*Result of get_weather:\nsunny\n/) },
  ]);
});

test("a call takes what it was given whole, up to its limit", async () => {
  const given = (length: number): string => `[demo:tool name=get_weather args={"x":"${"y".repeat(length)}"}]`;
  const call = callOf(await turn(given(19_000), { tools: [weather] }));
  expect(call.arguments).toBe(`{"x":"${"y".repeat(19_000)}"}`);
  expect(call.input?.length).toBe(4_001);
  app.runtime
    .gatewayOf(agentId)
    .setBehaviour(() => ({ kind: "tool", name: "get_weather", args: { x: "y".repeat(clientArgumentsMaxCharacters) } }));
  const events = await turn("too much", { tools: [weather] });
  expect(events.at(-1)).toMatchObject({ message: { status: "failed", error: { code: "agent_broke_off" } } });
});

test("tools that the gateway can't offer end the answer with the reason", async () => {
  const own = { type: "function", function: { name: "read", parameters: { type: "object" } } };
  expect((await turn("hello", { tools: [own] })).at(-1)).toMatchObject({ message: { status: "failed", error: { code: "invalid_input" } } });
  const odd = (await turn("hello", { tools: [{ type: "custom" }] })).at(-1);
  expect(odd).toMatchObject({ message: { error: { code: "invalid_input", detail: expect.stringContaining("only function tools") } } });
  const demanded = (await turn("hello", { tools: [weather], toolChoice: "required" })).at(-1);
  expect(demanded).toMatchObject({ message: { error: { code: "agent_broke_off", detail: expect.stringContaining("made none") } } });
});

test("a turn with tools of a program ends with its process, and no other brings it again", async () => {
  await say(client, conversationId, "hello");
  const before = sent().length;
  const key = await orphaned({ hasClientTools: true });
  await app.nest.get(TurnPresenceService).breakOffOrphans();
  expect(await lastMessage(client, conversationId)).toMatchObject({ id: key.answerId, status: "broken_off" });
  expect(sent()).toHaveLength(before);
  const other = await orphaned({});
  await app.nest.get(TurnPresenceService).breakOffOrphans();
  await expect.poll(async () => (await lastMessage(client, conversationId)).status).toBe("complete");
  expect(await lastMessage(client, conversationId)).toMatchObject({ id: other.answerId });
  expect(sent()).toHaveLength(before + 1);
});

/** A turn that a process has begun and told nobody of but its log. */
async function orphaned(mark: { hasClientTools?: true }): Promise<{ userId: string; answerId: string }> {
  const userId = client.userId ?? "";
  const processId = randomUUID();
  const [questionId = "", answerId = ""] = [randomUUIDv7(), randomUUIDv7()].toSorted();
  const crypto = app.nest.get(CryptoService);
  const sealed = (id: string, text: string) => ({ id, ...sealParts(crypto, { userId, messageId: id }, textParts(text)) });
  const place = {
    userId,
    conversationId,
    processId,
    now: new Date(),
    maxPerUser: 5,
    waitingId: null,
    program: null,
    fileIds: [],
    branch: null,
  };
  const row = { ...place, question: sealed(questionId, asking), answer: sealed(answerId, "") };
  const presence = app.nest.get(TurnPresenceService);
  presence.enter(answerId);
  expect(await app.nest.get(TurnsRepository).begin(row)).toMatchObject({ kind: "begun" });
  const userMessage: Message = {
    id: questionId,
    role: "user",
    content: asking,
    parts: [...textParts(asking)],
    usage: null,
    status: "complete",
    error: null,
    createdAt: new Date().toISOString(),
  };
  const log = app.nest.get(TurnLogService, { strict: false });
  await log.append({ userId, answerId }, processId, 1, [{ type: "accepted", userMessage, answerId, title: "x", ...mark }]);
  presence.leave(answerId);
  return { userId, answerId };
}
