import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { archiveState, extractState } from "@mosaic/runtime/process/state-archive";
import {
  RuntimeError,
  type AgentRuntime,
  type ContainerObservation,
  type DiskSpace,
  type Endpoint,
  type PrepareProgress,
  type StateOwner,
} from "@mosaic/runtime/agent-runtime";
import { walkBelow, writeBelow, type FolderRequest, type StateFile, type TakeFile } from "@mosaic/runtime/state-files";
import type { AgentImage, WorkloadSpec } from "@mosaic/runtime/workload-spec";
import { startFakeGateway, type FakeGateway } from "@mosaic/testing/fake-gateway";
import { ConfigRefusedError, followBundle } from "@mosaic/testing/fake-supervisor";
import { deriveGatewayToken } from "@mosaic/testing/gateway-token";
import type { InMemoryContainer, InMemoryEngine } from "./in-memory-runtime.js";

/** What one application has of an engine. Where agents end with Mosaic, closing it ends them. */
export class InMemoryDriver implements AgentRuntime {
  private readonly engine: InMemoryEngine;
  private readonly endsWithMosaic: boolean;

  constructor(engine: InMemoryEngine, endsWithMosaic: boolean) {
    this.engine = engine;
    this.endsWithMosaic = endsWithMosaic;
  }

  async check(): Promise<{ isReachable: boolean; detail: string }> {
    const { isReachable } = this.engine.faults;
    return { isReachable, detail: isReachable ? "The in-memory engine answers." : "The in-memory engine is away." };
  }

  async prepare(): Promise<{ internalHost: string }> {
    this.called("prepare");
    return { internalHost: this.engine.machineHost };
  }

  async cores(): Promise<number> {
    return this.engine.faults.cores;
  }

  async hasImage(_image: AgentImage): Promise<boolean> {
    this.called("hasImage");
    return this.engine.faults.hasImage;
  }

  async ensureImage(_image: AgentImage, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal): Promise<void> {
    this.called("ensureImage");
    for (const progress of this.engine.progress) {
      onProgress(progress);
    }
    await this.engine.gate;
    signal.throwIfAborted();
    if (this.engine.faults.imageError !== null) {
      throw this.engine.faults.imageError;
    }
    this.engine.faults.hasImage = true;
  }

  async create(spec: WorkloadSpec): Promise<void> {
    this.called(`create ${spec.name}`);
    const specHash = createHash("sha256").update(JSON.stringify(spec)).digest("hex");
    const existing = this.engine.containers.get(spec.name);
    if (existing?.specHash === specHash) {
      return;
    }
    if (existing !== undefined) {
      await this.engine.end(existing, 143);
    }
    this.engine.containers.set(spec.name, {
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
    this.called(`start ${name}`);
    const container = this.require(name);
    if (this.engine.faults.startError !== null) {
      throw this.engine.faults.startError;
    }
    if (container.gateway !== null) {
      return { endpoint: endpointOf(container.gateway), wasRunning: true };
    }
    const gateway = await startFakeGateway({
      token: deriveGatewayToken(token),
      sessionsFile: join(await this.engine.stateDir(name), "sessions.json"),
      readyAfterMs: this.engine.faults.crowd === null ? this.engine.faults.readyAfterMs : Infinity,
      record: true,
      isTrusting: this.engine.faults.isTrusting,
      onExit: (code) => void this.engine.crash(container.spec.agentId, code),
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
    this.engine.faults.crowd?.boot(gateway, container.ending.signal, () => this.engine.crash(container.spec.agentId, 78));
    if (this.engine.faults.followsBundle) {
      this.supervise(container, gateway, token, await stateMarkIn(await this.engine.stateDir(name)));
    }
    this.engine.announce(name);
    return { endpoint: endpointOf(gateway), wasRunning: false };
  }

  private supervise(container: InMemoryContainer, gateway: FakeGateway, containerToken: string, state: VolumeState): void {
    const { signal } = container.ending;
    followBundle(gateway, {
      configUrl: container.spec.environment["MOSAIC_CONFIG_URL"] ?? "",
      containerToken,
      signal,
      state,
      port: gateway.port,
    }).catch(async (error: unknown) => {
      if (!signal.aborted) {
        await this.engine.end(container, error instanceof ConfigRefusedError ? 77 : 1);
        this.engine.announce(container.spec.name);
      }
    });
  }

  async stop(name: string, _graceMs: number): Promise<void> {
    this.called(`stop ${name}`);
    const container = this.engine.containers.get(name);
    if (container !== undefined) {
      await this.engine.end(container, 0);
      this.engine.announce(name);
    }
  }

  async remove(name: string): Promise<void> {
    this.called(`remove ${name}`);
    const container = this.engine.containers.get(name);
    if (container !== undefined) {
      await this.engine.end(container, 137);
      this.engine.containers.delete(name);
      this.engine.announce(name);
    }
  }

  async removeState(name: string): Promise<void> {
    this.called(`removeState ${name}`);
    await this.engine.removeState(name);
  }

  async inspect(name: string): Promise<ContainerObservation | null> {
    this.called(`inspect ${name}`);
    const container = this.engine.containers.get(name);
    return container === undefined ? null : observationOf(container);
  }

  async exportState({ name }: StateOwner): Promise<Readable | null> {
    return this.engine.hasState(name) ? archiveState(dirname(await this.engine.stateDir(name))) : null;
  }

  async importState({ name }: StateOwner, tar: Readable): Promise<void> {
    if (this.engine.hasState(name)) {
      throw new RuntimeError("refused", "There is a state already.");
    }
    await extractState(dirname(await this.engine.stateDir(name)), tar);
  }

  async putFile(name: string, file: StateFile): Promise<void> {
    this.called(`putFile ${name} ${file.path}`);
    await writeBelow(await this.engine.stateDir(name), file);
  }

  async readFiles(name: string, request: FolderRequest, take: TakeFile): Promise<boolean> {
    this.called(`readFiles ${name} ${request.path}`);
    const root = await this.engine.stateDir(name);
    return walkBelow(root, request, async (file) => {
      await this.engine.beforeTaking(join(root, request.path, file.path), request.signal);
      return take(file);
    });
  }

  async cpuTimeMs(name: string): Promise<number | null> {
    this.called(`cpuTimeMs ${name}`);
    const isRunning = this.engine.containers.get(name)?.state === "running";
    return isRunning ? (this.engine.faults.isBusy ? performance.now() : 1_000) : null;
  }

  async measureStates(owners: readonly StateOwner[]): Promise<ReadonlyMap<string, number>> {
    this.called("measureStates");
    const { sizes, unmeasurable } = this.engine;
    const measured = new Map(owners.flatMap(({ name }) => (sizes.has(name) ? [[name, sizes.get(name) ?? 0]] : [])));
    const fault = owners.map(({ name }) => unmeasurable.get(name)).find((found) => found !== undefined);
    if (measured.size === 0 && fault !== undefined) {
      throw fault;
    }
    return measured;
  }

  async diskSpace(): Promise<DiskSpace | null> {
    return this.engine.disk;
  }

  async logs(name: string, lines: number): Promise<string[]> {
    this.called(`logs ${name}`);
    return (this.engine.said.get(name) ?? []).slice(-lines);
  }

  async list(instanceId: string): Promise<ContainerObservation[]> {
    this.called("list");
    return [...this.engine.containers.values()].filter((container) => container.spec.instanceId === instanceId).map(observationOf);
  }

  watch(_instanceId: string, onChange: (name: string | null) => void, signal: AbortSignal): void {
    this.engine.watch(onChange, signal);
  }

  async close(): Promise<void> {
    if (this.endsWithMosaic) {
      await Promise.all([...this.engine.containers.values()].map(async (container) => this.engine.end(container, 0)));
    }
  }

  private called(call: string): void {
    this.engine.calls.push(call);
    if (!this.engine.faults.isReachable) {
      throw new RuntimeError("unreachable", "The in-memory engine is away.");
    }
  }

  private require(name: string): InMemoryContainer {
    const container = this.engine.containers.get(name);
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
