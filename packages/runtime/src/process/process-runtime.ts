import type { Readable } from "node:stream";
import { access, constants, mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
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
import { RuntimeError } from "../agent-runtime.js";
import { requireContainerName } from "../container-name.js";
import { spaceOf } from "../disk-use.js";
import { measureFolder } from "./measure-folder.js";
import { type FolderRequest, type StateFile, type TakeFile, walkBelow, writeBelow } from "../state-files.js";
import { KeyedQueue } from "../keyed-queue.js";
import { toLogLines } from "../log-lines.js";
import { type AgentProcess, startAgentProcess } from "./agent-process.js";
import { archiveState, extractState } from "./state-archive.js";
import { AgentRecords, type ExitRecord, specRecordOf, type SpecRecord } from "./agent-records.js";
import { childEnvironment } from "./child-environment.js";
import { endLeftovers, stopRun } from "./leftovers.js";
import { ensureSoftware, hasSoftware, startOf } from "./installations.js";
import { findPortPair } from "./port-pair.js";
import { groupCpuTimeMs, isAlive, ownIdentity } from "./process-identity.js";
import { makeRunFolder } from "./run-folder.js";

export interface ProcessRuntimeOptions {
  readonly instanceId: string;
  /** Mosaic's own folder: agents are kept in `agents/`, each installation in a folder of its own. */
  readonly stateDir: string;
}

const loopbackHost = "127.0.0.1";
const removeGraceMs = 10_000;
const closeGraceMs = 3_000;
const noExit: ExitRecord = { exitCode: null, wasOutOfMemory: false };

interface Child {
  readonly process: AgentProcess;
  readonly port: number;
  /** Its end is on record. */
  readonly recorded: Promise<void>;
}

/**
 * Agents as child processes of Mosaic: for trying it out on a machine without an engine. They are not walled off from the machine or from
 * each other. No memory limit can be enforced either: only the JavaScript heap is bounded. They end with the Mosaic process.
 */
export function createProcessRuntime(options: ProcessRuntimeOptions): AgentRuntime {
  return new ProcessRuntime(options);
}

class ProcessRuntime implements AgentRuntime {
  private readonly options: ProcessRuntimeOptions;
  private readonly records: AgentRecords;
  /** Also those that have ended: what they said is asked for. */
  private readonly children = new Map<string, Child>();
  private readonly watchers = new Set<(name: string | null) => void>();
  private readonly queue = new KeyedQueue();
  private recovery: Promise<void> | undefined;
  private isClosed = false;

  constructor(options: ProcessRuntimeOptions) {
    this.options = options;
    this.records = new AgentRecords(join(options.stateDir, "agents"));
  }

  async check(): Promise<RuntimeCheck> {
    try {
      await mkdir(this.options.stateDir, { recursive: true, mode: 0o700 });
      await access(this.options.stateDir, constants.R_OK | constants.W_OK | constants.X_OK);
      return { isReachable: true, detail: "Agents run as processes of this machine and are not isolated." };
    } catch {
      return { isReachable: false, detail: `The folder ${this.options.stateDir} can't be written. Give it to the user that runs Mosaic.` };
    }
  }

  async cores(): Promise<number> {
    return availableParallelism();
  }

  async prepare(): Promise<{ internalHost: string }> {
    return this.ready(async () => ({ internalHost: loopbackHost }));
  }

  async hasImage(image: AgentImage): Promise<boolean> {
    return hasSoftware(image, this.options.stateDir);
  }

  async ensureImage(image: AgentImage, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal): Promise<void> {
    await ensureSoftware(image, this.options.stateDir, { onProgress, signal });
  }

  async create(spec: WorkloadSpec): Promise<void> {
    requireContainerName(spec.name);
    if (spec.instanceId !== this.options.instanceId) {
      throw new RuntimeError("refused", "The container belongs to another installation of Mosaic.");
    }
    await this.exclusively(spec.name, async () => {
      if (await this.records.isForeign(spec.name, spec.instanceId)) throw foreignFolder(spec.name);
      const record = specRecordOf(spec);
      if ((await this.records.read(spec.name, "spec"))?.specHash === record.specHash) return;
      await this.stopNow(spec.name, removeGraceMs);
      await this.records.claim(spec.name, { instanceId: spec.instanceId, agentId: spec.agentId });
      await this.records.erase(spec.name, "exit");
      await this.records.write(spec.name, "spec", record);
    });
  }

  async start(name: string, token: string): Promise<{ endpoint: Endpoint; wasRunning: boolean }> {
    return this.exclusively(name, async () => {
      const record = await this.findOwn(name);
      if (record === null) throw new RuntimeError("not_found", `There is no container "${name}".`);
      const { endpoint } = await this.observe(name, record);
      if (endpoint) return { endpoint, wasRunning: true };
      if (this.isClosed) throw shuttingDown();
      // Different agents may start at the same moment: one after the other, so that no port is given out twice.
      return { endpoint: await this.queue.run("starts:", () => this.startChild(record.spec, token)), wasRunning: false };
    });
  }

  async stop(name: string, graceMs: number): Promise<void> {
    await this.exclusively(name, async () => {
      if ((await this.findOwn(name)) !== null) await this.stopNow(name, graceMs);
    });
  }

  async remove(name: string): Promise<void> {
    await this.exclusively(name, async () => {
      if ((await this.findOwn(name)) === null) return;
      await this.stopNow(name, removeGraceMs);
      await this.records.erase(name, "spec", "run", "exit");
      this.children.delete(name);
      this.tell(name);
    });
  }

  async removeState(name: string): Promise<void> {
    await this.exclusively(name, async () => {
      if (await this.records.isForeign(name, this.options.instanceId)) throw foreignFolder(name);
      if ((await this.records.read(name, "spec")) !== null) {
        throw new RuntimeError("refused", "The agent's container still exists: remove it before its state.");
      }
      await this.records.eraseAll(name);
    });
  }

  async inspect(name: string): Promise<ContainerObservation | null> {
    requireContainerName(name);
    return this.ready(async () => {
      const record = await this.findOwn(name);
      return record === null ? null : this.observe(name, record);
    });
  }

  async list(instanceId: string): Promise<ContainerObservation[]> {
    return this.ready(async () => {
      const observations: ContainerObservation[] = [];
      for (const name of await this.records.names()) {
        const record = await this.records.read(name, "spec");
        if (record?.spec.instanceId === instanceId) observations.push(await this.observe(name, record));
      }
      return observations;
    });
  }

  async exportState({ name }: StateOwner): Promise<Readable | null> {
    requireContainerName(name);
    if (!(await this.hasState(name))) return null;
    return archiveState(this.records.folders(name).root);
  }

  async importState({ name, agentId }: StateOwner, tar: Readable): Promise<void> {
    requireContainerName(name);
    await this.exclusively(name, async () => {
      if ((await this.hasState(name)) || (await this.records.isForeign(name, this.options.instanceId))) {
        throw new RuntimeError("refused", `There is a folder of "${name}" already. Nothing was written over it.`);
      }
      try {
        await this.records.claim(name, { instanceId: this.options.instanceId, agentId });
        await extractState(this.records.folders(name).root, tar);
      } catch (error) {
        await this.records.eraseAll(name);
        throw error;
      }
    });
  }

  async putFile(name: string, file: StateFile): Promise<void> {
    requireContainerName(name);
    await this.ready(async () => writeBelow(await this.stateOf(name), file));
  }

  async readFiles(name: string, request: FolderRequest, take: TakeFile): Promise<boolean> {
    requireContainerName(name);
    return walkBelow(await this.stateOf(name), request, take);
  }

  async cpuTimeMs(name: string): Promise<number | null> {
    const run = await this.records.read(name, "run");
    return run !== null && (await isAlive(run.leader)) ? groupCpuTimeMs(run.leader.pid) : null;
  }

  async measureStates(owners: readonly StateOwner[]): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    const measure = async ({ name }: StateOwner): Promise<void> => {
      const bytes = (await this.hasState(name)) ? await measureFolder(this.records.folders(name).root) : null;
      if (bytes !== null) sizes.set(name, bytes);
    };
    // All at once, as Docker's driver does: one agent's millions of files must not keep the sizes of the others.
    await this.queue.run("measure:", () => Promise.all(owners.map(measure)));
    return sizes;
  }

  async diskSpace(): Promise<DiskSpace | null> {
    return spaceOf(this.options.stateDir);
  }

  async logs(name: string, lines: number): Promise<string[]> {
    return toLogLines(this.children.get(name)?.process.said() ?? "", lines);
  }

  watch(instanceId: string, onChange: (name: string | null) => void, signal: AbortSignal): void {
    if (signal.aborted || instanceId !== this.options.instanceId) return;
    this.watchers.add(onChange);
    signal.addEventListener("abort", () => this.watchers.delete(onChange), { once: true });
    queueMicrotask(() => {
      if (!signal.aborted) onChange(null);
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.watchers.clear();
    await Promise.all([...this.children.values()].map((child) => endChild(child, closeGraceMs)));
  }

  private async startChild(spec: WorkloadSpec, token: string): Promise<Endpoint> {
    const { name } = spec;
    const { command, environment } = await startOf(spec.image, this.options.stateDir);
    const folders = await this.records.readyFolders(name);
    const port = await this.portFor(name);
    const runDir = await makeRunFolder(name, folders.root);
    const child = await startAgentProcess({
      command,
      cwd: folders.state,
      environment: childEnvironment(spec, environment, { folders, runDir, port }, process.env),
    }).catch(async (error: unknown) => {
      await rm(runDir, { recursive: true, force: true });
      throw error;
    });
    this.children.set(name, { process: child, port, recorded: this.recordEnd(name, child, runDir) });
    if (this.isClosed) {
      await this.stopNow(name, 0);
      throw shuttingDown();
    }
    child.handOver(token);
    // Only now: a Mosaic that dies before this closes the standard input of its child, which then ends by itself.
    if (!child.hasExited) await this.records.write(name, "run", { leader: child.identity, parent: await ownIdentity(), port, runDir });
    this.tell(name);
    return { host: loopbackHost, port };
  }

  private async portFor(name: string): Promise<number> {
    const last = await this.records.read(name, "port");
    const others = [...this.children].filter(([other]) => other !== name);
    const port = await findPortPair(new Set(others.map(([, child]) => child.port)), last?.port);
    if (port !== last?.port) await this.records.write(name, "port", { port });
    return port;
  }

  /** Puts a child's end on record, once it has come. */
  private async recordEnd(name: string, child: AgentProcess, runDir: string): Promise<void> {
    const exit = await child.exited;
    await this.records.write(name, "exit", exit).catch(() => undefined);
    await this.records.erase(name, "run").catch(() => undefined);
    await rm(runDir, { recursive: true, force: true }).catch(() => undefined);
    this.tell(name);
  }

  private async stopNow(name: string, graceMs: number): Promise<void> {
    const child = this.children.get(name);
    if (child) await endChild(child, graceMs);
    // That of another Mosaic process on the same folder.
    const run = await this.records.read(name, "run");
    if (run === null) return;
    await stopRun(run, this.records.folders(name).state, graceMs);
    await this.records.erase(name, "run");
  }

  private async observe(name: string, { spec, specHash }: SpecRecord): Promise<ContainerObservation> {
    const known = { name, agentId: spec.agentId, specHash };
    const running = (port: number) => ({ ...known, ...noExit, state: "running" as const, endpoint: { host: loopbackHost, port } });
    const child = this.children.get(name);
    if (child && !child.process.hasExited) return running(child.port);
    await child?.recorded;
    const run = await this.records.read(name, "run");
    // A child of another Mosaic process on the same folder.
    if (run !== null && (await isAlive(run.leader))) return running(run.port);
    const exit = (await this.records.read(name, "exit")) ?? (run === null ? null : noExit);
    return { ...known, ...(exit ?? noExit), state: exit === null ? "created" : "exited", endpoint: null };
  }

  private async hasState(name: string): Promise<boolean> {
    return (await this.records.read(name, "owner"))?.instanceId === this.options.instanceId;
  }

  private async stateOf(name: string): Promise<string> {
    if ((await this.findOwn(name)) === null) throw new RuntimeError("not_found", `There is no container "${name}".`);
    return this.records.folders(name).state;
  }

  private async findOwn(name: string): Promise<SpecRecord | null> {
    const record = await this.records.read(name, "spec");
    return record?.spec.instanceId === this.options.instanceId ? record : null;
  }

  private async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    requireContainerName(name);
    return this.ready(() => this.queue.run(name, work));
  }

  /** Makes ready once, before anything else; again if it failed. A full disk or a folder without permission is this driver's engine that is away. */
  private async ready<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.recovery ??= this.recover().catch((error: unknown) => {
        this.recovery = undefined;
        throw error;
      });
      await this.recovery;
      return await work();
    } catch (error) {
      if (error instanceof RuntimeError) throw error;
      const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
      throw new RuntimeError("unreachable", `The folder ${this.options.stateDir} can't be used${reason}.`, { cause: error });
    }
  }

  private async recover(): Promise<void> {
    await mkdir(join(this.options.stateDir, "agents"), { recursive: true, mode: 0o700 });
    await endLeftovers(this.records);
  }

  private tell(name: string): void {
    for (const watcher of this.watchers) watcher(name);
  }
}

async function endChild(child: Child, graceMs: number): Promise<void> {
  await child.process.stop(graceMs);
  await child.recorded;
}

function shuttingDown(): RuntimeError {
  return new RuntimeError("unreachable", "Mosaic is shutting down.");
}

function foreignFolder(name: string): RuntimeError {
  const detail = `There is a folder "${name}" among the agents' that is not this installation's. Move it away, then try again.`;
  return new RuntimeError("name_taken", detail);
}
