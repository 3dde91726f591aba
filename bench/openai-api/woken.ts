import { setTimeout as sleep } from "node:timers/promises";
import { agentOf } from "../../apps/api/test/harness/chat.js";
import { median, print, quantile } from "../turns/figures.js";
import type { House } from "../turns/house.js";
import { goal } from "./goals.js";
import { faultsIn, startLoad } from "./load-process.js";
import type { LoadResult } from "./load.js";
import { programmerOf, type Programmer } from "./programs.js";

const rounds = Number(process.env["WOKEN"] ?? 20);
/** Far more than what is measured, so that nobody can wait for it unseen. */
const bootMs = 500;

/** What went wrong. */
export async function woken(house: House): Promise<string[]> {
  const person = await programmerOf(house, "sleeper");
  house.engine.faults.readyAfterMs = bootMs;
  const load = startLoad();
  try {
    const results: LoadResult[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      await putToSleep(person);
      // The demo model's own words: a gateway that has just started was told nothing else to say.
      const job = { form: "chat", callers: [person.program("woken")], streamsEach: 1, beginEveryMs: 0, lastWord: "I was sent" } as const;
      results.push(await load.run(job));
    }
    const streams = results.slice(1).flatMap((result) => result.streams);
    const firstBytes = streams.map(({ firstByteMs }) => firstByteMs);
    print(`\n${rounds} streams that wake their agent, which takes ${bootMs} ms to start here, one after the other`);
    print(
      `  first byte               median ${goal("", median(firstBytes), { atMost: 50 }, " ms")}   worst ${quantile(firstBytes, 1).toFixed(1)} ms`,
    );
    print(`  first text               median ${median(streams.map(({ firstTextMs }) => firstTextMs)).toFixed(0)} ms`);
    return faultsIn(results);
  } finally {
    house.engine.faults.readyAfterMs = 0;
    await load.close();
  }
}

async function putToSleep({ client, agentId }: Programmer): Promise<void> {
  await client.post(`/api/agents/${agentId}/stop`, {});
  while ((await agentOf(client, agentId)).status !== "stopped") {
    await sleep(50);
  }
}
