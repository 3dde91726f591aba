import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomUUIDv7 } from "node:crypto";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TURN_LIMITS, turnLimits } from "../src/modules/turns/turn-limits.js";
import { HANG_LIMITS, hangLimits } from "../src/modules/containers/hang/hang-limits.js";
import { agentOf, createAgent, createConversation, lastMessage, say, Turn } from "./harness/chat.js";
import { openEvents } from "./harness/open-events.js";
import { startTestApp, uniqueName, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

const quickHang = { ...hangLimits, sweepEveryMs: 200, askEveryMs: 100, askTimeoutMs: 150, hungAfterMs: 600, hungAfterQuestions: 3 };
const quickTurn = { ...turnLimits, askAfterMs: 100, slowAfterMs: 1_000 };

let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

async function open(hang: object = {}, turn: object = {}): Promise<void> {
  const replace = [
    { token: HANG_LIMITS, value: { ...quickHang, ...hang } },
    { token: TURN_LIMITS, value: { ...quickTurn, ...turn } },
  ];
  app = await startTestApp({ replace });
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
}

const startCount = (): number => app.runtime.of(agentId).startCount;

afterEach(async () => {
  await app.close();
});

describe("a gateway that stops responding", () => {
  beforeEach(async () => {
    await open();
    await say(client, conversationId, "My cat is called Pumpkin");
  });

  test("in the middle of an answer is named, its text is kept, and the next message works", async () => {
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=20 words=2000]");
    await turn.until(({ text }) => text.length > 20);
    app.runtime.gatewayOf(agentId).setStopped(true);
    const { message } = await turn.done();
    expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_not_responding" } });
    expect(message.error?.detail).toContain("The agent itself stopped responding; Mosaic restarts it");
    expect(message.content).toBe(turn.text);
    expect(await lastMessage(client, conversationId)).toMatchObject({ status: "broken_off", content: turn.text });
    const { message: next } = await say(client, conversationId, "What did I say first?");
    expect(next).toMatchObject({ status: "complete", content: expect.stringContaining("Pumpkin") });
    expect(startCount()).toBe(2);
  });

  test("before it takes a message is restarted, and its successor is given the message, once", async () => {
    app.runtime.gatewayOf(agentId).setStopped(true);
    const turn = await Turn.open(client, conversationId, "hello again");
    const { message, problem } = await turn.done();
    expect([message.status, problem]).toEqual(["complete", null]);
    expect(message.content).toContain("hello again");
    expect(turn.notices).not.toContain("provider_slow");
    expect(startCount()).toBe(2);
    const said = app.runtime.gatewayOf(agentId).messagesOf(`conv-${conversationId}`);
    expect(said.filter(({ text }) => text.includes("hello again") && !text.includes("demo model"))).toHaveLength(1);
  });

  test("while nobody speaks to it is restarted too, and its owner's pages are told why", async () => {
    const events = await openEvents(client);
    const before = await agentOf(client, agentId);
    app.runtime.gatewayOf(agentId).setStopped(true);
    await expect.poll(startCount, { timeout: 15_000 }).toBe(2);
    await expect.poll(async () => (await agentOf(client, agentId)).status, { timeout: 15_000 }).toBe("running");
    expect(before.status).toBe("running");
    expect(events.text()).toContain("agent_not_responding");
    const rows = await app.database.query("SELECT details FROM audit_events WHERE action = 'container.fail' AND target_id = $1", [agentId]);
    expect(rows).toEqual([{ details: { code: "agent_not_responding" } }]);
  });

  test("but works all the while is left alone, and its answer comes in the end", async () => {
    app.runtime.faults.isBusy = true;
    const gateway = app.runtime.gatewayOf(agentId);
    gateway.setStopped(true);
    const turn = await Turn.open(client, conversationId, "hello");
    await turn.until(({ notices }) => notices.length > 0);
    expect(turn.notices).toEqual(["agent_slow"]);
    await expect
      .poll(() => app.runtime.calls.filter((call) => call.startsWith("cpuTimeMs")).length, { timeout: 15_000 })
      .toBeGreaterThan(3);
    gateway.setStopped(false);
    expect((await turn.done()).message.status).toBe("complete");
    expect(startCount()).toBe(1);
  });

  test("again right after it was restarted is left to the next message instead of being restarted for ever", async () => {
    app.runtime.gatewayOf(agentId).setStopped(true);
    await expect.poll(startCount, { timeout: 15_000 }).toBe(2);
    await expect.poll(async () => (await agentOf(client, agentId)).status, { timeout: 15_000 }).toBe("running");
    app.runtime.gatewayOf(agentId).setStopped(true);
    await expect.poll(async () => (await agentOf(client, agentId)).status, { timeout: 15_000 }).toBe("error");
    expect((await agentOf(client, agentId)).error?.detail).toContain("It starts again with the next message");
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
    expect(startCount()).toBe(3);
  });
});

test("a gateway that works on nothing but itself for too long is restarted all the same", async () => {
  await open({ busyPatienceMs: 1_500 });
  await say(client, conversationId, "wake up");
  app.runtime.faults.isBusy = true;
  app.runtime.gatewayOf(agentId).setStopped(true);
  await expect.poll(startCount, { timeout: 20_000 }).toBe(2);
});

describe("a turn that nobody answers in time", () => {
  let llm: Server;

  beforeEach(async () => {
    llm = createServer((request) => request.resume()).listen(0, "127.0.0.1");
    await open({}, { silenceMs: 1_500 });
  });
  afterEach(() => {
    llm.closeAllConnections();
    llm.close();
  });

  test("is the provider's fault when the agent answered promptly all the while", async () => {
    const { message } = await say(client, conversationId, "[demo:hang]");
    expect(message).toMatchObject({ status: "failed", error: { code: "provider_timeout" } });
    expect(startCount()).toBe(1);
  });

  test("is not the provider's fault when it got no call, which the relay knows", async () => {
    await useSharedProvider();
    const { message } = await say(client, conversationId, "[demo:hang]");
    expect(message).toMatchObject({ status: "failed", error: { code: "agent_not_responding" } });
    expect(message.error?.detail).toContain("did not call its model");
  });

  test("is the provider's fault when it got a call, which the relay knows too", async () => {
    const providerId = await useSharedProvider();
    const turn = await Turn.open(client, conversationId, "[demo:hang]");
    await turn.until(({ stages }) => stages.includes("ready"));
    const calling = new AbortController();
    void fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/llm/${providerId}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${deriveRelayToken(app.runtime.of(agentId).token ?? "")}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "m-1", messages: [] }),
      signal: calling.signal,
    }).catch(() => undefined);
    expect((await turn.done()).message).toMatchObject({ status: "failed", error: { code: "provider_timeout" } });
    calling.abort();
  });

  /** What an admin shares: the agent reaches it through the relay only. */
  async function useSharedProvider(): Promise<string> {
    const admin = await app.admin();
    expect((await admin.request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] })).status).toBe(200);
    const baseUrl = `http://127.0.0.1:${(llm.address() as AddressInfo).port}/v1`;
    const kind = "openai-compatible";
    const created = await admin.post("/api/providers", {
      kind,
      name: uniqueName("Ours"),
      baseUrl,
      apiKey: "sk-1",
      models: [{ id: "m-1" }],
    });
    const { id } = created.json<{ id: string }>();
    await app.database.query("UPDATE llm_providers SET is_shared = true WHERE id = $1", [id]);
    await app.database.query("DELETE FROM model_assignments WHERE agent_id = $1", [agentId]);
    await app.database.query("INSERT INTO model_assignments (id, agent_id, provider_id, model) VALUES ($1, $2, $3, 'm-1')", [
      randomUUIDv7(),
      agentId,
      id,
    ]);
    return id;
  }
});
