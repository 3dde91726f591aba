// What a request costs, side by side in one run: an authenticated one beside the health route, which looks nothing up, and a bare Node server.
//   node bench/requests.ts [requests a round] [rounds]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { ApiClient } from "../e2e/support/api-client.ts";
import { createWorld, destroyWorld } from "../e2e/support/fixtures.ts";

const requestsPerRound = Number(process.argv[2] ?? 2_000);
const rounds = Number(process.argv[3] ?? 5);
/** As many as Mosaic works on at once for one person. */
const atOnce = 4;
/** Of a kernel's clock, in which /proc counts. */
const tickMs = 10;

interface Target {
  readonly name: string;
  readonly url: string;
  readonly cookie: string;
  readonly pid: number;
}

interface Cost {
  readonly perSecond: number;
  readonly cpuMs: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Processor time that a process has taken, all its threads together. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

async function one({ url, cookie }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, headers: { cookie } }, (response) => {
      response.resume();
      response.on("end", () => (response.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${response.statusCode}`))));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

async function round(target: Target): Promise<Cost> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const before = await cpuMs(target.pid);
  const startedAt = performance.now();
  let left = requestsPerRound;
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      await one(target, agent);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return { perSecond: requestsPerRound / seconds, cpuMs: ((await cpuMs(target.pid)) - before) / requestsPerRound };
}

const bareServer = `require("node:http").createServer((request, response) => {
  response.setHeader("content-type", "application/json"); response.end('{"status":"ok"}');
}).listen(0, "127.0.0.1", function () { process.send(this.address().port); })`;
const bare = spawn(process.execPath, ["-e", bareServer], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
const [barePort] = (await once(bare, "message")) as [number];
const world = await createWorld("process", { LOG_LEVEL: "info" });
try {
  await world.mosaic.start();
  const client = new ApiClient(() => world.mosaic.url);
  await client.setUp({
    setupUrl: world.mosaic.setupUrl ?? "",
    password: world.canaries.password,
    runtime: "process",
    provider: {
      kind: "openai-compatible",
      name: "Stub",
      baseUrl: world.llmBaseUrl,
      apiKey: world.canaries.providerKey,
      models: [{ id: "mosaic-demo" }],
    },
  });
  const mosaic = { cookie: client.cookie, pid: world.mosaic.pid };
  const health: Target = { name: "GET /api/health", url: `${world.mosaic.url}/api/health`, ...mosaic, cookie: "" };
  const targets: readonly Target[] = [
    { name: "bare Node", url: `http://127.0.0.1:${barePort}/`, cookie: "", pid: bare.pid ?? 0 },
    health,
    { name: "GET /api/auth/me", url: `${world.mosaic.url}/api/auth/me`, ...mosaic },
    { name: "GET /api/conversations", url: `${world.mosaic.url}/api/conversations`, ...mosaic },
    { name: "GET /api/agents", url: `${world.mosaic.url}/api/agents`, ...mosaic },
  ];
  const costs = new Map<Target, Cost[]>();
  // The first round warms up and is not counted. The targets take turns, so that what else the machine does meets all of them.
  for (let index = 0; index <= rounds; index += 1) {
    for (const target of targets) {
      const cost = await round(target);
      costs.set(target, index === 0 ? [] : [...(costs.get(target) ?? []), cost]);
    }
  }
  const medianCpu = (target: Target): number => median((costs.get(target) ?? []).map((cost) => cost.cpuMs));
  console.log(`\n${requestsPerRound} requests a round, ${atOnce} at once, median of ${rounds} rounds`);
  for (const target of targets) {
    const perSecond = median((costs.get(target) ?? []).map((cost) => cost.perSecond));
    const ratio = medianCpu(target) / medianCpu(health);
    console.log(
      `  ${target.name.padEnd(24)} ${perSecond.toFixed(0).padStart(6)} a second   ${medianCpu(target).toFixed(3)} ms of CPU   ${ratio.toFixed(2)} × health`,
    );
  }
} finally {
  bare.kill();
  await destroyWorld(world);
}
