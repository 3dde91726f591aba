import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { startDemoLlm } from "@mosaic/demo-llm/demo-llm";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentRuntime, Endpoint } from "../src/agent-runtime.js";
import { createDockerRuntime } from "../src/docker/docker-runtime.js";
import { createProcessRuntime } from "../src/process/process-runtime.js";
import type { Installation, WorkloadSpec } from "../src/workload-spec.js";
import { type ConfigApi, startConfigApi } from "./config-api.js";
import { describeMissing, describeWithDocker } from "./docker-available.js";
import { bundleFor } from "./openclaw-bundle.js";

const lockFolder = fileURLToPath(new URL("../../../docker/openclaw", import.meta.url));
const supervisor = fileURLToPath(new URL("../../supervisor/dist/supervisor.js", import.meta.url));
const bootTimeoutMs = 120_000;
const version = (JSON.parse(await readFile(join(lockFolder, "package.json"), "utf8")) as { dependencies: { openclaw: string } })
  .dependencies.openclaw;
const imageName = process.env["MOSAIC_TEST_IMAGE"] ?? `mosaic/openclaw:${version}`;
/** By hand, as the bundle is: this package knows no backend. */
const installation: Installation = {
  label: "OpenClaw",
  packages: { folder: `openclaw-${version}`, lockDir: lockFolder, proof: "node_modules/openclaw/openclaw.mjs", setUp: null },
  command: [process.execPath, "--disable-sigusr1", supervisor],
  environment: { NODE_COMPILE_CACHE: "{folder}/.compile-cache", MOSAIC_AGENT_SOFTWARE_DIR: "{folder}" },
};
const run = randomBytes(4).toString("hex");
const instanceId = `test-real-${run}`;

interface RealHarness {
  readonly runtime: AgentRuntime;
  readonly bind: "lan" | "loopback";
  stateDirOf(name: string): string;
  killBehindOurBack(name: string): Promise<void>;
  /** All that the engine keeps of what the container said. */
  readLog(name: string): Promise<string>;
  close(): Promise<void>;
}

/** The real supervisor and the real OpenClaw, from the start to a streamed answer. */
function describeRealOpenclaw(title: string, openHarness: () => Promise<RealHarness>): void {
  describe(`${title}: from the start to an answer`, () => {
    let harness: RealHarness;
    let api: ConfigApi;
    let demo: Awaited<ReturnType<typeof startDemoLlm>>;
    let spec: WorkloadSpec;
    // Known once the container has been started, which is when its bundle can be made.
    let endpoint = Promise.withResolvers<Endpoint>();
    let token = "";
    const gatewayToken = createHmac("sha256", randomBytes(32)).update("mosaic-gateway").digest("base64url");

    beforeAll(async () => {
      harness = await openHarness();
      const { internalHost } = await harness.runtime.prepare();
      demo = await startDemoLlm({ host: internalHost, record: true });
      const name = `mosaic-test-real-${run}`;
      const bundleOf = async () => {
        const { port } = await endpoint.promise;
        return bundleFor({ demoUrl: demo.url, gatewayToken, gatewayPort: port, bind: harness.bind, stateDir: harness.stateDirOf(name) });
      };
      api = await startConfigApi(internalHost, () => token, bundleOf);
      const limits = { memoryBytes: 1536 * 1024 * 1024, nanoCpus: 2_000_000_000, pids: 256 };
      spec = {
        name,
        instanceId,
        agentId: "agent",
        image: { name: imageName, buildContext: null, installation },
        command: null,
        environment: { MOSAIC_CONFIG_URL: api.configUrl },
        port: 18_789,
        mounts: { state: "/home/node/.openclaw", run: "/run/mosaic" },
        limits,
        labels: {},
        tokenBy: "stdin",
        user: 1000,
        isRootReadOnly: true,
      };
    });
    afterAll(async () => {
      if (spec) await harness.runtime.remove(spec.name);
      if (spec) await harness.runtime.removeState(spec.name);
      api?.close();
      await demo?.close();
      await harness?.close();
    });

    async function boot(): Promise<{ at: Endpoint; readyMs: number; warmMs: number }> {
      token = randomBytes(32).toString("base64url");
      endpoint = Promise.withResolvers<Endpoint>();
      const readyCount = api.phases.filter((phase) => phase === "ready").length;
      await harness.runtime.create(spec);
      const startedAt = performance.now();
      const { endpoint: at, wasRunning } = await harness.runtime.start(spec.name, token);
      expect(wasRunning).toBe(false);
      endpoint.resolve(at);
      const stateOf = async () => ((await isReady(at)) ? "ready" : (await harness.runtime.inspect(spec.name))?.state);
      await expect.poll(stateOf, { timeout: bootTimeoutMs, interval: 50 }).not.toBe("running");
      if ((await stateOf()) !== "ready") {
        expect.fail(`it ended: ${JSON.stringify(await harness.runtime.inspect(spec.name))} ${await harness.readLog(spec.name)}`);
      }
      const readyMs = performance.now() - startedAt;
      await expect.poll(() => api.phases.filter((phase) => phase === "ready").length, { timeout: bootTimeoutMs }).toBe(readyCount + 1);
      return { at, readyMs, warmMs: performance.now() - startedAt };
    }

    /** Its container dies in the middle of an answer, is backed up as it is, and put back on another machine. */
    async function dieInAnAnswerAndBeRestored(at: Endpoint): Promise<void> {
      await beginAnswer(at, gatewayToken, "[demo:slow ms=100 words=300]");
      await harness.killBehindOurBack(spec.name);
      await expect.poll(async () => (await harness.runtime.inspect(spec.name))?.state ?? "gone", { timeout: 20_000 }).not.toBe("running");
      const owner = { name: spec.name, agentId: spec.agentId, image: spec.image };
      const state = await harness.runtime.exportState(owner);
      const tar = await buffer(state ?? Readable.from([]));
      await harness.runtime.remove(spec.name);
      await harness.runtime.removeState(spec.name);
      await harness.runtime.importState(owner, Readable.from([tar]));
    }

    it("boots, warms up and streams an answer; dead in the middle of another and restored, it answers the next message and remembers", async () => {
      const first = await boot();
      const answer = await converse(first.at, gatewayToken, "The canary word is zebra-crossing.");
      expect(answer.text).toContain("zebra-crossing");
      expect(answer.chunks).toBeGreaterThan(1);
      expect(api.phases).toEqual(["starting", "waiting", "warming", "ready"]);
      expect(await harness.readLog(spec.name)).not.toContain("zebra");

      await dieInAnAnswerAndBeRestored(first.at);
      const callsBefore = demo.requests.length;
      const second = await boot();
      const recalled = await converse(second.at, gatewayToken, "[demo:recall]");
      expect(recalled.text).toContain("zebra-crossing");
      // It did not take the dead turn up again by itself, on its owner's account.
      expect(demo.requests.length - callsBefore).toBe(1);

      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
      process.stdout.write(
        `${title}: fresh ${seconds(first.readyMs)} to ready, ${seconds(first.warmMs)} to warm, first word after ${answer.firstWordMs.toFixed(0)} ms; ` +
          `after a kill ${seconds(second.readyMs)} to ready, ${seconds(second.warmMs)} to warm\n`,
      );
    }, 300_000);
  });
}

async function isReady({ host, port }: Endpoint): Promise<boolean> {
  return fetch(`http://${host}:${port}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Resolves when the answer has begun; it goes on unread. */
async function beginAnswer({ host, port }: Endpoint, gatewayToken: string, message: string): Promise<void> {
  const response = await fetch(`http://${host}:${port}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${gatewayToken}`, "content-type": "application/json", "x-openclaw-session-key": "conv-1" },
    body: JSON.stringify({ model: "openclaw/main", stream: true, messages: [{ role: "user", content: message }] }),
  });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (let raw = ""; raw.split('"content":"').length < 8;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) expect.fail(`the answer ended before it was under way: ${raw}`);
    raw += decoder.decode(value, { stream: true });
  }
  void reader?.closed.catch(() => undefined);
}

async function converse({ host, port }: Endpoint, gatewayToken: string, message: string) {
  const startedAt = performance.now();
  const response = await fetch(`http://${host}:${port}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${gatewayToken}`, "content-type": "application/json", "x-openclaw-session-key": "conv-1" },
    body: JSON.stringify({ model: "openclaw/main", stream: true, messages: [{ role: "user", content: message }] }),
    signal: AbortSignal.timeout(60_000),
  });
  expect(response.status).toBe(200);
  let firstWordMs = 0;
  let raw = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    raw += decoder.decode(chunk, { stream: true });
    if (firstWordMs === 0 && raw.includes('"content":"') && !raw.endsWith('"content":""')) firstWordMs = performance.now() - startedAt;
  }
  const deltas = raw
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)) as { choices?: { delta?: { content?: string } }[] })
    .map((event) => event.choices?.[0]?.delta?.content ?? "")
    .filter((text) => text !== "");
  return { text: deltas.join(""), chunks: deltas.length, firstWordMs };
}

async function openDocker(): Promise<RealHarness> {
  const docker = new Docker();
  const networkName = `mosaic-test-real-${run}`;
  const runtime = createDockerRuntime({ instanceId, host: process.env["DOCKER_HOST"], networkName, bridgeName: `mr${run}` });
  return {
    runtime,
    bind: "lan",
    stateDirOf: () => "/home/node/.openclaw",
    killBehindOurBack: (name) => docker.getContainer(name).remove({ force: true }),
    readLog: async (name) => String(await docker.getContainer(name).logs({ stdout: true, stderr: true, follow: false })),
    async close() {
      await runtime.close();
      await docker.getNetwork(networkName).remove();
    },
  };
}

async function openProcess(openclawDir: string): Promise<RealHarness> {
  const stateDir = await mkdtemp(join(tmpdir(), "mosaic-real-"));
  await symlink(resolve(openclawDir), join(stateDir, `openclaw-${version}`));
  const runtime = createProcessRuntime({ instanceId, stateDir });
  return {
    runtime,
    bind: "loopback",
    stateDirOf: (name) => join(stateDir, "agents", name, "state"),
    async killBehindOurBack(name) {
      const record = JSON.parse(await readFile(join(stateDir, "agents", name, "run.json"), "utf8")) as { leader: { pid: number } };
      process.kill(record.leader.pid, "SIGKILL");
    },
    readLog: () => Promise.resolve(""),
    async close() {
      await runtime.close();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

await describeWithDocker("real OpenClaw in a container", async (title) => {
  const hasImage = await new Docker()
    .getImage(imageName)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (hasImage) describeRealOpenclaw(title, openDocker);
  else describeMissing(title, `the image ${imageName} is not here (node scripts/images.mjs makes it)`);
});

const openclawDir = process.env["MOSAIC_OPENCLAW_DIR"];
if (openclawDir) describeRealOpenclaw("real OpenClaw as a process", () => openProcess(openclawDir));
else describeMissing("real OpenClaw as a process", "MOSAIC_OPENCLAW_DIR is not set to a folder with OpenClaw installed");
