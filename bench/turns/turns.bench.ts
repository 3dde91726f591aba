// What a turn costs Mosaic, beside the same turn sent straight to the same stub gateway, in one run:
//   alone   turns of 30 words, one after the other: first text, processor time, commits and rows written
//   crowd   many turns begun at a steady rate by many people: when each has its first text
// Mosaic is a process of its own, with the real Postgres; what is lent to it is the engine, whose gateways are stubs that answer at once.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { expect, test } from "vitest";
import { createAgent, createConversation, say, Turn } from "../../apps/api/test/harness/chat.js";
import { InMemoryEngine } from "../../apps/api/test/harness/in-memory-runtime.js";
import { serveEngine, type RemoteEngine } from "../../apps/api/test/harness/remote-engine.js";
import { memberOf } from "../../apps/api/test/harness/test-app.js";
import type { TestClient } from "../../apps/api/test/harness/test-client.js";
import { createTestDatabase, type TestDatabase } from "../../apps/api/test/harness/test-database.js";

const entry = fileURLToPath(new URL("../../apps/api/test/harness/mosaic-process.mjs", import.meta.url));
const turnCount = Number(process.env["TURNS"] ?? 200);
const crowdSize = Number(process.env["CROWD"] ?? 1_000);
const perSecond = Number(process.env["RATE"] ?? 100);
const question = Array.from({ length: 30 }, (_, index) => `word${index}`).join(" ");
/** Of the kernel's clock, in which /proc counts. */
const tickMs = 10;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ms`;
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
const median = (values: readonly number[]): number => quantile(values, 0.5);

interface House {
  readonly url: string;
  readonly database: TestDatabase;
  readonly engine: InMemoryEngine;
  readonly child: ChildProcess;
  close(): Promise<void>;
}

interface Talk {
  readonly client: TestClient;
  readonly agentId: string;
  readonly conversationId: string;
}

test("turns", async () => {
  const house = await open();
  try {
    const talk = await talkOf(house, "ann");
    await alone(house, talk);
    expect(await crowd(house)).toEqual([]);
  } finally {
    await house.close();
  }
});

async function open(): Promise<House> {
  const database = await createTestDatabase();
  const engine = new InMemoryEngine();
  const remote: RemoteEngine = await serveEngine(engine);
  const port = await freePort();
  const child = fork(entry, {
    silent: true,
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: database.url,
      MOSAIC_SECRET_KEY: "test-secret-key-0123456789-abcdefghijklmnop",
      MOSAIC_RUNTIME: "docker",
      PORT: String(port),
      MOSAIC_INTERNAL_PORT: String(await freePort()),
      LOG_LEVEL: "error",
      ENGINE_URL: remote.url,
    },
  });
  child.stderr?.pipe(process.stderr);
  child.stdout?.resume();
  await once(child, "message");
  return {
    url: `http://127.0.0.1:${port}`,
    database,
    engine,
    child,
    close: async () => {
      child.kill("SIGKILL");
      await engine.close();
      await remote.close();
      await database.drop();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** With an agent that runs already. */
async function talkOf(house: House, name: string): Promise<Talk> {
  const client = await memberOf(house.url, house.database, name);
  const { id: agentId } = await createAgent(client);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "hello");
  return { client, agentId, conversationId };
}

/** Milliseconds until the first text, and until the end. */
async function throughMosaic({ client, conversationId }: Talk): Promise<{ firstMs: number; wholeMs: number }> {
  const startedAt = performance.now();
  const turn = await Turn.open(client, conversationId, question);
  let firstMs: number | undefined;
  const watch = setInterval(() => {
    if (firstMs === undefined && turn.text !== "") {
      firstMs = performance.now() - startedAt;
    }
  }, 1);
  const { message } = await turn.done();
  clearInterval(watch);
  if (message.status !== "complete") {
    throw new Error(`A turn ended as ${message.status}: ${JSON.stringify(message.error)}`);
  }
  const wholeMs = performance.now() - startedAt;
  return { firstMs: firstMs ?? wholeMs, wholeMs };
}

async function bare({ engine }: House, { agentId }: Talk, session: string): Promise<number> {
  const { port } = engine.gatewayOf(agentId);
  const token = deriveGatewayToken(engine.of(agentId).token ?? "");
  const startedAt = performance.now();
  const body = JSON.stringify({ model: "openclaw/main", stream: true, messages: [{ role: "user", content: question }] });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "x-openclaw-session-key": session };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path: "/v1/chat/completions", method: "POST", headers }, (response) => {
      let first: number | undefined;
      response.on("data", (chunk: Buffer) => {
        first ??= /"content":"[^"]/.test(chunk.toString()) ? performance.now() - startedAt : undefined;
      });
      response.on("end", () => (first === undefined ? reject(new Error("the stub answered without text")) : resolve(first)));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function cpuMs({ child }: House): Promise<number> {
  const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Postgres counts with a delay of up to a second. */
async function written({ database }: House): Promise<{ commits: number; inserts: number; updates: number; deletes: number }> {
  await sleep(1_500);
  const [counts] = await database.query<{ commits: number; inserts: number; updates: number; deletes: number }>(
    `SELECT xact_commit::int AS commits, tup_inserted::int AS inserts, tup_updated::int AS updates, tup_deleted::int AS deletes
     FROM pg_stat_database WHERE datname = current_database()`,
  );
  return counts ?? { commits: 0, inserts: 0, updates: 0, deletes: 0 };
}

async function alone(house: House, talk: Talk): Promise<void> {
  for (let index = 0; index < 20; index += 1) {
    await throughMosaic(talk);
  }
  const restedMs = await idleCpuMs(house);
  const before = { cpu: await cpuMs(house), rows: await written(house) };
  const startedAt = performance.now();
  const firsts: number[] = [];
  const wholes: number[] = [];
  const bares: number[] = [];
  for (let index = 0; index < turnCount; index += 1) {
    const { firstMs, wholeMs } = await throughMosaic(talk);
    firsts.push(firstMs);
    wholes.push(wholeMs);
    bares.push(await bare(house, talk, `bench-${index}`));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = (await cpuMs(house)) - before.cpu - restedMs * (seconds + 1.5);
  const after = await written(house);
  print(`\n${turnCount} turns of 30 words, one after the other, each beside a bare one`);
  print(
    `  first text    through Mosaic ${ms(median(firsts))}   bare ${ms(median(bares))}   ratio ${(median(firsts) / median(bares)).toFixed(1)}`,
  );
  print(`  whole answer  through Mosaic ${ms(median(wholes))}`);
  print(`  a turn takes  ${(cpu / turnCount).toFixed(1).padStart(6)} ms of Mosaic's processor time`);
  for (const kind of ["commits", "inserts", "updates", "deletes"] as const) {
    print(`                ${((after[kind] - before.rows[kind]) / turnCount).toFixed(1).padStart(6)} ${kind}`);
  }
}

/** What Mosaic takes a second while nobody asks for anything. */
async function idleCpuMs(house: House): Promise<number> {
  const before = await cpuMs(house);
  await sleep(5_000);
  return ((await cpuMs(house)) - before) / 5;
}

/** What went wrong. */
async function crowd(house: House): Promise<string[]> {
  // One person may have five answers under way.
  const people = Math.ceil(crowdSize / 5);
  const talks: Talk[] = [];
  for (let person = 0; person < people; person += 1) {
    const first = await talkOf(house, `person${person}`);
    talks.push(first);
    for (let more = 1; more < 5; more += 1) {
      talks.push({ ...first, conversationId: await createConversation(first.client, first.agentId) });
    }
  }
  const startedAt = performance.now();
  const turns = talks.slice(0, crowdSize).map(async (talk, index) => {
    await sleep(Math.max(0, startedAt + (index * 1_000) / perSecond - performance.now()));
    return throughMosaic(talk);
  });
  const settled = await Promise.allSettled(turns);
  const firsts = settled.flatMap((result) => (result.status === "fulfilled" ? [result.value.firstMs] : []));
  const faults = settled.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
  print(`\n${crowdSize} turns of ${people} people, begun at ${perSecond} a second`);
  print(`  first text    median ${ms(median(firsts))}   p95 ${ms(quantile(firsts, 0.95))}   worst ${ms(Math.max(...firsts))}`);
  print(`  within 500 ms ${firsts.filter((first) => first <= 500).length} of ${crowdSize}; failed ${faults.length}`);
  return faults;
}
