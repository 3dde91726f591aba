// First-token times, side by side in one run:
//   warm      a turn through Mosaic beside the same turn sent straight to the same agent's gateway
//   sleeping  a turn that wakes the agent, split by stage, beside OpenClaw started with the same files and nothing else
//
//   node bench/first-token.ts [docker|process] [warm rounds] [cold rounds]
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { ApiClient } from "../e2e/support/api-client.ts";
import { createWorld, destroyWorld, type Runtime } from "../e2e/support/fixtures.ts";
import { openContainerToken } from "../e2e/support/canaries.ts";
import { bareTurn, type Gateway } from "./bare-turn.ts";

const runtime = (process.argv[2] ?? "docker") as Runtime;
const warmRounds = Number(process.argv[3] ?? 30);
const coldRounds = Number(process.argv[4] ?? 5);

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const worst = (values: readonly number[]): number => Math.max(...values);
const ms = (value: number): string => `${value.toFixed(0).padStart(7)} ms`;

async function warm(client: ApiClient, agentId: string, target: Gateway): Promise<void> {
  const through: number[] = [];
  const bare: number[] = [];
  const conversation = await client.newConversation(agentId);
  await client.turn(conversation, "hello");
  for (let round = 0; round < warmRounds; round += 1) {
    const turn = await client.turn(await client.newConversation(agentId), "hello");
    through.push(turn.firstDeltaMs ?? Number.NaN);
    bare.push(await bareTurn(target, `bench-${round}`, "hello"));
  }
  console.log(`\nwarm agent, first token, ${warmRounds} rounds each, taken in turns`);
  console.log(`  through Mosaic   median ${ms(median(through))}   worst ${ms(worst(through))}`);
  console.log(`  bare gateway     median ${ms(median(bare))}   worst ${ms(worst(bare))}`);
  console.log(`  ratio            ${(median(through) / median(bare)).toFixed(2)}   (${ms(median(through) - median(bare)).trim()} more)`);
}

interface Woken {
  /** The first token, after the message. */
  readonly firstMs: number;
  readonly stages: ReadonlyMap<string, number>;
}

/** One turn that wakes the agent, which sleeps again afterwards. */
async function wakeOnce(client: ApiClient, agentId: string): Promise<Woken> {
  const conversation = await client.newConversation(agentId);
  const marks: { stage: string; at: number }[] = [];
  const startedAt = performance.now();
  const turn = await client.turn(conversation, "hello", (events) => {
    const last = events.at(-1);
    if (last?.type === "stage" && marks.at(-1)?.stage !== last.stage) {
      marks.push({ stage: last.stage, at: performance.now() - startedAt });
    }
    return false;
  });
  const firstMs = turn.firstDeltaMs ?? Number.NaN;
  const stages = new Map([["before the first stage", marks[0]?.at ?? 0]]);
  for (const [index, { stage, at }] of marks.entries()) {
    stages.set(stage, (stages.get(stage) ?? 0) + (marks[index + 1]?.at ?? firstMs) - at);
  }
  await putToSleep(client, agentId);
  return { firstMs, stages };
}

async function putToSleep(client: ApiClient, agentId: string): Promise<void> {
  await client.json("POST", `/api/agents/${agentId}/stop`, {});
  while ((await client.json<{ status: string }>("GET", `/api/agents/${agentId}`)).status !== "stopped") {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Mosaic and the floors take turns, so that what else the machine does meets all. The fastest is what Mosaic is measured against. */
async function sleeping(client: ApiClient, agentId: string, floors: readonly Floor[]): Promise<void> {
  const woken: Woken[] = [];
  const times = floors.map((): FloorTimes[] => []);
  await putToSleep(client, agentId);
  // The first start fills the state: it is not counted.
  for (const floor of floors) await floor.startOnce("floor-first");
  for (let round = 0; round < coldRounds; round += 1) {
    woken.push(await wakeOnce(client, agentId));
    for (const [index, floor] of floors.entries()) times[index]?.push(await floor.startOnce(`floor-${round}`));
  }
  const total = median(woken.map(({ firstMs }) => firstMs));
  console.log(`\nsleeping agent, first token through Mosaic, ${coldRounds} rounds (${runtime})`);
  for (const stage of new Set(woken.flatMap(({ stages }) => [...stages.keys()]))) {
    const durations = woken.map(({ stages }) => stages.get(stage) ?? 0);
    console.log(`  ${(stage === "ready" ? "ready → first token" : stage).padEnd(24)} median ${ms(median(durations))}`);
  }
  console.log(`  ${"in all".padEnd(24)} median ${ms(total)}   worst ${ms(worst(woken.map(({ firstMs }) => firstMs)))}`);
  if (floors.length === 0) {
    console.log(
      "\nSKIPPED: the bare floor: set MOSAIC_OPENCLAW_DIR to a folder with OpenClaw installed (node scripts/install-openclaw.mjs DIR)",
    );
    return;
  }
  let fastest = Infinity;
  for (const [index, { name }] of floors.entries()) {
    const each = times[index] ?? [];
    const bare = median(each.map(({ readyMs, firstMs }) => readyMs + firstMs));
    console.log(`\nfloor: ${name}, ${coldRounds} rounds, taken in turns with Mosaic`);
    console.log(`  start → ready            median ${ms(median(each.map(({ readyMs }) => readyMs)))}`);
    console.log(`  ready → first token      median ${ms(median(each.map(({ firstMs }) => firstMs)))}`);
    console.log(`  in all                   median ${ms(bare)}`);
    console.log(`  ratio, through Mosaic    ${(total / bare).toFixed(2)}`);
    fastest = Math.min(fastest, bare);
  }
  const share = (total - fastest) / fastest;
  console.log(
    `\nMosaic's own share         ${(share * 100).toFixed(1)} % of the fastest floor (goal < 10 %: ${share < 0.1 ? "met" : "MISSED"})`,
  );
}

interface FloorTimes {
  readonly readyMs: number;
  /** After that. */
  readonly firstMs: number;
}

/** OpenClaw with the same files, without supervisor and warm-up: the floor under every start. */
interface Floor {
  readonly name: string;
  startOnce(session: string): Promise<FloorTimes>;
  remove(): Promise<void>;
}

interface Launched {
  readonly exited: Promise<unknown>;
  readonly stop: () => void;
}

interface Ground {
  readonly name: string;
  readonly port: number;
  /** Of the state, as OpenClaw sees it. */
  readonly stateDir: string;
  readonly launch: (folder: string) => Launched;
}

const quiet = { OPENCLAW_DISABLE_BONJOUR: "1", OPENCLAW_NO_AUTO_UPDATE: "1", OPENCLAW_OFFLINE: "1", OPENCLAW_SKIP_CHANNELS: "1" };

async function layFloor(
  files: readonly { root: string; path: string; content: string }[],
  ground: (folder: string) => Ground,
): Promise<Floor> {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-bench-"));
  const { name, port, stateDir, launch } = ground(folder);
  for (const file of files) {
    const path = join(folder, file.root, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.path === "openclaw.json" ? relocated(file.content, port, stateDir) : file.content);
  }
  const config = JSON.parse(await readFile(join(folder, "run/openclaw.json"), "utf8")) as { gateway: { auth: { token: string } } };
  return {
    name,
    startOnce: async (session) => {
      const startedAt = performance.now();
      const { exited, stop } = launch(folder);
      await untilReady(port);
      const readyMs = performance.now() - startedAt;
      const firstMs = await bareTurn({ host: "127.0.0.1", port, token: config.gateway.auth.token }, session, "hello");
      stop();
      await exited;
      return { readyMs, firstMs };
    },
    remove: async () => rm(folder, { recursive: true, force: true }),
  };
}

/** As a plain process, out of an installation. */
function processGround(openclaw: string, port: number): (folder: string) => Ground {
  return (folder) => ({
    name: "OpenClaw as a plain process",
    port,
    stateDir: join(folder, "state"),
    launch: () => {
      const env = {
        ...process.env,
        ...quiet,
        HOME: folder,
        OPENCLAW_CONFIG_PATH: join(folder, "run/openclaw.json"),
        OPENCLAW_STATE_DIR: join(folder, "state"),
        XDG_CACHE_HOME: join(folder, "cache"),
      };
      const child = spawn(process.execPath, [join(openclaw, "node_modules/openclaw/openclaw.mjs"), "gateway"], { env, stdio: "ignore" });
      return { exited: once(child, "exit"), stop: () => void child.kill("SIGTERM") };
    },
  });
}

interface ContainerLimits {
  readonly image: string;
  readonly memoryBytes: number;
  readonly nanoCpus: number;
}

/** As a container of the same image with the same limits, started by `docker run`. */
function containerGround({ image, memoryBytes, nanoCpus }: ContainerLimits, port: number): (folder: string) => Ground {
  const container = `mosaic-bench-${randomUUID().slice(0, 8)}`;
  return (folder) => ({
    name: "the same image by `docker run`, with the same limits",
    port,
    stateDir: "/bench/state",
    launch: () => {
      const variables = { ...quiet, OPENCLAW_CONFIG_PATH: "/bench/run/openclaw.json", OPENCLAW_STATE_DIR: "/bench/state" };
      const env = Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
      const limits = [`--memory=${memoryBytes}`, `--memory-swap=${memoryBytes}`, `--cpus=${nanoCpus / 1e9}`];
      const start = [
        "run",
        "--rm",
        "--init",
        "--name",
        container,
        "--network=host",
        "--user=0",
        "--volume",
        `${folder}:/bench`,
        ...limits,
        ...env,
      ];
      const command = ["--entrypoint=node", image, "/opt/mosaic/openclaw/node_modules/openclaw/openclaw.mjs", "gateway"];
      const child = spawn("docker", [...start, ...command], { stdio: "ignore" });
      return { exited: once(child, "exit"), stop: () => void spawn("docker", ["stop", "--time", "10", container], { stdio: "ignore" }) };
    },
  });
}

function relocated(content: string, port: number, stateDir: string): string {
  const config = JSON.parse(content) as { gateway: { port: number; bind: string }; agents: { entries: { main: { workspace: string } } } };
  config.gateway.port = port;
  config.gateway.bind = "loopback";
  config.agents.entries.main.workspace = join(stateDir, "workspace");
  return JSON.stringify(config);
}

async function untilReady(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (response?.ok) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const openclawDir = process.env["MOSAIC_OPENCLAW_DIR"];
const world = await createWorld(runtime);
try {
  await world.mosaic.start();
  const client = new ApiClient(() => world.mosaic.url);
  const { agent } = await client.setUp({
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
  await client.turn(await client.newConversation(agent.id), "hello");
  const containerToken = await openContainerToken(world);
  const [endpoint] = await world.database.query("SELECT endpoint_host, endpoint_port FROM agent_containers");
  const host = String(endpoint?.["endpoint_host"]);
  await warm(client, agent.id, { host, port: Number(endpoint?.["endpoint_port"]), token: deriveGatewayToken(containerToken) });
  const internal = world.mosaic.options.port + 1;
  const files = await bundleFiles(internal, agent.id, containerToken);
  const floors: Floor[] = [];
  try {
    if (openclawDir !== undefined && files !== undefined) {
      floors.push(await layFloor(files, processGround(openclawDir, 28_789)));
      if (runtime === "docker") floors.push(await layFloor(files, containerGround(await limitsOfBackend(), 28_889)));
    }
    await sleeping(client, agent.id, floors);
  } finally {
    await Promise.all(floors.map(async (floor) => floor.remove()));
  }
} finally {
  await destroyWorld(world);
}

async function bundleFiles(
  port: number,
  agentId: string,
  token: string,
): Promise<{ root: string; path: string; content: string }[] | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/api/internal/agent-config/${agentId}/bundle`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return response.ok ? ((await response.json()) as { files: { root: string; path: string; content: string }[] }).files : undefined;
}

async function limitsOfBackend(): Promise<ContainerLimits> {
  const [row] = await world.database.query("SELECT image, memory_limit_bytes, nano_cpus FROM backends WHERE id = 'openclaw'");
  return { image: String(row?.["image"]), memoryBytes: Number(row?.["memory_limit_bytes"]), nanoCpus: Number(row?.["nano_cpus"]) };
}
