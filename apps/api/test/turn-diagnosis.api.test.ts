import { startOddProvider, type OddProvider } from "@mosaic/testing/odd-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAgent, createConversation, say, Turn } from "./harness/chat.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let client: TestClient;
let odd: OddProvider;

beforeAll(async () => {
  app = await startTestApp();
  client = await app.member("ann");
  await (await app.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
  odd = await startOddProvider();
});

afterAll(async () => {
  await odd?.close();
  await app?.close();
});

async function report(agentId: string, body: object): Promise<void> {
  const token = app.runtime.of(agentId).token ?? "";
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${app.internalUrl}/api/internal/agent-config/${agentId}/status`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBeLessThan(300);
}

test("the words that a gateway keeps to itself come out of its log, and an end that only looks like a fault is none", async () => {
  const { id: agentId } = await createAgent(client);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "wake up");
  const gateway = app.runtime.gatewayOf(agentId);
  gateway.setBehaviour(() => ({ kind: "fail", status: 500 }));
  const before = gateway.lastRunId;
  const turn = await Turn.open(client, conversationId, "hello");
  await expect.poll(() => gateway.lastRunId).not.toBe(before);
  const runId = gateway.lastRunId ?? "";
  const line = `embedded run agent end: runId=${runId} isError=true model=m provider=p error=x rawError=500 Worker 3 of pool blue has gone away`;
  await report(agentId, { phase: "turn_failed", runId, detail: line });
  const { problem } = await turn.done();
  expect(problem).toMatchObject({ code: "provider_failed", detail: expect.stringContaining("Worker 3 of pool blue has gone away") });
});

test("a model that refuses what agents send is asked what it wants, once, and the same message is answered", async () => {
  const model = "refuses-max-tokens";
  const made = await client.post("/api/providers", {
    kind: "openai-compatible",
    name: "Odd",
    baseUrl: `${odd.url}/v1`,
    apiKey: "sk-odd",
    models: [{ id: model }],
  });
  const { id: providerId } = made.json<{ id: string }>();
  const { id: agentId } = await createAgent(client, { model: { providerId, model } });
  const conversationId = await createConversation(client, agentId);
  const isAskedOtherwise = (): boolean => odd.requests.some(({ body }) => JSON.stringify(body).includes("max_completion_tokens"));
  await say(client, conversationId, "wake up");
  app.runtime
    .gatewayOf(agentId)
    .setBehaviour(() => (isAskedOtherwise() ? undefined : { kind: "fail", status: 400, message: "Bad Request" }));
  const { message } = await say(client, conversationId, "hello again");
  expect(message).toMatchObject({ status: "complete", error: null });
  const [row] = await app.database.query<{ dialect: object; version: number }>(
    `SELECT dialect, version FROM llm_providers WHERE id = '${providerId}'`,
  );
  expect(row).toEqual({ dialect: { models: { [model]: { limitField: "max_completion_tokens" } } }, version: 2 });
});
