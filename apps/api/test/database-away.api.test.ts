import { afterEach, beforeEach, expect, test } from "vitest";
import { TURN_LIMITS, turnLimits } from "../src/modules/turns/turn-limits.js";
import { ReconcilerService } from "../src/modules/containers/reconcile/reconciler.service.js";
import { Logger } from "../src/platform/logging/logger.js";
import { agentOf, createAgent, createConversation, lastMessage, say, Turn } from "./harness/chat.js";
import { startTcpProxy, type TcpProxy } from "./harness/tcp-proxy.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import { TestClient } from "./harness/test-client.js";
import { createTestDatabase, type TestDatabase } from "./harness/test-database.js";

let database: TestDatabase;
let proxy: TcpProxy;
let app: TestApp;
let client: TestClient;
let agentId: string;
let conversationId: string;

class RecordingLogger extends Logger {
  readonly warnings: string[] = [];

  constructor() {
    super("error");
  }

  override warn(message: string): void {
    this.warnings.push(message);
  }
}

const logger = new RecordingLogger();

beforeEach(async () => {
  database = await createTestDatabase();
  const { hostname, port } = new URL(database.url);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  logger.warnings.length = 0;
});

afterEach(async () => {
  await proxy.restore();
  await app.close();
  await proxy.cut();
  await database.drop();
});

/** The application reaches its database through the proxy only; the test itself does not. */
async function open(limits: object = {}): Promise<void> {
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const replace = [
    { token: TURN_LIMITS, value: { ...turnLimits, ...limits } },
    { token: Logger, value: logger },
  ];
  app = await startTestApp({ database: { ...database, url: url.href }, env: { DATABASE_URL: url.href }, replace });
  client = await app.member("ann");
  agentId = (await createAgent(client)).id;
  conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "wake up");
}

test("an answer goes on while the database is away, and its end is stored when it is back", async () => {
  await open();
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=30]");
  await turn.until(({ text }) => text !== "");
  await proxy.cut();
  const lengthAtCut = turn.text.length;
  await turn.until(({ text }) => text.trim().split(" ").length >= 30);
  expect(turn.text.length).toBeGreaterThan(lengthAtCut);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(turn.events.at(-1)?.type).not.toBe("done");
  await proxy.restore();
  expect((await turn.done()).message).toMatchObject({ status: "complete", content: turn.text });
  expect(await lastMessage(client, conversationId)).toMatchObject({ status: "complete", content: turn.text });
});

test("an end that could not be stored is told as such, and the answer is marked when the database is back", async () => {
  await open({ savePatienceMs: 1_000 });
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=30]");
  await turn.until(({ text }) => text !== "");
  await proxy.cut();
  const { message, problem } = await turn.done();
  expect(message).toMatchObject({ status: "broken_off", content: turn.text, error: { code: "database_unavailable" } });
  expect(problem).toMatchObject({ code: "database_unavailable", status: 503 });
  await proxy.restore();
  await expect.poll(async () => (await client.get(`/api/conversations/${conversationId}`)).status, { timeout: 10_000 }).toBe(200);
  await expect.poll(async () => (await lastMessage(client, conversationId)).status, { timeout: 10_000 }).toBe("broken_off");
  expect((await say(client, conversationId, "go on")).message.status).toBe("complete");
});

test("a message without a database is refused in words, and taken when it is back", async () => {
  await open();
  await proxy.cut();
  const refused = await client.post(`/api/conversations/${conversationId}/messages`, { content: "hello" });
  expect(refused.status).toBe(503);
  expect(refused.json()).toMatchObject({ code: "database_unavailable" });
  await proxy.restore();
  expect((await say(client, conversationId, "hello")).message.status).toBe("complete");
});

test("another process does not take a turn for dead while the database comes back", async () => {
  await open();
  const other = await startTestApp({ database, runtime: app.runtime });
  const there = new TestClient(other.url, { cookie: client.cookie ?? "" });
  const turn = await Turn.open(client, conversationId, "[demo:slow ms=50 words=150]");
  await turn.until(({ text }) => text !== "");
  await database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  const seen = new Set<string>();
  while (turn.events.at(-1)?.type !== "done") {
    const answer = await there.get(`/api/conversations/${conversationId}`);
    if (answer.status === 200) {
      seen.add((await lastMessage(there, conversationId)).status);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect([...seen].filter((status) => status !== "complete")).toEqual(["streaming"]);
  await other.close();
});

test("a start goes on while Postgres drops all connections, and stays the only one, also with another process that looks after containers", async () => {
  await open();
  const other = await startTestApp({ database, runtime: app.runtime });
  const { id } = await createAgent(client);
  const conversation = await createConversation(client, id);
  app.runtime.faults.readyAfterMs = 3_000;
  const turn = await Turn.open(client, conversation, "hello");
  await turn.until(({ stages }) => stages.includes("waiting"));
  await database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  while (turn.events.at(-1)?.type !== "done") {
    await other.nest.get(ReconcilerService, { strict: false }).reconcile();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect((await turn.done()).message.status).toBe("complete");
  expect(app.runtime.of(id).startCount).toBe(1);
  await other.close();
});

test("an engine that is away is logged once, and once more when it is back", async () => {
  await open();
  const reconciler = app.nest.get(ReconcilerService, { strict: false });
  app.runtime.faults.isReachable = false;
  for (let pass = 0; pass < 5; pass += 1) {
    await reconciler.reconcile();
  }
  expect(logger.warnings.filter((warning) => warning.includes("the engine can't be reached"))).toHaveLength(1);
  app.runtime.faults.isReachable = true;
  await reconciler.reconcile();
  app.runtime.faults.isReachable = false;
  await reconciler.reconcile();
  expect(logger.warnings.filter((warning) => warning.includes("the engine can't be reached"))).toHaveLength(2);
  app.runtime.faults.isReachable = true;
});

test("a database that is away is logged once by each who looks after something, and all recover by themselves", async () => {
  await open();
  const reconciler = app.nest.get(ReconcilerService, { strict: false });
  await proxy.cut();
  for (let pass = 0; pass < 3; pass += 1) {
    await reconciler.reconcile();
  }
  expect(
    logger.warnings.filter(
      (warning) => warning.includes("the database can't be reached") && warning.startsWith("looking after containers"),
    ),
  ).toHaveLength(1);
  await app.runtime.removeBehindOurBack(agentId);
  await proxy.restore();
  // Nobody takes another's place before all have had the time to take theirs again; then the next pass does.
  await expect
    .poll(
      async () => {
        await reconciler.reconcile();
        return (await agentOf(client, agentId)).status;
      },
      { timeout: 10_000 },
    )
    .toBe("stopped");
});
