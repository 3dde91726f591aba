import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { print } from "../turns/figures.js";
import type { House } from "../turns/house.js";
import { goal } from "./goals.js";
import { faultsIn, startLoad } from "./load-process.js";
import type { StreamCaller } from "./load.js";
import { lastWordOf, programmerOf, setAnswer, type Answer, type Programmer } from "./programs.js";

const streams = Number(process.env["SLOW"] ?? 1_000);
const perSecond = Number(process.env["SLOW_RATE"] ?? 100);
/** One person has at most so many answers at once. */
const perPerson = 5;
const beginnersAtOnce = 6;
/** Has the code compiled that is measured. Few, so that what many take is not taken before it is measured. */
const warmers = 50;
const quick: Answer = { words: 20, wordMs: 10, beginMs: 10 };
/** The last of them has begun before the first ends, and then they go on for a while. */
const slow: Answer = { words: Math.ceil(streams / perSecond) + 10, wordMs: 1_000, beginMs: 10 };
const restMs = 6_000;

interface Look {
  readonly rssBytes: number;
  /** What is still held when the garbage is collected. */
  readonly heldBytes: number;
  readonly loop: { readonly medianMs: number; readonly p99Ms: number; readonly worstMs: number };
}

const probe = new URL("./loop-probe.mjs", import.meta.url).href;

/** What went wrong. */
export async function slowStreams(house: House): Promise<string[]> {
  const people = await peopleOf(house, Math.ceil(streams / perPerson));
  // What the people's agents took to start is not to be taken for the streams'.
  await house.restart(["--expose-gc", `--import=${probe}`]);
  const load = startLoad();
  const callersOf = ({ program }: Programmer, person: number): StreamCaller[] =>
    Array.from({ length: perPerson }, (_, at) => ({ ...program(`slow${at}`), address: addressOf(person) }));
  const all = people.flatMap(callersOf);
  const jobOf = (answer: Answer, count: number) => {
    people.forEach(({ gateway }) => setAnswer(gateway, answer));
    const callers = all.slice(0, count);
    return { form: "chat", callers, streamsEach: 1, beginEveryMs: 1_000 / perSecond, lastWord: lastWordOf(answer) } as const;
  };
  try {
    const warm = await load.run({ ...jobOf(quick, warmers), streamsEach: 4 });
    await sleep(restMs);
    const before = await look(house.child);
    const open = Promise.withResolvers<void>();
    const running = load.run(jobOf(slow, streams), open.resolve);
    await Promise.race([open.promise, running]);
    const begun = await look(house.child);
    await sleep(restMs);
    const during = await look(house.child);
    const result = await running;
    await sleep(restMs);
    const after = await look(house.child);
    const whole = result.streams.length;
    print(
      `\n${streams} streams of ${people.length} people at once, one token a second, begun at ${perSecond} a second, through one process`,
    );
    print(`  whole to their end       ${whole} of ${streams}   ${goal("dropped", streams - whole, { atMost: 0 }, "")}`);
    const kb = (bytes: number): number => bytes / 1_000 / streams;
    const most = Math.max(begun.rssBytes, during.rssBytes);
    const held = Math.max(begun.heldBytes, during.heldBytes);
    print(`  memory a stream          ${goal("of the process", kb(most - before.rssBytes), { atMost: 100 }, " kB")}`);
    print(`                           ${goal("held after a collection", kb(held - before.heldBytes), { atMost: 100 }, " kB")}`);
    for (const [name, { rssBytes, heldBytes }] of Object.entries({ before, begun, during, after })) {
      print(`    ${name.padEnd(22)} ${mb(rssBytes)} of the process   ${mb(heldBytes)} held`);
    }
    print(`  held ${restMs / 1_000} s after           ${goal("what was before", after.heldBytes / before.heldBytes, { atMost: 1.1 })}`);
    print(`  event loop held up       ${loopOf(begun)} while they begin`);
    print(`                           ${loopOf(during)} while they run`);
    return faultsIn([warm, result]);
  } finally {
    await load.close();
  }
}

/** People are not all at one address, of which Mosaic takes only so many connections at once. */
const addressOf = (person: number): string => `127.0.${1 + Math.floor(person / 250)}.${1 + (person % 250)}`;

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB`;

function loopOf({ loop: { medianMs, p99Ms, worstMs } }: Look): string {
  return `median ${medianMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, worst ${worstMs.toFixed(1)} ms`;
}

async function peopleOf(house: House, count: number): Promise<Programmer[]> {
  const people: Programmer[] = [];
  let begun = 0;
  const begin = async (): Promise<void> => {
    while (begun < count) {
      people.push(await programmerOf(house, `slow${(begun += 1)}`));
    }
  };
  await Promise.all(Array.from({ length: beginnersAtOnce }, begin));
  return people;
}

async function look(child: ChildProcess): Promise<Look> {
  const [loop, heldBytes] = await new Promise<[Look["loop"], number]>((resolve) => {
    const said: { loop?: Look["loop"]; held?: number } = {};
    const onMessage = (message: number | { loop: Look["loop"] }): void => {
      if (typeof message === "number") {
        said.held = message;
      } else {
        said.loop = message.loop;
      }
      if (said.loop !== undefined && said.held !== undefined) {
        child.off("message", onMessage);
        resolve([said.loop, said.held]);
      }
    };
    child.on("message", onMessage);
    child.send("look");
  });
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  return { rssBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024, heldBytes, loop };
}
