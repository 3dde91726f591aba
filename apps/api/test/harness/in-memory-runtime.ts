import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RuntimeKind } from "@mosaic/contracts/onboarding";
import type { AgentRuntime, DiskSpace, PrepareProgress, RuntimeError } from "@mosaic/runtime/agent-runtime";
import type { WorkloadSpec } from "@mosaic/runtime/workload-spec";
import type { FakeGateway } from "@mosaic/testing/fake-gateway";
import type { CrowdedMachine } from "./crowded-machine.js";
import { InMemoryDriver } from "./in-memory-driver.js";

export interface InMemoryContainer {
  readonly spec: WorkloadSpec;
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
  /** Whoever comes to a gateway that is started from now on comes from its own loopback, as it sees it. Else its WebSocket lets nobody do anything. */
  isTrusting: boolean;
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
    isTrusting: true,
    isBusy: false,
    cores: 64,
    crowd: null,
  };
  /** What `ensureImage` reports before it resolves. */
  progress: PrepareProgress[] = [];
  /** What its containers reach this machine by. They are none, so that any address of the machine is right. */
  machineHost = "127.0.0.1";
  /** `ensureImage` waits for it: for a test that wants to look while a start is under way. */
  gate: Promise<void> = Promise.resolve();
  readonly calls: string[] = [];
  /** Runs before a file of an agent's is shown to whoever looks for some: for a test in which it changes, or a disk is slow. */
  beforeTaking: (place: string, signal: AbortSignal) => Promise<void> = async () => undefined;
  /** Names of the containers whose state was deleted. */
  readonly removedStates: string[] = [];
  /** What containers are taken to have written. */
  readonly said = new Map<string, string[]>();
  /** What the states of containers are taken to be, by name. */
  readonly sizes = new Map<string, number>();
  /** What measuring ends with where there are only such containers. */
  readonly unmeasurable = new Map<string, RuntimeError>();
  disk: DiskSpace | null = { freeBytes: 50e9, totalBytes: 100e9 };
  private readonly stateDirs = new Map<string, Promise<string>>();
  private readonly watchers = new Set<(name: string | null) => void>();

  driver(kind: RuntimeKind): AgentRuntime {
    return new InMemoryDriver(this, kind === "process");
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
    for (const watcher of this.watchers) {
      watcher(name);
    }
  }

  watch(onChange: (name: string | null) => void, signal: AbortSignal): void {
    this.watchers.add(onChange);
    signal.addEventListener("abort", () => this.watchers.delete(onChange), { once: true });
  }

  async stateDir(name: string): Promise<string> {
    const existing = this.stateDirs.get(name) ?? newStateDir();
    this.stateDirs.set(name, existing);
    return existing;
  }

  hasState(name: string): boolean {
    return this.stateDirs.has(name);
  }

  async removeState(name: string): Promise<void> {
    const folder = this.stateDirs.get(name);
    this.stateDirs.delete(name);
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
    for (const folder of this.stateDirs.values()) {
      await rm(dirname(await folder), { recursive: true, force: true });
    }
    this.stateDirs.clear();
  }
}

async function newStateDir(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), "mosaic-in-memory-")), "state");
  await mkdir(folder);
  return folder;
}
