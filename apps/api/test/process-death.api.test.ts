import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "@mosaic/testing/free-port";
import { deriveGatewayToken } from "@mosaic/testing/gateway-token";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentOf, conversationOf, createAgent, createConversation, lastMessage, say, Turn } from "./harness/chat.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { serveEngine, type RemoteEngine } from "./harness/remote-engine.js";
import { memberOf, startTestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";
import { createTestDatabase, type TestDatabase } from "./harness/test-database.js";

const entry = fileURLToPath(new URL("harness/mosaic-process.mjs", import.meta.url));
const secretKey = "test-secret-key-0123456789-abcdefghijklmnop";

let database: TestDatabase;
let engine: InMemoryEngine;
let remote: RemoteEngine;
let ports: { public: number; internal: number };
const children = new Set<ChildProcess>();

beforeEach(async () => {
  database = await createTestDatabase();
  engine = new InMemoryEngine();
  remote = await serveEngine(engine);
  ports = { public: await freePort(), internal: await freePort() };
});

afterEach(async () => {
  for (const child of children) {
    child.kill("SIGKILL");
  }
  children.clear();
  await engine.close();
  await remote.close();
  await database.drop();
});

/** A process of Mosaic, ready to serve; the same ports each time, as after a restart. */
async function startProcess(): Promise<{ child: ChildProcess; output: () => string }> {
  const child = fork(entry, {
    silent: true,
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: database.url,
      MOSAIC_SECRET_KEY: secretKey,
      MOSAIC_RUNTIME: "docker",
      PORT: String(ports.public),
      MOSAIC_INTERNAL_PORT: String(ports.internal),
      LOG_LEVEL: "debug",
      ENGINE_URL: remote.url,
    },
  });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += String(chunk);
    });
  }
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => {
      throw new Error(`The process ended:\n${output}`);
    }),
  ]);
  return { child, output: () => output };
}

async function answering(
  content = "[demo:slow ms=50 words=400]",
): Promise<{ client: TestClient; agentId: string; conversationId: string; turn: Turn }> {
  const client = await memberOf(`http://127.0.0.1:${ports.public}`, database, "ann");
  const { id: agentId } = await createAgent(client);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "My cat is called Pumpkin");
  const turn = await Turn.open(client, conversationId, content);
  await turn.until(({ text }) => text.length > 200);
  return { client, agentId, conversationId, turn };
}

const words = (text: string): string[] => text.match(/word\d+/g) ?? [];
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `word${index + 1}`);
const sentCount = (agentId: string): number => engine.gatewayOf(agentId).requests.filter(({ path }) => path === "chat.send").length;

test("after kill -9 in the middle of an answer, the restarted process goes on with it, and not a word is lost", async () => {
  const { child } = await startProcess();
  const { client, agentId, conversationId, turn } = await answering("[demo:slow ms=50 words=120]");
  child.kill("SIGKILL");
  await once(child, "exit");
  await turn.ended;
  await startProcess();
  // The reader comes back with what it has, of which the log knows less.
  const again = await Turn.follow(client, await turn.answerId(), turn.events.length);
  const { message } = await again.done();
  expect(message).toMatchObject({ status: "complete", error: null, usage: { outputTokens: 120 } });
  expect(words(message.content)).toEqual(numbered(120));
  expect(again.events[0]?.type).toBe("resumed");
  expect(words(again.text)).toEqual(numbered(120));
  expect(await lastMessage(client, conversationId)).toEqual(message);
  // One turn on its gateway, and one before it.
  expect(sentCount(agentId)).toBe(2);
  expect(await database.query("SELECT 1 FROM turn_events")).toEqual([]);
});

test("an answer that ends while no process runs is whole once one does", async () => {
  const { child } = await startProcess();
  // Longer than OpenClaw tells a row of its history unasked.
  const { client, agentId, conversationId, turn } = await answering("[demo:slow ms=1 words=3000 first=600]");
  child.kill("SIGKILL");
  await once(child, "exit");
  await expect.poll(() => engine.gatewayOf(agentId).activeCount, { timeout: 15_000 }).toBe(0);
  await startProcess();
  await expect.poll(async () => (await lastMessage(client, conversationId)).status, { timeout: 15_000 }).toBe("complete");
  expect(words((await lastMessage(client, conversationId)).content)).toEqual(numbered(3000));
  expect(turn.events.at(-1)?.type).not.toBe("done");
});

test("an answer that had no word yet when its process was killed goes on as well", async () => {
  const { child } = await startProcess();
  const { client, conversationId } = await answering();
  const other = await createConversation(client, (await conversationOf(client, conversationId)).agentId);
  const turn = await Turn.open(client, other, "[demo:slow ms=10 words=20 first=6000]");
  await turn.until(({ events }) => events.length > 0);
  await expect.poll(async () => database.query("SELECT 1 FROM turn_events WHERE message_id = $1", [await turn.answerId()])).toHaveLength(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  await startProcess();
  const { message } = await (await Turn.follow(client, await turn.answerId())).done();
  expect(message).toMatchObject({ status: "complete", error: null });
  expect(words(message.content)).toEqual(numbered(20));
});

test("an answer whose model was called by way of the process that was killed blames nobody else", async () => {
  const { child } = await startProcess();
  const client = await memberOf(`http://127.0.0.1:${ports.public}`, database, "ann");
  const { id: agentId } = await createAgent(client);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "hello");
  const text = numbered(400).join(" ");
  engine.gatewayOf(agentId).setBehaviour(() => ({ kind: "text", text, wordDelayMs: 50, breakAfterWords: 150 }));
  const turn = await Turn.open(client, conversationId, "go on");
  await turn.until(({ text: said }) => words(said).length > 10);
  child.kill("SIGKILL");
  await once(child, "exit");
  await startProcess();
  const { message } = await (await Turn.follow(client, await turn.answerId())).done();
  expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
  expect(message.error?.detail).toContain("Mosaic was stopped or restarted");
  expect(words(message.content)).toEqual(numbered(150));
});

test("an answer whose agent ends too keeps its text, marked as broken off, and the next message is answered", async () => {
  const { child } = await startProcess();
  const { client, agentId, conversationId } = await answering("[demo:slow ms=50 words=400]");
  child.kill("SIGKILL");
  await once(child, "exit");
  await engine.gatewayOf(agentId).close();
  await startProcess();
  await expect.poll(async () => (await lastMessage(client, conversationId)).status, { timeout: 15_000 }).toBe("broken_off");
  const answer = await lastMessage(client, conversationId);
  expect(answer.error).toMatchObject({ code: "agent_broke_off", detail: expect.stringContaining("Mosaic was stopped or restarted") });
  expect(words(answer.content)).toEqual(numbered(words(answer.content).length));
  await engine.crash(agentId, 1);
  expect((await say(client, conversationId, "go on")).message.status).toBe("complete");
});

test("an answer whose owner asked for its end while no process ran is stopped, with its text", async () => {
  const { child } = await startProcess();
  const { client, agentId, conversationId, turn } = await answering("[demo:slow ms=50 words=400]");
  child.kill("SIGKILL");
  await once(child, "exit");
  await database.query("UPDATE messages SET stop_requested_at = now() WHERE id = $1", [await turn.answerId()]);
  await startProcess();
  const answer = await lastMessage(client, conversationId);
  expect(answer).toMatchObject({ status: "stopped", error: null });
  await expect.poll(() => engine.gatewayOf(agentId).abortedCount).toBe(1);
  expect((await say(client, conversationId, "and now?")).message.status).toBe("complete");
});

test("an answer whose conversation was deleted while no process ran is stopped, and never goes on", async () => {
  const { child } = await startProcess();
  const { client, agentId, conversationId, turn } = await answering("[demo:slow ms=50 words=400]");
  child.kill("SIGKILL");
  await once(child, "exit");
  await database.query("UPDATE conversations SET deleted_at = now() WHERE id = $1", [conversationId]);
  await startProcess();
  await expect.poll(() => engine.gatewayOf(agentId).abortedCount).toBe(1);
  expect((await client.get(`/api/turns/${await turn.answerId()}/events`)).status).toBe(404);
  expect((await client.post(`/api/conversations/${conversationId}/restore`)).status).toBe(200);
  await expect.poll(async () => (await lastMessage(client, conversationId)).status).toBe("stopped");
});

test("after kill -9, with an agent that can't go on alone, the restarted process keeps the text, marks it as broken off and adopts the container", async () => {
  engine.faults.isTrusting = false;
  const { child } = await startProcess();
  const { client, agentId, conversationId, turn } = await answering();
  const seen = turn.text;
  child.kill("SIGKILL");
  await once(child, "exit");
  await turn.ended;
  await startProcess();
  await expect.poll(async () => (await lastMessage(client, conversationId)).status, { timeout: 15_000 }).not.toBe("streaming");
  const answer = await lastMessage(client, conversationId);
  expect(answer).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
  expect(answer.content.length).toBeGreaterThan(20);
  expect(turn.text.startsWith(answer.content.slice(0, seen.length))).toBe(true);
  expect(await agentOf(client, agentId)).toMatchObject({ status: "running", error: null });
  await expect.poll(() => engine.gatewayOf(agentId).abortedCount).toBe(1);
  const { message } = await say(client, conversationId, "What did I say first?");
  expect(message).toMatchObject({ status: "complete" });
  expect(message.content).toContain("Pumpkin");
  expect(engine.of(agentId).startCount).toBe(1);
  expect(engine.containers.size).toBe(1);
});

test("after kill -9 another process that lives goes on with the answer, and its readers there see each word once", async () => {
  const { child } = await startProcess();
  const { client, agentId, conversationId, turn } = await answering("[demo:slow ms=50 words=200]");
  const other = await startTestApp({ database, runtime: engine, env: { MOSAIC_SECRET_KEY: secretKey } });
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  const follower = await Turn.follow(there, await turn.answerId());
  await follower.until(({ text }) => text.length > 200);
  // A process that lives keeps its turn, whoever looks at it.
  expect(follower.events.map(({ type }) => type)).not.toContain("resumed");
  child.kill("SIGKILL");
  await turn.ended;
  const late = await Turn.follow(there, await turn.answerId(), turn.events.length);
  for (const reader of [follower, late]) {
    const { message } = await reader.done();
    expect(message).toMatchObject({ status: "complete", error: null });
    expect([words(message.content), words(reader.text)]).toEqual([numbered(200), numbered(200)]);
  }
  expect(sentCount(agentId)).toBe(2);
  expect(await database.query("SELECT 1 FROM turn_events")).toEqual([]);
  expect((await say(there, conversationId, "go on")).message.status).toBe("complete");
  await other.close();
});

test("after kill -9 another process that lives marks the answer of an agent that can't go on alone as broken off", async () => {
  engine.faults.isTrusting = false;
  const { child } = await startProcess();
  const { client, conversationId, turn } = await answering();
  const other = await startTestApp({ database, runtime: engine, env: { MOSAIC_SECRET_KEY: secretKey } });
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  const follower = await Turn.follow(there, await turn.answerId());
  await follower.until(({ text }) => text.length > 200);
  // A process that lives keeps its turn, whoever looks at it.
  expect((await lastMessage(there, conversationId)).status).toBe("streaming");
  child.kill("SIGKILL");
  await expect.poll(async () => (await lastMessage(there, conversationId)).status, { timeout: 10_000 }).toBe("broken_off");
  // Whoever followed it on another process hears it as well, with the text that the log holds.
  const { message } = await follower.done();
  expect(message).toMatchObject({ status: "broken_off", error: { code: "agent_broke_off" } });
  expect(message.content).toBe(follower.text);
  expect(await lastMessage(there, conversationId)).toEqual(message);
  expect(await database.query("SELECT 1 FROM turn_events")).toEqual([]);
  expect((await say(there, conversationId, "go on")).message.status).toBe("complete");
  await other.close();
});

test("on SIGTERM an answer under way is handed over, the process ends within 2 seconds, and the next one goes on with it", async () => {
  const { child } = await startProcess();
  const { client, conversationId, turn } = await answering("[demo:slow ms=50 words=120]");
  const startedAt = performance.now();
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number];
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  expect(code).toBe(0);
  await turn.ended;
  expect(turn.events.at(-1)?.type).toBe("delta");
  await startProcess();
  const again = await Turn.follow(client, await turn.answerId(), turn.events.length);
  const { message } = await again.done();
  expect(message).toMatchObject({ status: "complete", error: null });
  expect(words(message.content)).toEqual(numbered(120));
  expect(await lastMessage(client, conversationId)).toEqual(message);
});

test("on SIGTERM an answer of an agent that can't go on alone is broken off with its text kept, and the process ends within 2 seconds", async () => {
  engine.faults.isTrusting = false;
  const { child } = await startProcess();
  const { conversationId, turn } = await answering();
  const startedAt = performance.now();
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number];
  expect(performance.now() - startedAt).toBeLessThan(2_500);
  expect(code).toBe(0);
  await turn.ended;
  expect(turn.events.at(-1)).toMatchObject({ type: "done", message: { status: "broken_off", error: { code: "agent_broke_off" } } });
  const rows = await database.query<{ status: string }>("SELECT status FROM messages WHERE conversation_id = $1 ORDER BY id", [
    conversationId,
  ]);
  expect(rows.at(-1)).toEqual({ status: "broken_off" });
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a message that waits for its agent's start on %s is answered by the next process",
  async (signal) => {
    engine.faults.readyAfterMs = Infinity;
    const { child } = await startProcess();
    const client = await memberOf(`http://127.0.0.1:${ports.public}`, database, "ann");
    const { id: agentId } = await createAgent(client);
    const conversationId = await createConversation(client, agentId);
    const turn = await Turn.open(client, conversationId, "hello");
    await turn.until(({ stages }) => stages.includes("waiting"));
    await expect
      .poll(async () => database.query("SELECT 1 FROM turn_events WHERE message_id = $1", [await turn.answerId()]))
      .toHaveLength(1);
    child.kill(signal);
    await once(child, "exit");
    engine.faults.readyAfterMs = 0;
    await startProcess();
    const { message } = await (await Turn.follow(client, await turn.answerId(), turn.events.length)).done();
    expect(message).toMatchObject({ status: "complete", content: expect.stringContaining("> hello") });
    expect((await say(client, conversationId, "and again")).message.status).toBe("complete");
    expect(sentCount(agentId)).toBe(2);
    expect(engine.containers.size).toBe(1);
  },
);

test("the turn to boot of a process that is killed goes to who waits in another process", async () => {
  engine.faults.cores = 2;
  engine.faults.readyAfterMs = Infinity;
  const { child } = await startProcess();
  const ann = await memberOf(`http://127.0.0.1:${ports.public}`, database, "ann");
  const { id: annsId } = await createAgent(ann);
  const boots = await Turn.open(ann, await createConversation(ann, annsId), "hello");
  await boots.until(({ stages }) => stages.includes("waiting"));
  const other = await startTestApp({ database, runtime: engine, env: { MOSAIC_SECRET_KEY: secretKey } });
  const bob = await other.member("bob");
  const { id: bobsId } = await createAgent(bob);
  const waits = await Turn.open(bob, await createConversation(bob, bobsId), "hello");
  await waits.until(({ stages }) => stages.includes("queued"));
  engine.faults.readyAfterMs = 0;
  expect([...engine.containers.values()].map(({ spec }) => spec.agentId)).toEqual([annsId]);
  child.kill("SIGKILL");
  expect((await waits.done()).message.status).toBe("complete");
  expect(await database.query("SELECT agent_id FROM boot_places")).toEqual([]);
  await other.close();
});

test("no log line holds a message, a token, a key, a session or a title", async () => {
  const { child, output } = await startProcess();
  const client = await memberOf(`http://127.0.0.1:${ports.public}`, database, "ann");
  const provider = await client.post("/api/providers", {
    kind: "openai-compatible",
    name: "Canary",
    baseUrl: "http://127.0.0.1:9/v1",
    apiKey: "sk-canary-provider-key-0001",
    models: [{ id: "m" }],
  });
  const { id: agentId } = await createAgent(client, {
    name: "CanaryAgent",
    personality: "canary-personality-0002",
    model: { providerId: provider.json<{ id: string }>().id, model: "m" },
  });
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "canary-message-0003 and more");
  const containerToken = engine.of(agentId).token ?? "no token";
  await say(client, conversationId, "[demo:fail status=500 message=canary-provider-0004]");
  await say(client, conversationId, "[demo:break after=3] canary-broken-0005");
  await client.patch(`/api/conversations/${conversationId}`, { title: "canary-title-0006" });
  await client.post(`/api/conversations/${conversationId}/messages`, { content: "canary-invalid-0007", more: true });
  await engine.crash(agentId, 1);
  await say(client, conversationId, "canary-after-crash-0008");
  const gatewayToken = deriveGatewayToken(engine.of(agentId).token ?? "");
  child.kill("SIGTERM");
  await once(child, "exit");
  expect(output()).toContain("agent started");
  const session = (client.cookie ?? "").split("=")[1] ?? "no cookie";
  for (const secret of ["canary", containerToken, gatewayToken, session, secretKey]) {
    expect(output().toLowerCase()).not.toContain(secret.toLowerCase());
  }
  const rows = await database.query<object>("SELECT * FROM messages");
  const conversations = await database.query<object>("SELECT * FROM conversations");
  expect(JSON.stringify([rows, conversations])).not.toContain("canary");
});
