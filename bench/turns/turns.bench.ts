// What a turn costs Mosaic, beside the same turn sent straight to the same stub gateway, in one run:
//   alone   turns of 30 words, one after the other: first text, processor time, rows written
//   asked   the same, with all that Postgres is asked noted on the way: statements and commits before the gateway has the message, and in all
//   crowd   many turns begun at a steady rate by many people: when each has its first text
// With STATEMENTS=1 the statements of one turn are printed; PROFILE names a folder for a profile of Mosaic's processor time.
// Mosaic is a process of its own, with the real Postgres; what is lent to it is the engine, whose gateways are stubs that answer at once.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { expect, test } from "vitest";
import type { Asked } from "../../apps/api/test/harness/asked-statements.js";
import { createConversation } from "../../apps/api/test/harness/chat.js";
import { TestClient } from "../../apps/api/test/harness/test-client.js";
import { bareTurn } from "../bare-turn.js";
import { median, ms, print, quantile } from "./figures.js";
import { askedByTurns, counted, cpuMsOf, openHouse, talkOf, type Counted, type House, type Talk } from "./house.js";

const turnCount = Number(process.env["TURNS"] ?? 200);
const crowdSize = Number(process.env["CROWD"] ?? 1_000);
const perSecond = Number(process.env["RATE"] ?? 100);
const question = Array.from({ length: 30 }, (_, index) => `word${index}`).join(" ");
const askedTurns = 30;

test("turns", async () => {
  const house = await openHouse();
  try {
    const talk = await talkOf(house, "ann");
    await alone(house, talk);
    await asked(house, talk);
    expect(await crowd(house)).toEqual([]);
  } finally {
    await house.close();
  }
});

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

const cpuMs = async ({ child }: House): Promise<number> => cpuMsOf(child.pid ?? 0);

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

async function asked(house: House, talk: Talk): Promise<void> {
  const { cookie, userId } = talk.client;
  const { turns } = await askedByTurns(house, house.engine.gatewayOf(talk.agentId), { count: askedTurns }, async (url) => {
    const client = new TestClient(url, { cookie: cookie ?? "", userId: userId ?? "" });
    await throughMosaic({ ...talk, client });
  });
  const counts = turns.map((turn) => ({
    before: counted(turn.asked.filter(({ atMs }) => atMs <= turn.takenAtMs)),
    all: counted(turn.asked),
  }));
  print(`\n${askedTurns} turns of 30 words, one after the other: what Postgres is asked, median`);
  for (const [when, words] of [
    ["before", "until the gateway has the message"],
    ["all", "in all"],
  ] as const) {
    const of = (kind: keyof Counted): number => median(counts.map((count) => count[when][kind]));
    print(`  ${words.padEnd(34)} ${of("commits")} commits   ${of("statements")} statements`);
  }
  const last = turns.at(-1);
  if (process.env["STATEMENTS"] !== undefined && last !== undefined) {
    last.asked.forEach((one) => print(`  ${one.atMs <= last.takenAtMs ? "before" : "after "} ${shown(one)}`));
  }
}

const shown = ({ text }: Asked): string => text.replaceAll(/\s+/g, " ").slice(0, 300);

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
