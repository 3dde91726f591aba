// What a turn costs Mosaic, beside the same turn sent straight to the same stub gateway, in one run:
//   alone   turns of 30 words, one after the other: first text, processor time, rows written
//   asked   the same, with all that Postgres is asked noted on the way: statements and commits before the gateway has the message, and in all
//   crowd   many turns begun at a steady rate by many people: when each has its first text
// With STATEMENTS=1 the statements of one turn are printed; PROFILE names a folder for a profile of Mosaic's processor time.
// Mosaic is a process of its own, with the real Postgres; what is lent to it is the engine, whose gateways are stubs that answer at once.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { freePort } from "@mosaic/testing/free-port";
import { expect, test } from "vitest";
import { createAgent, createConversation, say } from "../../apps/api/test/harness/chat.js";
import { InMemoryEngine } from "../../apps/api/test/harness/in-memory-runtime.js";
import { serveEngine, type RemoteEngine } from "../../apps/api/test/harness/remote-engine.js";
import { memberOf } from "../../apps/api/test/harness/test-app.js";
import { TestClient } from "../../apps/api/test/harness/test-client.js";
import { createTestDatabase, type TestDatabase } from "../../apps/api/test/harness/test-database.js";
import { bareTurn } from "../bare-turn.js";
import { listenTo, type Asked } from "../../apps/api/test/harness/asked-statements.js";

const entry = fileURLToPath(new URL("../../apps/api/test/harness/mosaic-process.mjs", import.meta.url));
const turnCount = Number(process.env["TURNS"] ?? 200);
const crowdSize = Number(process.env["CROWD"] ?? 1_000);
const perSecond = Number(process.env["RATE"] ?? 100);
const question = Array.from({ length: 30 }, (_, index) => `word${index}`).join(" ");
const askedTurns = 30;
const profileFolder = process.env["PROFILE"];
const profileFlags = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
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
  readonly remote: RemoteEngine;
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
    await asked(house, talk);
    expect(await crowd(house)).toEqual([]);
  } finally {
    await house.close();
  }
});

async function open(): Promise<House> {
  const database = await createTestDatabase();
  const engine = new InMemoryEngine();
  const remote: RemoteEngine = await serveEngine(engine);
  const { url, child } = await startMosaic(remote, database.url, profileFlags);
  return {
    url,
    database,
    engine,
    remote,
    child,
    close: async () => {
      // A profile is written by a process that ends by itself.
      child.kill(profileFlags.length === 0 ? "SIGKILL" : "SIGTERM");
      await once(child, "exit");
      await engine.close();
      await remote.close();
      await database.drop();
    },
  };
}

async function startMosaic(
  remote: RemoteEngine,
  databaseUrl: string,
  execArgv: string[] = [],
): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const child = fork(entry, {
    silent: true,
    execArgv,
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: databaseUrl,
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
  return { url: `http://127.0.0.1:${port}`, child };
}

/** With an agent that runs already. */
async function talkOf(house: House, name: string): Promise<Talk> {
  const client = await memberOf(house.url, house.database, name);
  const { id: agentId } = await createAgent(client);
  const conversationId = await createConversation(client, agentId);
  await say(client, conversationId, "hello");
  return { client, agentId, conversationId };
}

const connections = new Agent({ keepAlive: true });

/** Milliseconds until the first text, and until the end. A reader that takes little of the processor itself: the two share it. */
async function throughMosaic({ client, conversationId }: Talk): Promise<{ firstMs: number; wholeMs: number }> {
  const startedAt = performance.now();
  const headers = { "content-type": "application/json", origin: client.baseUrl, cookie: client.cookie ?? "" };
  const url = `${client.baseUrl}/api/conversations/${conversationId}/messages`;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: connections, method: "POST", headers }, (response) => {
      let text = "";
      let firstMs: number | undefined;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        if (firstMs === undefined && text.includes("event: delta")) {
          firstMs = performance.now() - startedAt;
        }
      });
      response.on("error", reject);
      response.on("end", () => {
        const fault = faultOf(response.statusCode, text);
        const wholeMs = performance.now() - startedAt;
        return fault === null ? resolve({ firstMs: firstMs ?? wholeMs, wholeMs }) : reject(new Error(fault));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify({ content: question }));
  });
}

function faultOf(status: number | undefined, text: string): string | null {
  if (status !== 200) {
    return `A turn was refused with ${status}: ${(JSON.parse(text) as { detail?: string }).detail}`;
  }
  const done = /^event: done\ndata: (.*)$/m.exec(text)?.[1];
  if (done === undefined) {
    return "A stream broke off.";
  }
  const { message } = JSON.parse(done) as { message: { status: string; error: unknown } };
  return message.status === "complete" ? null : `A turn ended as ${message.status}: ${JSON.stringify(message.error)}`;
}

async function bare({ engine }: House, { agentId }: Talk, conversationId: string): Promise<number> {
  const { port } = engine.gatewayOf(agentId);
  const token = deriveGatewayToken(engine.of(agentId).token ?? "");
  return bareTurn({ host: "127.0.0.1", port, token }, conversationId, question);
}

async function cpuMs({ child }: House): Promise<number> {
  const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

const kinds = ["commits", "inserts", "updates", "deletes"] as const;
type Written = Readonly<Record<(typeof kinds)[number], number>>;

/** A connection that has nothing to do tells Postgres what it has counted ten seconds later. */
async function written({ database }: House): Promise<Written> {
  await sleep(11_000);
  const [counts] = await database.query<Written>(
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
  const rowsBefore = await written(house);
  const cpuBefore = await cpuMs(house);
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
  const cpu = (await cpuMs(house)) - cpuBefore - restedMs * seconds;
  const after = await written(house);
  print(`\n${turnCount} turns of 30 words, one after the other, each beside a bare one`);
  print(
    `  first text    through Mosaic ${ms(median(firsts))}   bare ${ms(median(bares))}   ratio ${(median(firsts) / median(bares)).toFixed(1)}`,
  );
  print(`  whole answer  through Mosaic ${ms(median(wholes))}`);
  print(`  a turn takes  ${(cpu / turnCount).toFixed(1).padStart(6)} ms of Mosaic's processor time`);
  for (const kind of kinds) {
    print(`                ${((after[kind] - rowsBefore[kind]) / turnCount).toFixed(1).padStart(6)} ${kind}`);
  }
}

/** A second Mosaic, with one who listens between it and Postgres: its times mean nothing. */
async function asked(house: House, talk: Talk): Promise<void> {
  const listener = await listenTo(house.database.url);
  const { url, child } = await startMosaic(house.remote, listener.url);
  try {
    const { cookie, userId } = talk.client;
    const client = new TestClient(url, { cookie: cookie ?? "", userId: userId ?? "" });
    const gateway = house.engine.gatewayOf(talk.agentId);
    let takenAtMs = 0;
    gateway.setBehaviour(() => {
      takenAtMs = performance.now();
      return undefined;
    });
    const counts: { before: Counted; all: Counted }[] = [];
    let last: readonly Asked[] = [];
    for (let index = 0; index < askedTurns; index += 1) {
      const from = listener.asked.length;
      await throughMosaic({ ...talk, client });
      // What is still written when the reader has everything belongs to the turn.
      await sleep(50);
      last = listener.asked.slice(from);
      counts.push({ before: counted(last.filter(({ atMs }) => atMs <= takenAtMs)), all: counted(last) });
    }
    gateway.setBehaviour(null);
    print(`\n${askedTurns} turns of 30 words, one after the other: what Postgres is asked, median`);
    for (const [when, words] of [
      ["before", "until the gateway has the message"],
      ["all", "in all"],
    ] as const) {
      const of = (kind: keyof Counted): number => median(counts.map((count) => count[when][kind]));
      print(`  ${words.padEnd(34)} ${of("commits")} commits   ${of("statements")} statements`);
    }
    if (process.env["STATEMENTS"] !== undefined) {
      last.forEach(({ text, atMs }) => print(`  ${atMs <= takenAtMs ? "before" : "after "} ${text.replaceAll(/\s+/g, " ").slice(0, 300)}`));
    }
  } finally {
    child.kill("SIGKILL");
    await listener.close();
  }
}

interface Counted {
  readonly commits: number;
  /** Without those that only begin and end transactions. */
  readonly statements: number;
}

function counted(statements: readonly Asked[]): Counted {
  return {
    commits: statements.filter(({ isCommit }) => isCommit).length,
    statements: statements.filter(({ isControl }) => !isControl).length,
  };
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
  return [...Map.groupBy(faults, (fault) => fault)].map(([fault, all]) => `${all.length} × ${fault}`);
}
