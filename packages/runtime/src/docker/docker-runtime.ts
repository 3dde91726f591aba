import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readable } from "node:stream";
import type { ContainerInspectInfo } from "dockerode";
import type {
  AgentRuntime,
  ContainerObservation,
  DiskSpace,
  Endpoint,
  PrepareProgress,
  RuntimeCheck,
  StateOwner,
} from "../agent-runtime.js";
import type { AgentImage, WorkloadSpec } from "../workload-spec.js";
import { toLogLines } from "../log-lines.js";
import { RuntimeError } from "../agent-runtime.js";
import { requireContainerName, requireImageName } from "../container-name.js";
import { KeyedQueue } from "../keyed-queue.js";
import { SharedTasks } from "../shared-task.js";
import { type BuildSettings, hasImage, helperImageOf, imagesOf, obtainImage } from "./agent-images.js";
import { ensureAgentsNetwork, reattach } from "./agents-network.js";
import { followContainerEvents } from "./container-events.js";
import { readContainerLogs } from "./container-logs.js";
import { observeInspected, observeListed } from "./container-observation.js";
import { lendFolder } from "./borrowed-folder.js";
import { containerOptions, instanceLabel, specHashOf, volumeNameOf } from "./container-options.js";
import { spaceOf } from "../disk-use.js";
import { callTimeoutMs, Engine } from "./engine.js";
import { isStatus, toRuntimeError } from "./engine-errors.js";
import { isHelper, longestHelpLimitMs, removeLeftHelpers } from "./helper-containers.js";
import { measureVolumes } from "./measure-volumes.js";
import { exportVolume, importVolume, ownVolume } from "./state-archive.js";
import { readCpuTimeMs } from "./container-usage.js";
import type { FolderRequest, StateFile, TakeFile } from "../state-files.js";
import { putIntoState, walkState } from "./state-files.js";
import { createStateVolume, removeStateVolume, stateVolumeOwner } from "./state-volume.js";
import { startWithToken } from "./token-handover.js";

export interface DockerRuntimeOptions {
  /** Labels all that this installation makes; what carries another one, or none, is never touched. */
  readonly instanceId: string;
  /** As in DOCKER_HOST; without it the local socket. */
  readonly host?: string | undefined;
  readonly networkName?: string;
  /** At most 15 characters, as the kernel has it. Firewall rules are written against it. */
  readonly bridgeName?: string;
  readonly localBaseImage?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** An own container of no agent that is older was left by a killed process. */
  readonly longestHelpMs?: number;
}

const checkTimeoutMs = 5_000;
const removeGraceMs = 10_000;
const createRetryMs = 50;
const createLimitMs = 10_000;
const inspectionsAtOnce = 8;
const diskKnownMs = 10 * 60_000;

/** Containers on a Docker engine, each hardened and with a volume of its own, on one bridge on which they can't reach each other. */
export function createDockerRuntime(options: DockerRuntimeOptions): AgentRuntime {
  return new DockerRuntime(options);
}

class DockerRuntime implements AgentRuntime {
  private readonly engine: Engine;
  private readonly instanceId: string;
  private readonly networkName: string;
  private readonly bridgeName: string;
  private readonly buildSettings: BuildSettings;
  private readonly longestHelpMs: number;
  private readonly images = new SharedTasks<PrepareProgress>();
  private readonly queue = new KeyedQueue();
  private knownCores: number | undefined;
  /** As the last measuring saw it, for an engine whose folder is not on this machine's disk. */
  private disk: { readonly space: DiskSpace; readonly atMs: number } | undefined;

  constructor(options: DockerRuntimeOptions) {
    this.engine = new Engine(options.host);
    this.instanceId = options.instanceId;
    this.bridgeName = options.bridgeName ?? "mosaic0";
    this.networkName = options.networkName ?? "mosaic-agents";
    this.longestHelpMs = options.longestHelpMs ?? longestHelpLimitMs;
    this.buildSettings = { localBaseImage: options.localBaseImage ?? "mosaic/base:node24", buildArgs: options.buildArgs ?? {} };
  }

  async check(): Promise<RuntimeCheck> {
    try {
      const version = await this.engine.call((docker) => docker.version(), checkTimeoutMs);
      return { isReachable: true, detail: `Docker ${version.Version} at ${this.engine.where}` };
    } catch (error) {
      return { isReachable: false, detail: toRuntimeError(error, this.engine.where).detail };
    }
  }

  async cores(): Promise<number> {
    try {
      this.knownCores ??= (await this.engine.call((docker) => docker.info() as Promise<{ NCPU: number }>, checkTimeoutMs)).NCPU;
    } catch {
      return availableParallelism();
    }
    return this.knownCores;
  }

  async prepare(): Promise<{ internalHost: string }> {
    const { gateway } = await this.ensureNetwork();
    return { internalHost: gateway };
  }

  async hasImage(image: AgentImage): Promise<boolean> {
    requireImageName(image.name);
    const names = imagesOf(image).map(({ name }) => name);
    return (await Promise.all(names.map(async (name) => hasImage(this.engine, name)))).every(Boolean);
  }

  async ensureImage(image: AgentImage, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal): Promise<void> {
    for (const each of imagesOf(image)) {
      requireImageName(each.name);
      const work = (report: (progress: PrepareProgress) => void, ending: AbortSignal) =>
        obtainImage(this.engine, each, this.buildSettings, report, ending);
      await this.images.run(each.name, work, onProgress, signal);
    }
  }

  async create(spec: WorkloadSpec): Promise<void> {
    requireContainerName(spec.name);
    requireImageName(spec.image.name);
    if (!Number.isInteger(spec.user) || spec.user < 1) throw new RuntimeError("refused", "Mosaic runs no agent as root.");
    if (spec.instanceId !== this.instanceId) throw new RuntimeError("refused", "The container belongs to another installation of Mosaic.");
    await this.queue.run(spec.name, async () => {
      await this.ensureNetwork();
      await this.adoptOrCreate(spec);
    });
  }

  start(name: string, token: string): Promise<{ endpoint: Endpoint; wasRunning: boolean }> {
    return this.queue.run(name, async () => {
      const info = await this.findOwn(name);
      if (info === null) throw new RuntimeError("not_found", `There is no container "${name}".`);
      const before = observeInspected(info, this.networkName);
      if (before.endpoint) return { endpoint: before.endpoint, wasRunning: true };
      const network = await this.ensureNetwork();
      await reattach(this.engine, info, { name: this.networkName, id: network.id });
      const { wasRunning } = await startWithToken(this.engine, info.Id, token);
      return { endpoint: await this.endpointOf(name), wasRunning };
    });
  }

  async stop(name: string, graceMs: number): Promise<void> {
    const info = await this.findOwn(name);
    if (info !== null) await this.stopContainer(info.Id, graceMs);
  }

  async remove(name: string): Promise<void> {
    const info = await this.findOwn(name);
    if (info === null) return;
    await this.stopContainer(info.Id, removeGraceMs);
    await this.removeContainer(info.Id);
  }

  async removeState(name: string): Promise<void> {
    if ((await this.findOwn(name)) !== null) {
      throw new RuntimeError("refused", "The agent's container still exists: remove it before its state.");
    }
    await removeStateVolume(this.engine, volumeNameOf(name), this.instanceId);
  }

  async inspect(name: string): Promise<ContainerObservation | null> {
    const info = await this.findOwn(name);
    return info === null ? null : observeInspected(info, this.networkName);
  }

  async list(instanceId: string): Promise<ContainerObservation[]> {
    const filters = { label: [`${instanceLabel}=${instanceId}`] };
    const found = await this.engine.call((docker, abortSignal) => docker.listContainers({ all: true, filters, abortSignal }));
    // Not waited for: an engine that is slow to remove keeps nobody from the list.
    void removeLeftHelpers(this.engine, found, this.longestHelpMs);
    const listed = found.filter((info) => !isHelper(info));
    const observations: ContainerObservation[] = [];
    for (let start = 0; start < listed.length; start += inspectionsAtOnce) {
      const part = listed.slice(start, start + inspectionsAtOnce);
      const seen = await Promise.all(part.map(async (info) => observeListed(info, this.networkName) ?? this.observeById(info.Id)));
      observations.push(...seen.filter((observation) => observation !== null));
    }
    return observations;
  }

  async exportState(owner: StateOwner): Promise<Readable | null> {
    const volume = volumeNameOf(owner.name);
    if ((await stateVolumeOwner(this.engine, volume)) !== this.instanceId) return null;
    return exportVolume(this.engine, { volume, image: helperImageOf(owner.image).name, instanceId: this.instanceId });
  }

  async importState(owner: StateOwner, tar: Readable): Promise<void> {
    const volume = volumeNameOf(owner.name);
    if ((await stateVolumeOwner(this.engine, volume)) !== null) {
      throw new RuntimeError("refused", `There is a volume "${volume}" already. Nothing was written over it.`);
    }
    const { agentId } = owner;
    await createStateVolume(this.engine, { name: volume, instanceId: this.instanceId, agentId });
    try {
      await importVolume(this.engine, { volume, image: helperImageOf(owner.image).name, instanceId: this.instanceId }, tar);
    } catch (error) {
      await removeStateVolume(this.engine, volume, this.instanceId).catch(() => undefined);
      throw error;
    }
  }

  async putFile(name: string, file: StateFile): Promise<void> {
    await putIntoState(this.engine, await this.placeOf(name), file);
  }

  async readFiles(name: string, request: FolderRequest, take: TakeFile): Promise<boolean> {
    return walkState(this.engine, await this.placeOf(name), request, take);
  }

  async cpuTimeMs(name: string): Promise<number | null> {
    const info = await this.findOwn(name);
    if (info === null || !info.State.Running) return null;
    return readCpuTimeMs(this.engine, info.Id);
  }

  async measureStates(owners: readonly StateOwner[]): Promise<ReadonlyMap<string, number>> {
    const measured = new Map<string, number>();
    const faults: unknown[] = [];
    for (const [image, some] of Map.groupBy(owners, ({ image }) => helperImageOf(image).name)) {
      try {
        const own = await this.queue.run("measure:", async () => this.measure(image, some));
        for (const [name, bytes] of own) measured.set(name, bytes);
      } catch (error) {
        // Somebody's own image may have no shell: that keeps nobody else from being measured.
        faults.push(error);
      }
    }
    if (measured.size === 0 && faults.length > 0) throw faults[0];
    return measured;
  }

  private async measure(image: string, owners: readonly StateOwner[]): Promise<ReadonlyMap<string, number>> {
    const present: StateOwner[] = [];
    for (const owner of owners) {
      // A volume that is named in a mount is made if it is missing.
      if ((await stateVolumeOwner(this.engine, volumeNameOf(owner.name))) === this.instanceId) present.push(owner);
    }
    if (present.length === 0) return new Map();
    const volumes = present.map(({ name }) => volumeNameOf(name));
    const { bytes, disk } = await measureVolumes(this.engine, image, this.instanceId, volumes);
    if (disk !== null) this.disk = { space: disk, atMs: performance.now() };
    return new Map(present.flatMap(({ name }) => (bytes.has(volumeNameOf(name)) ? [[name, bytes.get(volumeNameOf(name)) ?? 0]] : [])));
  }

  async diskSpace(): Promise<DiskSpace | null> {
    if (this.engine.isLocal) {
      const info: unknown = await this.engine.call(async (docker) => docker.info());
      const root = typeof info === "object" && info !== null && "DockerRootDir" in info ? info.DockerRootDir : null;
      const space = typeof root === "string" ? await spaceOf(root) : null;
      if (space !== null) return space;
    }
    return this.disk !== undefined && performance.now() - this.disk.atMs < diskKnownMs ? this.disk.space : null;
  }

  async logs(name: string, lines: number): Promise<string[]> {
    const info = await this.findOwn(name);
    if (info === null) return [];
    return toLogLines(await readContainerLogs(this.engine, info.Id, lines), lines);
  }

  watch(instanceId: string, onChange: (name: string | null) => void, signal: AbortSignal): void {
    void followContainerEvents(this.engine, instanceId, onChange, signal);
  }

  async close(): Promise<void> {
    this.engine.close();
  }

  private ensureNetwork(): Promise<{ id: string; gateway: string }> {
    const names = { networkName: this.networkName, bridgeName: this.bridgeName };
    return this.queue.run("network:", () => ensureAgentsNetwork(this.engine, names));
  }

  private async adoptOrCreate(spec: WorkloadSpec): Promise<void> {
    const deadline = performance.now() + createLimitMs;
    const { instanceId, networkName } = this;
    const { borrows } = spec.image;
    const lent = borrows === undefined ? null : await lendFolder(this.engine, { instanceId, folder: borrows });
    for (;;) {
      const present = await this.inspectByName(spec.name);
      if (present && !this.isOwn(present)) {
        const detail = `There is a container "${spec.name}" that is not this installation's. Rename or remove it, then try again.`;
        throw new RuntimeError("name_taken", detail);
      }
      if (present && observeInspected(present, this.networkName).specHash === specHashOf(spec, networkName, lent)) return;
      if (present) {
        await this.stopContainer(present.Id, removeGraceMs);
        await this.removeContainer(present.Id);
      }
      await createStateVolume(this.engine, { name: volumeNameOf(spec.name), instanceId: spec.instanceId, agentId: spec.agentId });
      if (borrows !== undefined) {
        // An image that was not made for Mosaic may lack the folder, or have it as somebody else's.
        await ownVolume(this.engine, { volume: volumeNameOf(spec.name), image: borrows.image.name, instanceId }, spec.user);
      }
      try {
        await this.engine.call((docker, abortSignal) =>
          docker.createContainer({ ...containerOptions(spec, networkName, lent), abortSignal }),
        );
        return;
      } catch (error) {
        if (isStatus(error, 404)) throw imageGone(spec.image.name, error);
        if (!isStatus(error, 409) || performance.now() > deadline) throw error;
        // Someone else was faster: look again what it is. The engine gives a name away some time before it shows the container.
        await sleep(createRetryMs);
      }
    }
  }

  private async endpointOf(name: string): Promise<Endpoint> {
    const after = await this.inspect(name);
    if (after?.endpoint) return after.endpoint;
    const ending = after?.exitCode === null || after === null ? "" : ` (exit code ${after.exitCode})`;
    throw new RuntimeError("refused", `The agent's container ended right after its start${ending}.`);
  }

  private async stopContainer(id: string, graceMs: number): Promise<void> {
    const seconds = Math.ceil(graceMs / 1000);
    try {
      await this.engine.call((docker, abortSignal) => docker.getContainer(id).stop({ t: seconds, abortSignal }), graceMs + callTimeoutMs);
    } catch (error) {
      if (!isStatus(error, 304, 404)) throw error;
    }
  }

  private async removeContainer(id: string): Promise<void> {
    try {
      await this.engine.call((docker, abortSignal) => docker.getContainer(id).remove({ force: true, abortSignal }));
    } catch (error) {
      if (isStatus(error, 404)) return;
      if (!isStatus(error, 409)) throw error;
      await this.untilRemoved(id);
    }
  }

  /** Someone else's removal is under way. */
  private async untilRemoved(id: string): Promise<void> {
    try {
      await this.engine.call((docker, abortSignal) => docker.getContainer(id).wait({ condition: "removed", abortSignal }));
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  private async placeOf(name: string): Promise<{ containerId: string; stateDir: string; uid: number }> {
    const info = await this.findOwn(name);
    const stateDir = info?.Mounts.find((mount) => mount.Name === volumeNameOf(name))?.Destination;
    if (info === null || stateDir === undefined) throw new RuntimeError("not_found", `There is no container "${name}".`);
    return { containerId: info.Id, stateDir, uid: Number.parseInt(info.Config.User, 10) };
  }

  private async findOwn(name: string): Promise<ContainerInspectInfo | null> {
    const info = await this.inspectByName(name);
    return info && this.isOwn(info) ? info : null;
  }

  private isOwn(info: ContainerInspectInfo): boolean {
    return info.Config.Labels?.[instanceLabel] === this.instanceId;
  }

  private async inspectByName(name: string): Promise<ContainerInspectInfo | null> {
    requireContainerName(name);
    const info = await this.inspectById(name);
    // The engine also answers to the beginning of an id.
    return info?.Name === `/${name}` ? info : null;
  }

  private async observeById(id: string): Promise<ContainerObservation | null> {
    const info = await this.inspectById(id);
    return info === null ? null : observeInspected(info, this.networkName);
  }

  private async inspectById(id: string): Promise<ContainerInspectInfo | null> {
    try {
      return await this.engine.call((docker, abortSignal) => docker.getContainer(id).inspect({ abortSignal }));
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }
}

function imageGone(imageName: string, cause: unknown): RuntimeError {
  return new RuntimeError("image_missing", `The image "${imageName}" is not on this machine (any more).`, { cause });
}
