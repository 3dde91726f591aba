// First-token times, side by side in one run:
//   warm      a turn through Mosaic beside the same turn sent straight to the same agent's gateway
//   sleeping  a turn that wakes the agent, split by stage, beside OpenClaw started with the same files and nothing else
//
//   node bench/first-token.ts [docker|process] [warm rounds] [cold rounds]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";
import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { ApiClient } from "../e2e/support/api-client.ts";
import { createWorld, destroyWorld, type Runtime, type World } from "../e2e/support/fixtures.ts";
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

async function sleeping(client: ApiClient, agentId: string, world: World): Promise<number> {
  const stages = new Map<string, number[]>();
  const totals: number[] = [];
  for (let round = 0; round < coldRounds; round += 1) {
    await client.json("POST", `/api/agents/${agentId}/stop`, {});
    while ((await client.json<{ status: string }>("GET", `/api/agents/${agentId}`)).status !== "stopped") {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
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
    const first = turn.firstDeltaMs ?? Number.NaN;
    totals.push(first);
    for (const [index, mark] of marks.entries()) {
      const end = marks[index + 1]?.at ?? first;
      stages.set(mark.stage, [...(stages.get(mark.stage) ?? []), end - mark.at]);
    }
    stages.set("before the first stage", [...(stages.get("before the first stage") ?? []), marks[0]?.at ?? 0]);
  }
  console.log(`\nsleeping agent, first token through Mosaic, ${coldRounds} rounds (${world.runtime})`);
  for (const [stage, durations] of stages) {
    console.log(`  ${(stage === "ready" ? "ready → first token" : stage).padEnd(24)} median ${ms(median(durations))}`);
  }
  console.log(`  ${"in all".padEnd(24)} median ${ms(median(totals))}   worst ${ms(worst(totals))}`);
  return median(totals);
}

/** OpenClaw as a plain process with the same files, without supervisor, warm-up or container: the floor under every start. */
async function bareFloor(
  openclawDir: string,
  files: readonly { root: string; path: string; content: string }[],
  throughMosaicMs: number,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mosaic-bench-"));
  const port = 28_789;
  const readies: number[] = [];
  const firsts: number[] = [];
  for (const file of files) {
    const path = join(folder, file.root, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.path === "openclaw.json" ? relocated(file.content, port, join(folder, "state")) : file.content);
  }
  const config = JSON.parse(await readFile(join(folder, "run/openclaw.json"), "utf8")) as { gateway: { auth: { token: string } } };
  const env = {
    ...process.env,
    HOME: folder,
    OPENCLAW_CONFIG_PATH: join(folder, "run/openclaw.json"),
    OPENCLAW_STATE_DIR: join(folder, "state"),
    XDG_CACHE_HOME: join(folder, "cache"),
    OPENCLAW_DISABLE_BONJOUR: "1",
    OPENCLAW_NO_AUTO_UPDATE: "1",
    OPENCLAW_OFFLINE: "1",
    OPENCLAW_SKIP_CHANNELS: "1",
  };
  // The first start fills the state: it is not counted.
  for (let round = 0; round <= coldRounds; round += 1) {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [join(openclawDir, "node_modules/openclaw/openclaw.mjs"), "gateway"], { env, stdio: "ignore" });
    await untilReady(port);
    const readyMs = performance.now() - startedAt;
    const firstMs = await bareTurn({ host: "127.0.0.1", port, token: config.gateway.auth.token }, `floor-${round}`, "hello");
    if (round > 0) {
      readies.push(readyMs);
      firsts.push(firstMs);
    }
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  await rm(folder, { recursive: true, force: true });
  const total = median(readies) + median(firsts);
  console.log(`\nbare floor: OpenClaw started with the same files, ${coldRounds} rounds`);
  console.log(`  start → ready            median ${ms(median(readies))}`);
  console.log(`  ready → first token      median ${ms(median(firsts))}`);
  console.log(`  in all                   median ${ms(total)}`);
  console.log(`  ratio, through Mosaic    ${(throughMosaicMs / total).toFixed(2)}`);
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
  const throughMosaicMs = await sleeping(client, agent.id, world);
  if (openclawDir === undefined || files === undefined) {
    console.log(
      "\nSKIPPED: the bare floor: set MOSAIC_OPENCLAW_DIR to a folder with OpenClaw installed (node scripts/install-openclaw.mjs DIR)",
    );
  } else {
    await bareFloor(openclawDir, files, throughMosaicMs);
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
