import { RuntimeError } from "@mosaic/runtime/agent-runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TURN_LIMITS, turnLimits } from "../src/modules/turns/turn-limits.js";
import { agentOf, conversationOf, createAgent, createConversation, lastMessage, say, stop, Turn } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

async function open(options: Parameters<typeof startTestApp>[0] = {}): Promise<void> {
  app = await startTestApp(options);
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
}

afterEach(async () => {
  await app.close();
});

/** How often Mosaic asked the gateway whether it knows its token. */
function proofsAsked(): number {
  return app.runtime.gatewayOf(agentId).requests.filter(({ path }) => path === "/v1/models").length;
}

describe("a provider", () => {
  beforeEach(async () => {
    await open();
    await say(client, conversationId, "wake up");
  });

  test.each([
    ["refuses the key", "[demo:fail status=401 message=Incorrect API key]", "provider_key_refused"],
    ["is at its rate limit", "[demo:fail status=429 message=Slow down retry=5]", "provider_rate_limited"],
    ["has a fault", "[demo:fail status=500]", "provider_failed"],
    ["does not know the model", "[demo:fail status=404 message=The model does not exist]", "provider_model_missing"],
    ["resets the connection", "[demo:reset]", "provider_unreachable"],
  ])("that %s is said in the right words within 10 seconds, and the next message works", async (_what, content, code) => {
    const startedAt = performance.now();
    const { message, problem } = await say(client, conversationId, content);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(message).toMatchObject({ status: "failed", content: "", error: { code } });
    expect(problem).toMatchObject({ code, type: `urn:mosaic:problem:${code}` });
    expect(problem?.detail).toMatch(/[a-z]{3,}/);
    expect(await lastMessage(client, conversationId)).toMatchObject({ status: "failed", error: { code } });
    expect((await say(client, conversationId, "again")).message.status).toBe("complete");
  });

  test("that hangs is told to be slow within 10 seconds, once, and its owner can still stop", async () => {
    const startedAt = performance.now();
    const turn = await Turn.open(client, conversationId, "[demo:hang]");
    await turn.until(({ notices }) => notices.length > 0, 10_000);
    expect(performance.now() - startedAt).toBeGreaterThan(7_000);
    expect(turn.notices).toEqual(["provider_slow"]);
    await turn.until(({ comments }) => comments.length > 0, 15_000);
    expect(await stop(client, await turn.answerId())).toBe(204);
    expect((await turn.done()).message.status).toBe("stopped");
    expect(app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
  });

  test("whose stream breaks in the middle leaves the text so far, marked as broken off", async () => {
    const { message } = await say(client, conversationId, "[demo:break after=5]");
    expect(message).toMatchObject({ status: "broken_off", error: { code: "provider_failed" } });
    expect(message.content.split(" ").length).toBeGreaterThan(3);
    expect((await lastMessage(client, conversationId)).content).toBe(message.content);
  });
});

test("a gateway that is silent for too long ends the turn", async () => {
  await open({ replace: [{ token: TURN_LIMITS, value: { ...turnLimits, slowAfterMs: 200, silenceMs: 1_000 } }] });
  const turn = await Turn.open(client, conversationId, "[demo:hang]");
  expect((await turn.done()).message).toMatchObject({ status: "failed", error: { code: "provider_timeout" } });
  expect(turn.notices).toEqual(["provider_slow"]);
  await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
});

test("an answer of ever more pieces is cut off, and what came of it is kept", async () => {
  await open({ replace: [{ token: TURN_LIMITS, value: { ...turnLimits, maxParts: 2 } }] });
  const { message } = await say(client, conversationId, '[demo:tool name=read args={"path":"SOUL.md"}]');
  expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off", detail: expect.stringContaining("cut off") } });
  expect(message.parts.map(({ type }) => type)).toEqual(["reasoning", "tool_call", "text"]);
});

test("a tool that takes longer than a gateway may be silent is waited for", async () => {
  await open({ replace: [{ token: TURN_LIMITS, value: { ...turnLimits, silenceMs: 500 } }] });
  const { message } = await say(client, conversationId, '[demo:tool name=read args={"ms":2000}]');
  expect(message).toMatchObject({ status: "complete", error: null });
});

test("an answer without an end is cut off, and what came of it is kept", async () => {
  await open({ replace: [{ token: TURN_LIMITS, value: { ...turnLimits, maxTextLength: 100 } }] });
  const { message } = await say(client, conversationId, "[demo:slow ms=1 words=2000]");
  expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off", detail: expect.stringContaining("cut off") } });
  expect(message.content).toHaveLength(100);
  await expect.poll(() => app.runtime.gatewayOf(agentId).abortedCount).toBe(1);
  expect((await say(client, conversationId, "[demo:slow ms=1 words=3]")).message.status).toBe("complete");
});

describe("an agent that does not start", () => {
  beforeEach(async () => open());

  test("because its gateway never gets ready is stopped, says so, and starts afresh with the next message", async () => {
    await app.database.query("UPDATE backends SET ready_timeout_ms = 1500");
    app.runtime.faults.readyAfterMs = Infinity;
    const { message } = await say(client, conversationId, "hello");
    expect(message).toMatchObject({ status: "failed", error: { code: "agent_not_ready" } });
    expect(message.error?.detail).toMatch(/not ready within \d+ seconds\..* makes no progress/);
    expect(app.runtime.of(agentId).state).toBe("exited");
    expect(await agentOf(client, agentId)).toMatchObject({ status: "error", stage: null, error: { code: "agent_not_ready" } });
    app.runtime.faults.readyAfterMs = 0;
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
    expect(await agentOf(client, agentId)).toMatchObject({ status: "running", error: null });
  });

  test.each([
    ["exit code 78: its configuration was not accepted", 78, false],
    ["ran out of memory", 137, true],
  ])("because it ends says how: %s", async (words, exitCode, wasOutOfMemory) => {
    app.runtime.faults.readyAfterMs = Infinity;
    const turn = await Turn.open(client, conversationId, "hello");
    await turn.until(({ stages }) => stages.includes("waiting"));
    await app.runtime.crash(agentId, exitCode, wasOutOfMemory);
    const { message } = await turn.done();
    expect(message).toMatchObject({ status: "failed", error: { code: "agent_start_failed" } });
    expect(message.error?.detail).toContain(words);
  });

  test("because its image is missing says what to do", async () => {
    app.runtime.faults.hasImage = false;
    app.runtime.faults.imageError = new RuntimeError("image_missing", "There is no image; build it.");
    const { message, problem } = await say(client, conversationId, "hello");
    expect(message).toMatchObject({ status: "failed", error: { code: "image_missing", detail: "There is no image; build it." } });
    expect(problem).toMatchObject({ code: "image_missing", status: 503 });
    expect(await agentOf(client, agentId)).toMatchObject({ status: "error", error: { code: "image_missing" } });
    app.runtime.faults.imageError = null;
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
  });

  test("because the engine is away says so, and works again when it is back, without a restart", async () => {
    app.runtime.faults.isReachable = false;
    const { message } = await say(client, conversationId, "hello");
    expect(message).toMatchObject({ status: "failed", error: { code: "runtime_unavailable" } });
    app.runtime.faults.isReachable = true;
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
  });

  test("because it has no model is never started", async () => {
    const { id } = await createAgent(client, { model: null });
    const { message, problem } = await say(client, await createConversation(client, id), "hello");
    expect(message).toMatchObject({ status: "failed", error: { code: "model_not_assigned" } });
    expect(problem?.status).toBe(422);
    expect(await agentOf(client, id)).toMatchObject({ status: "stopped" });
    const started = await client.post(`/api/agents/${id}/start`);
    expect(started.status).toBe(422);
  });

  test("because its owner stops it meanwhile stays stopped", async () => {
    app.runtime.faults.readyAfterMs = Infinity;
    const turn = await Turn.open(client, conversationId, "hello");
    await turn.until(({ stages }) => stages.includes("waiting"));
    expect((await client.post(`/api/agents/${agentId}/stop`)).status).toBe(202);
    expect((await turn.done()).message).toMatchObject({ status: "failed", error: { code: "agent_start_failed" } });
    await expect.poll(async () => (await agentOf(client, agentId)).status).toBe("stopped");
    expect(app.runtime.of(agentId).state).toBe("exited");
  });

  test("without a supervisor that speaks is ready once its gateway answers, when a supervisor would have spoken long before", async () => {
    app.runtime.faults.followsBundle = false;
    const startedAt = performance.now();
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
    expect(performance.now() - startedAt).toBeGreaterThan(2_900);
    expect(proofsAsked()).toBe(1);
  });

  test("and whose supervisor speaks is ready when that says so: nobody asks its gateway", async () => {
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
    expect(proofsAsked()).toBe(0);
  });
});

describe("a running agent", () => {
  beforeEach(async () => {
    await open();
    await say(client, conversationId, "My cat is called Pumpkin");
  });

  test("whose container is removed behind our back answers the next message, and remembers", async () => {
    await app.runtime.removeBehindOurBack(agentId);
    const { message } = await say(client, conversationId, "What did I say first?");
    expect(message.status).toBe("complete");
    expect(message.content).toContain("Pumpkin");
  });

  test("that was restarted behind our back, at another address and with another token, answers too", async () => {
    const { name } = app.runtime.of(agentId).spec;
    await app.runtime.end(app.runtime.of(agentId), 0);
    await app.runtime.driver("docker").start(name, "somebody else's token");
    const { message } = await say(client, conversationId, "What did I say first?");
    expect(message.status).toBe("complete");
    expect(message.content).toContain("Pumpkin");
  });

  test("whose stored address is outdated is found again without a restart", async () => {
    await app.database.query("UPDATE agent_containers SET endpoint_port = 1 WHERE agent_id = $1", [agentId]);
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
    expect(app.runtime.of(agentId).startCount).toBe(1);
  });

  test("that crashes in the middle of an answer leaves it broken off, and answers the next message", async () => {
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=300]");
    await turn.until(({ text }) => text !== "");
    await app.runtime.crash(agentId, 1);
    expect((await turn.done()).message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
    expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
    expect(app.runtime.of(agentId).startCount).toBe(2);
  });

  test("that is killed for memory in the middle of an answer is told as that, with the figure and what to do", async () => {
    await app.database.query("UPDATE backends SET memory_limit_bytes = $1", [768 * 1024 ** 2]);
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=300]");
    await turn.until(({ text }) => text !== "");
    await app.runtime.crash(agentId, 137, true);
    const { message } = await turn.done();
    expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
    expect(message.error?.detail).toContain("ran out of memory and was killed: it may use 768 MB. It needs at least 1 GB");
    expect(message.error?.detail).toContain("Admin → Backends");
  });

  test("that ends by itself is seen as such, with the reason", async () => {
    await app.runtime.crash(agentId, 137, true);
    await expect.poll(async () => (await agentOf(client, agentId)).status).toBe("error");
    expect((await agentOf(client, agentId)).error?.detail).toContain("ran out of memory");
  });

  test("that was killed from outside is simply stopped: a restart of the engine is no fault of the agent", async () => {
    await app.runtime.crash(agentId, 137);
    await expect.poll(async () => agentOf(client, agentId)).toMatchObject({ status: "stopped", error: null });
  });

  test("goes on answering while Postgres drops all connections", async () => {
    const turn = await Turn.open(client, conversationId, "[demo:slow ms=100 words=40]");
    await turn.until(({ text }) => text !== "");
    await app.database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    const { message } = await turn.done();
    expect(message.status).toBe("complete");
    await expect
      .poll(async () => (await conversationOf(client, conversationId)).messages.at(-1))
      .toMatchObject({ status: "complete", content: message.content });
    expect((await say(client, conversationId, "and on")).message.status).toBe("complete");
  });
});
