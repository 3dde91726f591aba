import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePortPair } from "@mosaic/testing/free-port";
import { expect, test as base } from "@playwright/test";
import { startDemoLlm, type DemoLlmServer } from "@mosaic/demo-llm/demo-llm";
import { removeAgentContainers } from "./docker.ts";
import { machineAddress, MosaicProcess } from "./mosaic-process.ts";
import { PageStreams } from "./page-streams.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

export type Runtime = "docker" | "process";

export interface RuntimeOptions {
  runtime: Runtime;
  /** A file that names its own has a world of its own: other files would find it set up and running. */
  installation: string;
}

/** Secrets that are put in on purpose and must never be seen anywhere in clear. */
export interface Canaries {
  readonly password: string;
  readonly providerKey: string;
  readonly nextProviderKey: string;
}

/** One whole installation: its own database, its own server, its own language model. */
export interface World {
  readonly runtime: Runtime;
  readonly database: TestDatabase;
  readonly mosaic: MosaicProcess;
  readonly llm: DemoLlmServer;
  /** The language model's address, as both the server and the agents reach it. */
  readonly llmBaseUrl: string;
  readonly canaries: Canaries;
  readonly secretKey: string;
}

interface WorkerFixtures {
  world: World;
  pageStreams: PageStreams;
}

const random = (): string => randomBytes(12).toString("hex");

export const test = base.extend<{ contractIsKept: undefined }, WorkerFixtures & RuntimeOptions>({
  runtime: ["docker", { option: true, scope: "worker" }],
  installation: ["shared", { option: true, scope: "worker" }],
  world: [
    async ({ runtime, installation: _own }, use) => {
      const world = await createWorld(runtime);
      await use(world);
      await destroyWorld(world);
    },
    { scope: "worker", timeout: 120_000 },
  ],
  // oxlint-disable-next-line no-empty-pattern -- Playwright asks for a pattern, also an empty one.
  pageStreams: [async ({}, use) => use(new PageStreams()), { scope: "worker" }],
  browser: [
    async ({ browser, pageStreams }, use) => {
      pageStreams.watch(browser);
      await use(browser);
    },
    { scope: "worker" },
  ],
  contractIsKept: [
    async ({ pageStreams }, use) => {
      await use(undefined);
      expect(pageStreams.takeBreaches(), "events that pages were sent and no contract knows").toEqual([]);
    },
    { auto: true },
  ],
});

/** Why this machine can't run a runtime's tests; with MOSAIC_REQUIRE_ALL they run and fail instead. */
export function whyNot(runtime: Runtime): string | undefined {
  if (process.env["MOSAIC_REQUIRE_ALL"] === "1") {
    return undefined;
  }
  if (runtime === "docker") {
    return process.env["MOSAIC_TEST_DOCKER"] === "0" ? "no Docker engine with the agent image" : undefined;
  }
  return process.env["MOSAIC_OPENCLAW_DIR"] === undefined ? "OpenClaw is not installed (MOSAIC_OPENCLAW_DIR)" : undefined;
}

export async function createWorld(runtime: Runtime, env: Readonly<Record<string, string>> = {}): Promise<World> {
  const stateDir = await mkdtemp(join(tmpdir(), "mosaic-e2e-"));
  await useInstalledOpenclaw(stateDir);
  const canaries = {
    password: `Pw-${random()}`,
    providerKey: `sk-canary-one-${random()}`,
    nextProviderKey: `sk-canary-two-${random()}`,
  };
  const database = await createTestDatabase();
  const llm = await startDemoLlm({ host: "0.0.0.0", port: 0, apiKey: canaries.providerKey, record: true });
  const secretKey = randomBytes(48).toString("base64");
  const mosaic = new MosaicProcess({ databaseUrl: database.url, secretKey, port: await freePortPair(), stateDir, env });
  return { runtime, database, llm, mosaic, canaries, secretKey, llmBaseUrl: `http://${machineAddress()}:${llm.port}/v1` };
}

/** Another machine for the same installation: an empty database and an empty state folder, with the same secret key. */
export async function createSuccessor(world: World): Promise<World> {
  const stateDir = await mkdtemp(join(tmpdir(), "mosaic-e2e-"));
  await useInstalledOpenclaw(stateDir);
  const database = await createTestDatabase();
  const { secretKey } = world;
  const mosaic = new MosaicProcess({ databaseUrl: database.url, secretKey, port: await freePortPair(), stateDir });
  return { ...world, database, mosaic };
}

export async function destroyWorld(world: World): Promise<void> {
  await world.mosaic.stop();
  const [instance] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'").catch(() => []);
  if (world.runtime === "docker" && typeof instance?.["value"] === "string") {
    await removeAgentContainers(instance["value"]);
  }
  await world.llm.close();
  await world.database.drop();
  await rm(world.mosaic.options.stateDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
}

/** The state folder of a test is new; the half gigabyte of OpenClaw in it need not be. */
async function useInstalledOpenclaw(stateDir: string): Promise<void> {
  const installed = process.env["MOSAIC_OPENCLAW_DIR"];
  if (installed === undefined) {
    return;
  }
  await mkdir(stateDir, { recursive: true });
  const manifest = await readFile(join(resolve(installed), "node_modules/openclaw/package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  await symlink(resolve(installed), join(stateDir, `openclaw-${version}`));
}
