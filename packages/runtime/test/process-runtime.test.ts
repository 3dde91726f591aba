import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord } from "../src/process/agent-records.js";
import { createProcessRuntime, type ProcessRuntimeOptions } from "../src/process/process-runtime.js";
import type { Installation, WorkloadSpec } from "../src/workload-spec.js";
import { ask, factsOf } from "./agent-client.js";
import type { ContractHarness, TestBackend } from "./contract/contract-world.js";
import { describeRuntimeContract } from "./runtime-contract.js";

const fixtureFolder = fileURLToPath(new URL("./fixture-image/fixture-agent.mjs", import.meta.url));
const instance = "test-installation";

function backendOf(installation: Partial<Installation>): TestBackend {
  const fixture: Installation = {
    label: "Fixture",
    packages: null,
    command: [process.execPath, fixtureFolder],
    environment: {},
    ...installation,
  };
  const image = { name: "unused", buildContext: null, installation: fixture };
  return { image, command: null, environment: {}, port: 9, mounts: { state: "/unused/state", run: "/unused/run" } };
}

const plain = backendOf({});
const odd: TestBackend = {
  ...backendOf({ label: "Odd", command: [process.execPath, fixtureFolder, "odd"], environment: { ODD_FOLDER: "{folder}/odd" } }),
  environment: { ODD_SETTING: "a value with blanks" },
  port: 4711,
  mounts: { state: "/odd/state", run: "/odd/run" },
};

function optionsFor(stateDir: string): ProcessRuntimeOptions {
  return { instanceId: instance, stateDir };
}

function specFor(name: string, backend = plain): WorkloadSpec {
  const limits = { memoryBytes: 256 * 1024 * 1024, nanoCpus: 1_000_000_000, pids: 64 };
  const environment = { MOSAIC_CONFIG_URL: "http://127.0.0.1:9/none" };
  return {
    ...backend,
    name,
    instanceId: instance,
    agentId: `agent-${name}`,
    environment,
    limits,
    labels: {},
    tokenBy: "stdin",
    user: 1000,
    isRootReadOnly: true,
  };
}

async function runRecordOf(stateDir: string, name: string): Promise<RunRecord> {
  return JSON.parse(await readFile(join(stateDir, "agents", name, "run.json"), "utf8")) as RunRecord;
}

function isRunning(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`, "utf8").then(
    (text) => text.slice(text.lastIndexOf(")") + 2)[0] !== "Z",
    () => false,
  );
}

async function openHarness(): Promise<ContractHarness> {
  const stateDir = await mkdtemp(join(tmpdir(), "mosaic-process-runtime-"));
  const options = optionsFor(stateDir);
  const lockDir = join(stateDir, "broken-lock");
  await mkdir(lockDir);
  await writeFile(join(lockDir, "package.json"), "{}");
  await writeFile(join(lockDir, "package-lock.json"), `{"lockfileVersion":3,"packages":{"":{"dependencies":{"no-such":"1.0.0"}}}}`);
  return {
    instanceId: instance,
    plain,
    odd,
    stranger: null,
    placeOf: () => ({ port: null, stateDir: null }),
    missingImage: backendOf({ packages: { folder: "broken-1.0.0", lockDir, proof: "node_modules/no-such/package.json", setUp: null } })
      .image,
    missingImageCode: "install_failed",
    open: () => createProcessRuntime(options),
    openWithoutImage: () => createProcessRuntime(options),
    openUnreachable: () => createProcessRuntime({ ...options, stateDir: "/dev/null/not-a-folder" }),
    async placeForeign(name) {
      const file = join(stateDir, "agents", name, "someone-elses.txt");
      await mkdir(join(stateDir, "agents", name), { recursive: true });
      await writeFile(file, "untouched");
      return async () => (await readdir(join(stateDir, "agents", name))).join() === "someone-elses.txt";
    },
    async killBehindOurBack(name) {
      process.kill((await runRecordOf(stateDir, name)).leader.pid, "SIGKILL");
      return { isGone: false };
    },
    async readEnvironments(name) {
      return readFile(`/proc/${(await runRecordOf(stateDir, name)).leader.pid}/environ`, "utf8");
    },
    exhaustPath: "/fill-heap",
    close: () => rm(stateDir, { recursive: true, force: true }),
  };
}

describeRuntimeContract("process runtime", openHarness);

describe("process runtime: what is its own", () => {
  let stateDir: string;
  const runtimes: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "mosaic-process-runtime-"));
  });
  afterEach(async () => {
    for (const runtime of runtimes.splice(0)) await runtime.close();
  });
  afterAll(() => rm(stateDir, { recursive: true, force: true }));

  function open(change: Partial<ProcessRuntimeOptions> = {}) {
    const runtime = createProcessRuntime({ ...optionsFor(stateDir), ...change });
    runtimes.push(runtime);
    return runtime;
  }

  /** Mosaic as a process of its own, so that it can be killed. */
  async function startOtherMosaic(name: string) {
    const script = fileURLToPath(new URL("./other-mosaic.mjs", import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(JSON.stringify({ options: optionsFor(stateDir), spec: specFor(name) }));
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, "line")) as [string];
    const endpoint = JSON.parse(line) as { host: string; port: number };
    await factsOf(endpoint);
    return { child, endpoint };
  }

  it("refuses software that is only to be had as an image, in words that say what to do", async () => {
    const image = { name: "registry.example/only-image:1", buildContext: null, installation: null };
    const runtime = open();
    expect(await runtime.hasImage(image)).toBe(false);
    await expect(runtime.ensureImage(image, () => undefined, AbortSignal.timeout(10_000))).rejects.toMatchObject({
      code: "image_missing",
      detail: expect.stringMatching(/registry\.example\/only-image:1.*Docker/s) as string,
    });
    await runtime.create({ ...specFor("only-image"), image });
    await expect(runtime.start("only-image", "t")).rejects.toMatchObject({ code: "image_missing" });
  });

  it("tells the software where it was installed", async () => {
    const runtime = open();
    await runtime.create(specFor("told-folder", odd));
    const { environment } = await factsOf((await runtime.start("told-folder", "t")).endpoint);
    expect(environment["ODD_FOLDER"]).toBe(join(stateDir, "odd"));
  });

  it("replaces what the release before put on record, once, and keeps its state", async () => {
    const root = join(stateDir, "agents/of-release-before");
    await mkdir(join(root, "state"), { recursive: true });
    await writeFile(join(root, "state/note.txt"), "kept");
    const { instanceId, agentId } = specFor("of-release-before");
    const spec = {
      name: "of-release-before",
      instanceId,
      agentId,
      image: { name: "mosaic/old:1", buildContext: null },
      configUrl: "http://x",
    };
    await writeFile(join(root, "owner.json"), JSON.stringify({ instanceId, agentId }));
    await writeFile(join(root, "spec.json"), JSON.stringify({ specHash: "7a7c3b76cdc896610cbe09145da8b126", spec }));
    await writeFile(join(root, "exit.json"), JSON.stringify({ exitCode: 0, wasOutOfMemory: false }));
    const runtime = open();
    expect(await runtime.inspect("of-release-before")).toMatchObject({ agentId, state: "exited", exitCode: 0 });
    await expect(runtime.start("of-release-before", "t")).rejects.toMatchObject({ code: "image_missing" });
    await runtime.create(specFor("of-release-before"));
    const { endpoint } = await runtime.start("of-release-before", "t");
    await factsOf(endpoint);
    expect(await ask(endpoint, "/note")).toEqual({ note: "kept" });
    await runtime.create(specFor("of-release-before"));
    expect(await runtime.start("of-release-before", "t")).toEqual({ endpoint, wasRunning: true });
  });

  it("leaves nothing behind when Mosaic is killed: the child ends by itself", async () => {
    const { child } = await startOtherMosaic("parent-killed");
    const { leader } = await runRecordOf(stateDir, "parent-killed");
    child.kill("SIGKILL");
    await expect.poll(() => isRunning(leader.pid), { timeout: 10_000 }).toBe(false);
    const next = open();
    expect(await next.inspect("parent-killed")).toMatchObject({ state: "exited", endpoint: null });
  });

  it("kills what hangs after Mosaic was killed, with all that it started", async () => {
    const { child, endpoint } = await startOtherMosaic("hangs");
    const { pid: grandchild } = await ask<{ pid: number }>(endpoint, "/have-child");
    await ask(endpoint, "/be-stubborn");
    const { leader } = await runRecordOf(stateDir, "hangs");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await isRunning(leader.pid)).toBe(true);
    await open().prepare();
    expect(await isRunning(leader.pid)).toBe(false);
    expect(await isRunning(grandchild)).toBe(false);
  });

  it("finds the children of a hung agent whose leader is gone", async () => {
    const { child, endpoint } = await startOtherMosaic("leaderless");
    const { pid: grandchild } = await ask<{ pid: number }>(endpoint, "/have-child");
    const { leader } = await runRecordOf(stateDir, "leaderless");
    child.kill("SIGKILL");
    await expect.poll(() => isRunning(leader.pid), { timeout: 10_000 }).toBe(false);
    expect(await isRunning(grandchild)).toBe(true);
    await open().prepare();
    expect(await isRunning(grandchild)).toBe(false);
  });

  it("never kills a process that merely has the number of an earlier agent", async () => {
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
    await once(bystander, "spawn");
    const pid = bystander.pid ?? 0;
    const runtime = open();
    await runtime.create(specFor("reused-number"));
    const run: RunRecord = {
      leader: { pid, startTime: "another-boot:1" },
      parent: { pid: 1, startTime: "another-boot:0" },
      port: 1,
      runDir: join(stateDir, "no-such-run-dir"),
    };
    await writeFile(join(stateDir, "agents/reused-number/run.json"), JSON.stringify(run));
    await open().prepare();
    expect(await isRunning(pid)).toBe(true);
    process.kill(-pid, "SIGKILL");
  });

  it("sees and stops the child of another Mosaic process on the same folder, and does not end it at start", async () => {
    const { child, endpoint } = await startOtherMosaic("shared-folder");
    const runtime = open();
    await runtime.prepare();
    expect(await runtime.inspect("shared-folder")).toMatchObject({ state: "running", endpoint });
    expect(await runtime.start("shared-folder", "unused")).toEqual({ endpoint, wasRunning: true });
    await runtime.stop("shared-folder", 2_000);
    expect(await runtime.inspect("shared-folder")).toMatchObject({ state: "exited" });
    child.kill("SIGKILL");
  });

  it("ends all children on close, the stubborn too, within 5 s", async () => {
    const runtime = open();
    await runtime.create(specFor("polite"));
    await runtime.create(specFor("stubborn"));
    await factsOf((await runtime.start("polite", "t")).endpoint);
    const { endpoint } = await runtime.start("stubborn", "t");
    await factsOf(endpoint);
    const { pid: grandchild } = await ask<{ pid: number }>(endpoint, "/have-child");
    await ask(endpoint, "/be-stubborn");
    const leaders = await Promise.all(["polite", "stubborn"].map((name) => runRecordOf(stateDir, name)));
    const startedAt = performance.now();
    await runtime.close();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    for (const { leader } of leaders) expect(await isRunning(leader.pid)).toBe(false);
    // Killed as well, but init may not have looked yet.
    await expect.poll(() => isRunning(grandchild), { timeout: 2_000 }).toBe(false);
  });

  it("keeps an agent's folders to its user, and its configuration in memory where there is such a place", async () => {
    const runtime = open();
    await runtime.create(specFor("private"));
    await factsOf((await runtime.start("private", "canary-of-the-token")).endpoint);
    const root = join(stateDir, "agents/private");
    const { runDir } = await runRecordOf(stateDir, "private");
    for (const folder of [root, join(root, "state"), join(root, "home"), join(root, "tmp"), runDir]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
    }
    if (process.platform === "linux") expect(runDir).toMatch(/^\/dev\/shm\/mosaic-/);
    await runtime.stop("private", 2_000);
    await expect(stat(runDir)).rejects.toMatchObject({ code: "ENOENT" });
    for (const record of (await readdir(root)).filter((name) => name.endsWith(".json"))) {
      expect(await readFile(join(root, record), "utf8")).not.toContain("canary");
    }
  });

  it("gives each agent a pair of ports of its own, past those in use", async () => {
    const runtime = open();
    const names = ["ports-a", "ports-b", "ports-c"];
    for (const name of names) await runtime.create(specFor(name));
    const endpoints = await Promise.all(names.map(async (name) => (await runtime.start(name, "t")).endpoint));
    const ports = endpoints.flatMap(({ port }) => [port, port + 1]);
    expect(new Set(ports).size).toBe(6);
    for (const endpoint of endpoints) await factsOf(endpoint);
    const server = createServer();
    for (const { port } of endpoints) {
      server.listen(port + 1, "127.0.0.1");
      await once(server, "listening");
      server.close();
      await once(server, "close");
    }
  });

  it("says what is wrong when the program can't be started", async () => {
    const runtime = open();
    await runtime.create(specFor("no-program", backendOf({ command: ["/no/such/program"] })));
    await expect(runtime.start("no-program", "t")).rejects.toMatchObject({ name: "RuntimeError", code: "refused" });
    expect(await runtime.inspect("no-program")).toMatchObject({ state: "created" });
    expect((await readdir("/dev/shm")).filter((entry) => entry.startsWith("mosaic-no-program-"))).toEqual([]);
  });
});
