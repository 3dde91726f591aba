import { deriveGatewayToken } from "@mosaic/testing/gateway-token";
import { startFakeGateway } from "@mosaic/testing/fake-gateway";
import { mean, median, print } from "../turns/figures.js";
import { askedByTurns, counted, cpuMsOf, type Counted, type House } from "../turns/house.js";
import { goal } from "./goals.js";
import { faultsIn, startLoad, type LoadProcess } from "./load-process.js";
import type { LoadResult, StreamCaller, StreamForm } from "./load.js";
import { behaviourOf, lastWordOf, programmerOf, setAnswer, type Answer, type Programmer } from "./programs.js";
import { startProxies } from "./proxies.js";

const atOnce = 10;
const rounds = Number(process.env["ROUNDS"] ?? 3);
const pacedEach = Number(process.env["STREAMS"] ?? 4);
const askedTurns = 5;

/** As OpenClaw answers on a warm session, with a model of 100 tokens a second. */
const paced: Answer = { words: 64, wordMs: 10, beginMs: 10 };
const unpaced: Answer = { words: 64, wordMs: 0, beginMs: 0 };
const pacedMs = paced.beginMs + paced.words * paced.wordMs;

interface Case {
  readonly answer: Answer;
  readonly each: number;
  /** Between the first streams of two callers: streams that all take the same time stay nearly in step. */
  readonly beginEveryMs: number;
  readonly how: string;
  /** Not all targets. */
  readonly only?: readonly string[];
  readonly hasGoals: boolean;
}

const throughMosaic = ["Mosaic /v1", "Mosaic's page"] as const;
const spread = {
  answer: paced,
  each: pacedEach,
  beginEveryMs: pacedMs / atOnce,
  how: "one every 10 ms after 10 ms; spread evenly",
  hasGoals: true,
};
const inStep = {
  ...spread,
  beginEveryMs: 0,
  how: "the same pace; all begun at the same moment, again and again",
  only: ["nginx", ...throughMosaic],
};
const cases: readonly Case[] = [
  spread,
  inStep,
  { answer: unpaced, each: pacedEach * 6, beginEveryMs: 0, how: "as fast as the gateway can", hasGoals: false },
];

interface Target {
  readonly name: string;
  readonly form: StreamForm;
  readonly callers: readonly StreamCaller[];
  /** What stands between the callers and the gateway. */
  readonly pid: number | null;
}

interface Measured {
  readonly perSecond: number;
  readonly firstByteMs: number;
  readonly firstTextMs: number;
  readonly cpuMs: number | null;
}

/** What went wrong. */
export async function compare(house: House): Promise<string[]> {
  const people = await Promise.all(Array.from({ length: atOnce }, async (_, index) => programmerOf(house, `worker${index}`)));
  const token = deriveGatewayToken("bench");
  const gateway = await startFakeGateway({ token });
  const proxies = await startProxies(gateway.port);
  const load = startLoad();
  const straight = (name: string, port: number, pid: number | null): Target => {
    const caller = {
      url: `http://127.0.0.1:${port}/v1/chat/completions`,
      headers: { authorization: `Bearer ${token}` },
      model: "openclaw",
    };
    return { name, form: "chat", callers: people.map(() => caller), pid };
  };
  const mosaic = house.child.pid ?? 0;
  const targets: readonly Target[] = [
    straight("bare gateway", gateway.port, null),
    straight("nginx", proxies.nginx.port, proxies.nginx.pid),
    straight("configurable-http-proxy", proxies.configurable.port, proxies.configurable.pid),
    { name: "Mosaic /v1", form: "chat", callers: people.map(({ program }) => program("bench")), pid: mosaic },
    { name: "Mosaic's page", form: "page", callers: people.map(({ page }) => page()), pid: mosaic },
  ];
  try {
    const faults: string[] = [];
    for (const one of cases) {
      [gateway, ...people.map((person) => person.gateway)].forEach((each) => setAnswer(each, one.answer));
      const chosen = targets.filter(({ name }) => one.only?.includes(name) ?? true);
      const results = await inTurns(load, chosen, one);
      table(results, one);
      faults.push(...[...results.values()].flatMap(({ fault }) => fault));
    }
    await durability(house, load, people[0]);
    return faults;
  } finally {
    await load.close();
    await proxies.close();
    await gateway.close();
  }
}

interface Rounds {
  readonly measured: readonly Measured[];
  readonly fault: readonly string[];
}

/** The targets take turns, there and back, so that what else the machine does meets all of them. The first round warms up and is not counted. */
async function inTurns(
  load: LoadProcess,
  targets: readonly Target[],
  { answer, each, beginEveryMs }: Case,
): Promise<ReadonlyMap<Target, Rounds>> {
  const results = new Map<Target, Rounds>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const before = target.pid === null ? 0 : await cpuMsOf(target.pid);
      const result = await load.run({ ...target, streamsEach: each, beginEveryMs, lastWord: lastWordOf(answer) });
      const cpuMs = target.pid === null ? null : (await cpuMsOf(target.pid)) - before;
      const known = results.get(target) ?? { measured: [], fault: [] };
      const measured = round === 0 ? known.measured : [...known.measured, measuredOf(result, cpuMs)];
      results.set(target, { measured, fault: [...known.fault, ...faultsIn([result]).map((fault) => `${target.name}: ${fault}`)] });
    }
  }
  return results;
}

function measuredOf({ streams, seconds }: LoadResult, cpuMs: number | null): Measured {
  return {
    perSecond: streams.length / seconds,
    firstByteMs: median(streams.map(({ firstByteMs }) => firstByteMs)),
    firstTextMs: median(streams.map(({ firstTextMs }) => firstTextMs)),
    cpuMs: cpuMs === null ? null : cpuMs / streams.length,
  };
}

function table(results: ReadonlyMap<Target, Rounds>, { answer, each, how, hasGoals }: Case): void {
  const of = (name: string, figure: (measured: Measured) => number | null): number => {
    const [, found] = [...results].find(([target]) => target.name === name) ?? [];
    return median((found?.measured ?? []).map((measured) => figure(measured) ?? Number.NaN));
  };
  print(`\n${answer.words} tokens, ${how}; ${atOnce} streams at once; medians of ${rounds} rounds of ${atOnce * each}, taken in turns`);
  print(`  ${"".padEnd(24)}   streams/s   × nginx   first byte   × nginx   first text   its CPU a stream`);
  for (const { name } of results.keys()) {
    const perSecond = of(name, (one) => one.perSecond);
    const firstByteMs = of(name, (one) => one.firstByteMs);
    const cpuMs = of(name, (one) => one.cpuMs);
    const cells = [
      perSecond.toFixed(1).padStart(9),
      (perSecond / of("nginx", (one) => one.perSecond)).toFixed(2).padStart(7),
      `${firstByteMs.toFixed(1).padStart(7)} ms`,
      (firstByteMs / of("nginx", (one) => one.firstByteMs)).toFixed(2).padStart(7),
      `${of(name, (one) => one.firstTextMs)
        .toFixed(1)
        .padStart(7)} ms`,
      Number.isNaN(cpuMs) ? "" : `${cpuMs.toFixed(2).padStart(13)} ms`,
    ];
    print(`  ${name.padEnd(24)}   ${cells.join("   ")}`);
  }
  for (const name of hasGoals ? throughMosaic : []) {
    const perSecond = of(name, (one) => one.perSecond) / of("nginx", (one) => one.perSecond);
    const firstByte = of(name, (one) => one.firstByteMs) / of("nginx", (one) => one.firstByteMs);
    print(
      `  ${name}: ${goal("nginx's streams a second", perSecond, { atLeast: 0.6 })}; ${goal("nginx's first byte", firstByte, { atMost: 1.5 })}`,
    );
  }
}

/** What it takes that an answer outlives its reader and its process: what Postgres is asked, by a Mosaic of its own whose times mean nothing. */
async function durability(house: House, load: LoadProcess, person: Programmer | undefined): Promise<void> {
  if (person === undefined) {
    return;
  }
  setAnswer(person.gateway, paced);
  print(`\nwhat is kept of an answer of ${paced.words} tokens at that pace: what Postgres is asked a turn, mean of ${askedTurns}`);
  const callers: Readonly<Record<StreamForm, (url: string) => StreamCaller>> = {
    chat: (url) => person.program("bench", url),
    page: person.page,
  };
  for (const [form, name] of [
    ["chat", "Mosaic /v1"],
    ["page", "Mosaic's page"],
  ] as const) {
    const options = { count: askedTurns, behaviour: behaviourOf(paced) };
    const { turns, idle, idleMs } = await askedByTurns(house, person.gateway, options, async (url) => {
      const job = { form, callers: [callers[form](url)], streamsEach: 1, beginEveryMs: 0, lastWord: lastWordOf(paced) };
      return load.run(job);
    });
    // Without what the process asks anyway, in the same time.
    const of = (kind: keyof Counted): string =>
      mean(turns.map(({ asked, tookMs }) => counted(asked)[kind] - (idle[kind] * tookMs) / idleMs)).toFixed(1);
    const before = median(turns.map(({ asked, takenAtMs }) => counted(asked.filter(({ atMs }) => atMs <= takenAtMs)).statements));
    const log = mean(turns.map(({ asked }) => asked.filter(({ text }) => /INSERT INTO turn_events/.test(text)).length));
    const cells = `${of("statements")} statements, ${before} of them before the agent has the message; ${of("commits")} commits; ${log.toFixed(1)} writes to the turn's log`;
    print(`  ${name.padEnd(24)}   ${cells}`);
    if (process.env["STATEMENTS"] !== undefined) {
      turns.at(-1)?.asked.forEach(({ text }) => print(`    ${text.replaceAll(/\s+/g, " ").slice(0, 200)}`));
    }
  }
}
