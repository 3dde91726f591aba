// Nine o'clock in an office: many agents start at once.
//   alone     a few agents, one after the other, each with a new volume
//   crowd     all the others at the same moment
// What is printed as a ratio was measured in one run, so it means the same on a busy machine.
//
//   node bench/crowd.ts [docker|process] [agents in the crowd] [agents alone]
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "../e2e/support/api-client.ts";
import { createWorld, destroyWorld, type Runtime } from "../e2e/support/fixtures.ts";

type Agent = Awaited<ReturnType<ApiClient["setUp"]>>["agent"];

const runtime = (process.argv[2] ?? "docker") as Runtime;
const crowdSize = Number(process.argv[3] ?? 10);
const aloneSize = Number(process.argv[4] ?? 3);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(7)} s`;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** One start: what a first message waits for. */
interface Start {
  /** `null`: it came to nothing. */
  readonly readyMs: number | null;
  readonly fault: string | null;
  readonly places: readonly number[];
}

async function untilReady(client: ApiClient, { id }: Agent): Promise<Start> {
  const startedAt = performance.now();
  const places: number[] = [];
  await client.json("POST", `/api/agents/${id}/start`, {});
  for (;;) {
    const { status, stage, error } = await client.json<Agent>("GET", `/api/agents/${id}`);
    if (stage?.place !== undefined && stage.place !== places.at(-1)) {
      places.push(stage.place);
    }
    if (status !== "starting") {
      const isReady = status === "running";
      return {
        readyMs: isReady ? performance.now() - startedAt : null,
        fault: isReady ? null : `${error?.code}: ${error?.detail}`,
        places,
      };
    }
    await sleep(250);
  }
}

async function stop(client: ApiClient, { id }: Agent): Promise<void> {
  await client.json("POST", `/api/agents/${id}/stop`, {});
  while ((await client.json<Agent>("GET", `/api/agents/${id}`)).status !== "stopped") {
    await sleep(100);
  }
}

function print(starts: readonly Start[], aloneMs: number): void {
  const ready = starts.flatMap(({ readyMs }) => readyMs ?? []).toSorted((a, b) => a - b);
  console.log(`\ncrowd of ${starts.length}, all at once`);
  console.log(`  ready                    ${ready.length} of ${starts.length}`);
  for (const { fault } of starts.filter(({ readyMs }) => readyMs === null)) {
    console.log(`  failed                   ${fault}`);
  }
  console.log(`  ready after              ${ready.map((ms) => (ms / 1000).toFixed(0)).join(", ")} s`);
  console.log(`  first / alone            ${((ready[0] ?? Number.NaN) / aloneMs).toFixed(2)}`);
  console.log(`  all / one by one         ${((ready.at(-1) ?? Number.NaN) / (aloneMs * starts.length)).toFixed(2)}`);
  console.log(`  places told              ${starts.map(({ places }) => places.join("→") || "none").join("  ")}`);
}

const world = await createWorld(runtime);
try {
  await world.mosaic.start();
  const client = new ApiClient(() => world.mosaic.url);
  const { provider } = await client.setUp({
    setupUrl: world.mosaic.setupUrl ?? "",
    password: world.canaries.password,
    runtime,
    provider: {
      kind: "openai-compatible",
      name: "Stub",
      baseUrl: world.llmBaseUrl,
      apiKey: world.canaries.providerKey,
      models: [{ id: "mosaic-demo" }],
    },
  });
  const agents: Agent[] = [];
  for (let index = 0; index < crowdSize + aloneSize; index += 1) {
    const model = { providerId: provider.id, model: "mosaic-demo" };
    agents.push(await client.json<Agent>("POST", "/api/agents", { name: `Agent ${index}`, model }));
  }
  const alone: number[] = [];
  for (const agent of agents.slice(0, aloneSize)) {
    alone.push((await untilReady(client, agent)).readyMs ?? Number.NaN);
    await stop(client, agent);
  }
  console.log(`\nalone, ready after        ${alone.map(seconds).join(" ")}   mean ${seconds(mean(alone))}`);
  print(await Promise.all(agents.slice(aloneSize).map(async (agent) => untilReady(client, agent))), mean(alone));
} finally {
  await destroyWorld(world);
}
