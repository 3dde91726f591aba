import { afterEach, beforeEach, expect, test } from "vitest";
import { IdleAgentsService } from "../src/modules/containers/stop/idle-agents.service.js";
import { IdleReaperService } from "../src/modules/idle-reaper/idle-reaper.service.js";
import { CLOCK } from "../src/platform/clock/clock.js";
import { agentOf, createAgent, createConversation, lastMessage, say, Turn } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;
let aheadMs: number;
/** The clock stands here; `null`: it goes. */
let stoppedAt: Date | null;

interface Idleness {
  readonly status: string;
  readonly timeoutSeconds: number;
  /** `null`: not since its start. */
  readonly usedMsAgo: number | null;
}

const minuteMs = 60_000;

beforeEach(async () => {
  aheadMs = 0;
  stoppedAt = null;
  app = await startTestApp({ replace: [{ token: CLOCK, value: { now: () => stoppedAt ?? new Date(Date.now() + aheadMs) } }] });
  client = await app.member("ann");
});

afterEach(async () => {
  await app.close();
});

async function reapAfter(ms: number, where = app): Promise<void> {
  aheadMs += ms;
  await where.nest.get(IdleReaperService, { strict: false }).reap();
}

async function awakeAgent(overrides: object = {}): Promise<{ agentId: string; conversationId: string }> {
  const { id: agentId } = await createAgent(client, overrides);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "My cat is called Pumpkin");
  return { agentId, conversationId };
}

test("an agent is stopped once it was idle for longer than its timeout, and wakes with its memory", async () => {
  const { agentId, conversationId } = await awakeAgent({ idleTimeoutSeconds: 1800 });
  await reapAfter(29 * minuteMs);
  expect((await agentOf(client, agentId)).status).toBe("running");
  await reapAfter(2 * minuteMs);
  expect(await agentOf(client, agentId)).toMatchObject({ status: "stopped", error: null });
  expect(app.runtime.of(agentId).state).toBe("exited");
  expect(app.runtime.removedStates).toEqual([]);
  expect((await say(client, conversationId, "What did I say first?")).message.content).toContain("Pumpkin");
});

test.each([
  ["used its timeout ago is stopped", {}, true],
  ["used longer ago is stopped", { usedMsAgo: 31 * minuteMs }, true],
  ["used less long ago is not", { usedMsAgo: 29 * minuteMs }, false],
  ["never used is stopped its timeout after its start", { usedMsAgo: null }, true],
  ["with a timeout of 0 is not, however long it was not used", { timeoutSeconds: 0, usedMsAgo: 100_000 * minuteMs }, false],
  ["used in the future, by a clock that was set back, is not", { usedMsAgo: -5 * minuteMs }, false],
  ["that starts is not", { status: "starting" }, false],
  ["that stops already is not", { status: "stopping" }, false],
  ["that is stopped is not", { status: "stopped" }, false],
  ["that is in error is not", { status: "error" }, false],
])("an agent %s: %o", async (_what, change, isStopped) => {
  const { status = "running", timeoutSeconds = 1800, usedMsAgo = 30 * minuteMs } = change as Partial<Idleness>;
  const { agentId } = await awakeAgent({ idleTimeoutSeconds: timeoutSeconds });
  const now = new Date();
  const usedAt = new Date(now.getTime() - (usedMsAgo ?? 30 * minuteMs));
  await app.database.query("UPDATE agent_containers SET status = $2, last_active_at = $3, updated_at = $4 WHERE agent_id = $1", [
    agentId,
    status,
    usedMsAgo === null ? null : usedAt,
    usedMsAgo === null ? usedAt : now,
  ]);
  stoppedAt = now;
  const agents = app.nest.get(IdleAgentsService, { strict: false });
  expect(await agents.idle()).toEqual(isStopped ? [agentId] : []);
  expect(await agents.stopIfIdle(agentId)).toBe(isStopped);
  expect((await agentOf(client, agentId)).status).toBe(isStopped ? "stopped" : status);
});

test("a message starts the time anew", async () => {
  const { agentId, conversationId } = await awakeAgent({ idleTimeoutSeconds: 1800 });
  aheadMs += 29 * minuteMs;
  await say(client, conversationId, "still here");
  await reapAfter(29 * minuteMs);
  expect((await agentOf(client, agentId)).status).toBe("running");
});

test("a timeout of 0 never stops an agent", async () => {
  const { agentId } = await awakeAgent({ idleTimeoutSeconds: 0 });
  await reapAfter(1_000 * minuteMs);
  expect((await agentOf(client, agentId)).status).toBe("running");
});

test("an agent is not stopped in the middle of an answer, also not by another process", async () => {
  const { agentId, conversationId } = await awakeAgent({ idleTimeoutSeconds: 60 });
  const other = await startTestApp({
    database: app.database,
    runtime: app.runtime,
    replace: [{ token: CLOCK, value: { now: () => new Date(Date.now() + aheadMs) } }],
  });
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=60]");
  await turn.until(({ text }) => text !== "");
  await reapAfter(100 * minuteMs);
  await reapAfter(0, other);
  expect((await agentOf(client, agentId)).status).toBe("running");
  expect((await turn.done()).message.status).toBe("complete");
  await other.close();
});

test("an agent that can't be stopped is in error, and the others are stopped all the same", async () => {
  const first = await awakeAgent({ idleTimeoutSeconds: 60 });
  const second = await awakeAgent({ idleTimeoutSeconds: 60 });
  app.runtime.faults.isReachable = false;
  await reapAfter(2 * minuteMs);
  expect(await agentOf(client, first.agentId)).toMatchObject({ status: "error", error: { code: "runtime_unavailable" } });
  app.runtime.faults.isReachable = true;
  expect((await say(client, second.conversationId, "What did I say first?")).message.content).toContain("Pumpkin");
});

test("a turn that begins at the very moment of the stop is answered, whoever comes first", async () => {
  const { agentId, conversationId } = await awakeAgent({ idleTimeoutSeconds: 60 });
  for (let round = 0; round < 10; round += 1) {
    aheadMs += 2 * minuteMs;
    const reaping = reapAfter(0);
    await new Promise((resolve) => setTimeout(resolve, round * 3));
    const [done] = await Promise.all([say(client, conversationId, `round ${round}`), reaping]);
    expect(done.message).toMatchObject({ status: "complete" });
  }
  expect(await lastMessage(client, conversationId)).toMatchObject({ status: "complete" });
  expect((await agentOf(client, agentId)).status).toBe("running");
});
