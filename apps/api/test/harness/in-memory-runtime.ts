import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { archiveState, extractState } from "@mosaic/runtime/process/state-archive";
import {
  RuntimeError,
  type AgentImage,
  type AgentRuntime,
  type StateOwner,
  type ContainerObservation,
  type ContainerSpec,
  type DiskSpace,
  type Endpoint,
  type PrepareProgress,
} from "@mosaic/runtime/agent-runtime";
import type { CrowdedMachine } from "./crowded-machine.js";
import { startFakeGateway, type FakeGateway } from "@mosaic/testing/fake-gateway";
import { ConfigRefusedError, followBundle } from "@mosaic/testing/fake-supervisor";
import { deriveGatewayToken } from "@mosaic/testing/gateway-token";

export interface InMemoryContainer {
  readonly spec: ContainerSpec;
  readonly specHash: string;
  state: "created" | "running" | "exited";
  exitCode: number | null;
  wasOutOfMemory: boolean;
  gateway: FakeGateway | null;
  token: string | null;
  startCount: number;
  ending: AbortController;
}

/** What may go wrong, switched by a test while the application runs. */
export interface EngineFaults {
  isReachable: boolean;
  hasImage: boolean;
  /** What `ensureImage` rejects with. */
  imageError: RuntimeError | null;
  /** Milliseconds until a gateway that is started from now on says that it is ready; Infinity is never. */
  readyAfterMs: number;
  /** A supervisor that does not follow the bundle: for tests that hold the container's token themselves. */
  followsBundle: boolean;
  startError: RuntimeError | null;
  /** Containers use the processor all the time, as a gateway with a busy event loop does. */
  isBusy: boolean;
  /** How many processors containers have. Many, so that nobody waits for a turn who does not test that. */
  cores: number;
  /** Boots that share processors instead of `readyAfterMs`; `null` for none. */
  crowd: CrowdedMachine | null;
}

/**
 * An engine without containers: for each one a real fake gateway of `@mosaic/testing` listens on loopback, and a supervisor follows the
 * real internal API. It outlives the drivers that an application makes for it, so that a test can restart Mosaic.
 */
export class InMemoryEngine {
  readonly containers = new Map<string, InMemoryContainer>();
  readonly faults: EngineFaults = {
    isReachable: true,
    hasImage: true,
    imageError: null,
    readyAfterMs: 0,
    followsBundle: true,
    startError: null,
    isBusy: false,
    cores: 64,
    crowd: null,
  };
  /** What `ensureImage` reports before it resolves. */
  progress: PrepareProgress[] = [];
  /** `ensureImage` waits for it: for a test that wants to look while a start is under way. */
  gate: Promise<void> = Promise.resolve();
  readonly calls: string[] = [];
  /** Names of the containers whose state was deleted. */
  readonly removedStates: string[] = [];
  /** What containers are taken to have written. */
  readonly said = new Map<string, string[]>();
  /** What the states of containers are taken to be, by name. */
  readonly sizes = new Map<string, number>();
  /** What measuring ends with where there are only such containers. */
  readonly unmeasurable = new Map<string, RuntimeError>();
  disk: DiskSpace | null = { freeBytes: 50e9, totalBytes: 100e9 };
  readonly #stateDirs = new Map<string, Promise<string>>();
  readonly #watchers = new Set<(name: string | null) => void>();

  driver(kind: AgentRuntime["kind"]): AgentRuntime {
    return new InMemoryRuntime(this, kind);
  }

  /** The container of an agent; throws when there is none. */
  of(agentId: string): InMemoryContainer {
    const found = [...this.containers.values()].find((container) => container.spec.agentId === agentId);
    if (found === undefined) {
      throw new Error(`There is no container of agent ${agentId}.`);
    }
    return found;
  }

  gatewayOf(agentId: string): FakeGateway {
    const { gateway } = this.of(agentId);
    if (gateway === null) {
      throw new Error(`The container of agent ${agentId} does not run.`);
    }
    return gateway;
  }

  /** The container's main process ends by itself. */
  async crash(agentId: string, exitCode = 1, wasOutOfMemory = false): Promise<void> {
    const container = this.of(agentId);
    await this.end(container, exitCode, wasOutOfMemory);
    this.announce(container.spec.name);
  }

  /** Somebody removes the container with the engine's own tools. */
  async removeBehindOurBack(agentId: string): Promise<void> {
    const container = this.of(agentId);
    await this.end(container, 137);
    this.containers.delete(container.spec.name);
    this.announce(container.spec.name);
  }

  announce(name: string | null): void {
    for (const watcher of this.#watchers) {
      watcher(name);
    }
  }

  watch(onChange: (name: string | null) => void, signal: AbortSignal): void {
    this.#watchers.add(onChange);
    signal.addEventListener("abort", () => this.#watchers.delete(onChange), { once: true });
  }

  async stateDir(name: string): Promise<string> {
    const existing = this.#stateDirs.get(name) ?? newStateDir();
    this.#stateDirs.set(name, existing);
    return existing;
  }

  hasState(name: string): boolean {
    return this.#stateDirs.has(name);
  }

  async removeState(name: string): Promise<void> {
    const folder = this.#stateDirs.get(name);
    this.#stateDirs.delete(name);
    this.removedStates.push(name);
    if (folder !== undefined) {
      await rm(dirname(await folder), { recursive: true, force: true });
    }
  }

  async end(container: InMemoryContainer, exitCode: number, wasOutOfMemory = false): Promise<void> {
    const { gateway } = container;
    container.ending.abort();
    container.gateway = null;
    if (container.state === "running") {
      container.state = "exited";
      container.exitCode = exitCode;
      container.wasOutOfMemory = wasOutOfMemory;
    }
    await gateway?.close();
  }

  /** Ends everything and deletes all state. */
  async close(): Promise<void> {
    await Promise.all([...this.containers.values()].map(async (container) => this.end(container, 137)));
    this.containers.clear();
    for (const folder of this.#stateDirs.values()) {
      await rm(dirname(await folder), { recursive: true, force: true });
    }
    this.#stateDirs.clear();
  }
}

class InMemoryRuntime implements AgentRuntime {
  readonly kind: AgentRuntime["kind"];
  readonly isIsolated: boolean;
  readonly #engine: InMemoryEngine;

  constructor(engine: InMemoryEngine, kind: AgentRuntime["kind"]) {
    this.#engine = engine;
    this.kind = kind;
    this.isIsolated = kind === "docker";
  }

  async check(): Promise<{ isReachable: boolean; detail: string }> {
    const { isReachable } = this.#engine.faults;
    return { isReachable, detail: isReachable ? "The in-memory engine answers." : "The in-memory engine is away." };
  }

  async prepare(): Promise<{ internalHost: string }> {
    this.#called("prepare");
    return { internalHost: "127.0.0.1" };
  }

  async cores(): Promise<number> {
    return this.#engine.faults.cores;
  }

  async hasImage(_image: AgentImage): Promise<boolean> {
    this.#called("hasImage");
    return this.#engine.faults.hasImage;
  }

  async ensureImage(_image: AgentImage, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal): Promise<void> {
    this.#called("ensureImage");
    for (const progress of this.#engine.progress) {
      onProgress(progress);
    }
    await this.#engine.gate;
    signal.throwIfAborted();
    if (this.#engine.faults.imageError !== null) {
      throw this.#engine.faults.imageError;
    }
    this.#engine.faults.hasImage = true;
  }

  async create(spec: ContainerSpec): Promise<void> {
    this.#called(`create ${spec.name}`);
    const specHash = createHash("sha256").update(JSON.stringify(spec)).digest("hex");
    const existing = this.#engine.containers.get(spec.name);
    if (existing?.specHash === specHash) {
      return;
    }
    if (existing !== undefined) {
      await this.#engine.end(existing, 143);
    }
    this.#engine.containers.set(spec.name, {
      spec,
      specHash,
      state: "created",
      exitCode: null,
      wasOutOfMemory: false,
      gateway: null,
      token: null,
      startCount: 0,
      ending: new AbortController(),
    });
  }

  async start(name: string, token: string): Promise<{ endpoint: Endpoint; wasRunning: boolean }> {
    this.#called(`start ${name}`);
    const container = this.#require(name);
    if (this.#engine.faults.startError !== null) {
      throw this.#engine.faults.startError;
    }
    if (container.gateway !== null) {
      return { endpoint: endpointOf(container.gateway), wasRunning: true };
    }
    const gateway = await startFakeGateway({
      token: deriveGatewayToken(token),
      sessionsFile: join(await this.#engine.stateDir(name), "sessions.json"),
      readyAfterMs: this.#engine.faults.crowd === null ? this.#engine.faults.readyAfterMs : Infinity,
      record: true,
      onExit: (code) => void this.#engine.crash(container.spec.agentId, code),
    });
    Object.assign(container, {
      gateway,
      token,
      state: "running",
      exitCode: null,
      wasOutOfMemory: false,
      startCount: container.startCount + 1,
      ending: new AbortController(),
    });
    this.#engine.faults.crowd?.boot(gateway, container.ending.signal, () => this.#engine.crash(container.spec.agentId, 78));
    if (this.#engine.faults.followsBundle) {
      this.#supervise(container, gateway, token, await stateMarkIn(await this.#engine.stateDir(name)));
    }
    this.#engine.announce(name);
    return { endpoint: endpointOf(gateway), wasRunning: false };
  }

  #supervise(container: InMemoryContainer, gateway: FakeGateway, containerToken: string, state: VolumeState): void {
    const { signal } = container.ending;
    followBundle(gateway, { configUrl: container.spec.configUrl, containerToken, signal, state, port: gateway.port }).catch(
      async (error: unknown) => {
        if (!signal.aborted) {
          await this.#engine.end(container, error instanceof ConfigRefusedError ? 77 : 1);
          this.#engine.announce(container.spec.name);
        }
      },
    );
  }

  async stop(name: string, _graceMs: number): Promise<void> {
    this.#called(`stop ${name}`);
    const container = this.#engine.containers.get(name);
    if (container !== undefined) {
      await this.#engine.end(container, 0);
      this.#engine.announce(name);
    }
  }

  async remove(name: string): Promise<void> {
    this.#called(`remove ${name}`);
    const container = this.#engine.containers.get(name);
    if (container !== undefined) {
      await this.#engine.end(container, 137);
      this.#engine.containers.delete(name);
      this.#engine.announce(name);
    }
  }

  async removeState(name: string): Promise<void> {
    this.#called(`removeState ${name}`);
    await this.#engine.removeState(name);
  }

  async inspect(name: string): Promise<ContainerObservation | null> {
    this.#called(`inspect ${name}`);
    const container = this.#engine.containers.get(name);
    return container === undefined ? null : observationOf(container);
  }

  async exportState({ name }: StateOwner): Promise<Readable | null> {
    return this.#engine.hasState(name) ? archiveState(dirname(await this.#engine.stateDir(name))) : null;
  }

  async importState({ name }: StateOwner, tar: Readable): Promise<void> {
    if (this.#engine.hasState(name)) {
      throw new RuntimeError("refused", "There is a state already.");
    }
    await extractState(dirname(await this.#engine.stateDir(name)), tar);
  }

  async cpuTimeMs(name: string): Promise<number | null> {
    this.#called(`cpuTimeMs ${name}`);
    const isRunning = this.#engine.containers.get(name)?.state === "running";
    return isRunning ? (this.#engine.faults.isBusy ? performance.now() : 1_000) : null;
  }

  async measureStates(owners: readonly StateOwner[]): Promise<ReadonlyMap<string, number>> {
    this.#called("measureStates");
    const { sizes, unmeasurable } = this.#engine;
    const measured = new Map(owners.flatMap(({ name }) => (sizes.has(name) ? [[name, sizes.get(name) ?? 0]] : [])));
    const fault = owners.map(({ name }) => unmeasurable.get(name)).find((found) => found !== undefined);
    if (measured.size === 0 && fault !== undefined) {
      throw fault;
    }
    return measured;
  }

  async diskSpace(): Promise<DiskSpace | null> {
    return this.#engine.disk;
  }

  async logs(name: string, lines: number): Promise<string[]> {
    this.#called(`logs ${name}`);
    return (this.#engine.said.get(name) ?? []).slice(-lines);
  }

  async list(instanceId: string): Promise<ContainerObservation[]> {
    this.#called("list");
    return [...this.#engine.containers.values()].filter((container) => container.spec.instanceId === instanceId).map(observationOf);
  }

  watch(_instanceId: string, onChange: (name: string | null) => void, signal: AbortSignal): void {
    this.#engine.watch(onChange, signal);
  }

  async close(): Promise<void> {
    if (this.kind === "process") {
      await Promise.all([...this.#engine.containers.values()].map(async (container) => this.#engine.end(container, 0)));
    }
  }

  #called(call: string): void {
    this.#engine.calls.push(call);
    if (!this.#engine.faults.isReachable) {
      throw new RuntimeError("unreachable", "The in-memory engine is away.");
    }
  }

  #require(name: string): InMemoryContainer {
    const container = this.#engine.containers.get(name);
    if (container === undefined) {
      throw new RuntimeError("not_found", `There is no container ${name}.`);
    }
    return container;
  }
}

function endpointOf(gateway: FakeGateway): Endpoint {
  return { host: "127.0.0.1", port: gateway.port };
}

function observationOf(container: InMemoryContainer): ContainerObservation {
  return {
    name: container.spec.name,
    agentId: container.spec.agentId,
    specHash: container.specHash,
    state: container.state,
    endpoint: container.gateway === null ? null : endpointOf(container.gateway),
    exitCode: container.exitCode,
    wasOutOfMemory: container.wasOutOfMemory,
  };
}

type VolumeState = NonNullable<Parameters<typeof followBundle>[1]["state"]>;

/** As the supervisor marks a volume. */
async function stateMarkIn(folder: string): Promise<VolumeState> {
  const path = join(folder, ".mosaic-state");
  const isEmpty = !existsSync(join(folder, "sessions.json"));
  const known = await readFile(path, "utf8").catch(() => null);
  if (known !== null) {
    return { mark: known, isNew: false, isEmpty };
  }
  const mark = randomUUID();
  await writeFile(path, mark);
  return { mark, isNew: true, isEmpty };
}

async function newStateDir(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), "mosaic-in-memory-")), "state");
  await mkdir(folder);
  return folder;
}
