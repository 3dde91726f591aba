import { randomUUIDv7 } from "node:crypto";
import { request } from "node:http";
import type { Bundle } from "@mosaic/contracts/agent-config";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { AgentConfigService } from "../src/modules/agent-config/agent-config.service.js";
import { BundleWaitService } from "../src/modules/agent-config/bundle-wait.service.js";
import { hashToken, newToken } from "../src/modules/crypto/tokens.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let providerId: string;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.member("ann");
  const provider = { kind: "openai-compatible", name: "Mine", baseUrl: "https://llm.example/v1", apiKey: "sk-x", models: [{ id: "m-1" }] };
  providerId = (await ann.post("/api/providers", provider)).json<{ id: string }>().id;
});

afterAll(async () => {
  await app.close();
});

// A test that fails must not leave its spies to the next.
afterEach(() => vi.restoreAllMocks());

interface Agent {
  readonly id: string;
  readonly token: string;
}

async function runningAgent(name: string): Promise<Agent> {
  const id = (await ann.post("/api/agents", { name, model: { providerId, model: "m-1" } })).json<{ id: string }>().id;
  const token = newToken();
  await app.database.query(
    "INSERT INTO agent_containers (agent_id, name, status, token_encrypted, token_hash, endpoint_host, endpoint_port) VALUES ($1, $2, 'running', 'enc:', $3, '127.0.0.1', 1)",
    [id, `mosaic-${randomUUIDv7()}`, Buffer.from(hashToken(token))],
  );
  return { id, token };
}

async function ask({ id, token }: Agent, query: string): Promise<Response> {
  return fetch(`${app.internalUrl}/api/internal/agent-config/${id}/bundle${query}`, { headers: { authorization: `Bearer ${token}` } });
}

async function generationOf(agent: Agent): Promise<string> {
  return ((await (await ask(agent, "")).json()) as Bundle).generation;
}

function waiting(): number {
  return app.nest.get(BundleWaitService, { strict: false }).waitingCount;
}

/** How many renderings ran, and how many at once at most. */
function countRenders(): { readonly total: () => number; readonly most: () => number } {
  const service = app.nest.get(AgentConfigService, { strict: false });
  const render = service.render.bind(service);
  let [now, most, total] = [0, 0, 0];
  vi.spyOn(service, "render").mockImplementation(async (caller) => {
    total++;
    most = Math.max(most, ++now);
    return render(caller).finally(() => now--);
  });
  return { total: () => total, most: () => most };
}

test("a container waits once: a newer request ends the older with nothing new", async () => {
  const agent = await runningAgent("Robin");
  const generation = await generationOf(agent);
  const older = ask(agent, `?after=${generation}&waitSeconds=30`);
  await expect.poll(waiting).toBe(1);
  const newer = ask(agent, `?after=${generation}&waitSeconds=30`);
  expect((await older).status).toBe(204);
  expect(waiting()).toBe(1);
  expect((await ann.patch(`/api/agents/${agent.id}`, { personality: "Changed." })).status).toBe(200);
  expect(await (await newer).text()).toContain("Changed.");
  expect(waiting()).toBe(0);
});

test("500 requests of one container at once are few renderings, and a change of its owner is one", async () => {
  const agent = await runningAgent("Crowd");
  const generation = await generationOf(agent);
  const renders = countRenders();
  const crowd = Promise.all(Array.from({ length: 500 }, async () => (await ask(agent, `?after=${generation}&waitSeconds=30`)).status));
  const fetched = await Promise.all(Array.from({ length: 50 }, async () => (await ask(agent, "")).status));
  expect(new Set(fetched)).toEqual(new Set([200]));
  await expect.poll(waiting).toBe(1);
  const before = renders.total();
  expect((await ann.patch(`/api/agents/${agent.id}`, { personality: "Changed again." })).status).toBe(200);
  const statuses = await crowd;
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
  expect(statuses.filter((status) => status !== 200 && status !== 204)).toEqual([]);
  expect([renders.most(), renders.total() - before]).toEqual([1, 1]);
  expect(before).toBeLessThan(300);
});

test("a change that concerns everybody renders a few at a time", async () => {
  const agents = await Promise.all(Array.from({ length: 12 }, async (_, index) => runningAgent(`Many ${index}`)));
  const generations = await Promise.all(agents.map(generationOf));
  const answers = agents.map((agent, index) => ask(agent, `?after=${generations[index] ?? ""}&waitSeconds=30`));
  await expect.poll(waiting).toBe(agents.length);
  const renders = countRenders();
  await app.database.query("UPDATE agents SET personality = 'New for all.' WHERE name LIKE 'Many %'");
  await app.database.query("SELECT pg_notify('mosaic_agent_config', '*')");
  const bodies = await Promise.all(answers.map(async (answer) => (await answer).text()));
  expect(bodies.every((body) => body.includes("New for all."))).toBe(true);
  expect(renders.most()).toBeLessThanOrEqual(3);
  // Fewer where a request that waits was still looking for the first time.
  expect(renders.total()).toBeGreaterThan(3);
  expect(renders.total()).toBeLessThanOrEqual(agents.length);
});

test("a request that waits asks Postgres nothing meanwhile", async () => {
  const agent = await runningAgent("Quiet");
  const pending = ask(agent, `?after=${await generationOf(agent)}&waitSeconds=2`);
  await expect.poll(waiting).toBe(1);
  const query = vi.spyOn(Client.prototype, "query");
  expect((await pending).status).toBe(204);
  const asked = query.mock.calls.map(([statement]: unknown[]) => JSON.stringify(statement)).filter((text) => text.includes("agents"));
  expect(asked.filter((text) => text.includes(agent.id))).toEqual([]);
});

test("an agent's address that opens connections and sends requests without end is held to its share, and its owner's page answers", async () => {
  const agent = await runningAgent("Rogue");
  const { hostname, port } = new URL(app.internalUrl);
  const headers = { authorization: `Bearer ${agent.token}` };
  const outcomes = await Promise.all(
    Array.from(
      { length: 300 },
      async () =>
        new Promise<string>((resolve) => {
          const path = `/api/internal/agent-config/${agent.id}/bundle?after=none`;
          request({ host: hostname, port, path, headers, localAddress: "127.0.0.9", agent: false }, (response) => {
            response.resume().once("close", () => resolve(String(response.statusCode)));
          })
            .once("error", () => resolve("cut"))
            .end();
        }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome === "200").length).toBeGreaterThan(0);
  expect(outcomes.filter((outcome) => outcome === "cut").length).toBeGreaterThan(0);
  expect((await ann.get("/api/auth/me")).status).toBe(200);
});
