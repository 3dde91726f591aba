import type { Readable } from "node:stream";
import type { FolderRequest, StateFile, TakeFile } from "./state-files.js";
import type { AgentImage, WorkloadSpec } from "./workload-spec.js";

/** Where an agent's gateway answers, as the API reaches it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Whose state it is, and what it is looked at with. */
export interface StateOwner {
  /** The container's. */
  readonly name: string;
  readonly agentId: string;
  readonly image: AgentImage;
}

export interface DiskSpace {
  /** For those who are not root. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface ContainerObservation {
  readonly name: string;
  readonly agentId: string;
  readonly specHash: string;
  readonly state: "created" | "running" | "exited";
  /** `null` unless running. */
  readonly endpoint: Endpoint | null;
  readonly exitCode: number | null;
  /** The kernel killed it for memory. */
  readonly wasOutOfMemory: boolean;
}

export interface PrepareProgress {
  readonly stage: "installing" | "pulling" | "building";
  /** 0 to 100, or `null` where the outside world does not tell. */
  readonly percent: number | null;
  readonly detail: string | null;
}

export interface RuntimeCheck {
  readonly isReachable: boolean;
  /** In words, for the health page: the version, or what is wrong and what to do. */
  readonly detail: string;
}

/**
 * `unreachable`: the engine does not answer (down, no permission). `image_missing`: neither here nor to be had. `install_failed`: the
 * software could not be installed. `name_taken`: the name belongs to something that is not ours; it is never touched. `refused`: the engine said
 * no. `not_found`: no such container. `file_unreadable`: one file of a state was exchanged, or can't be read; others may be.
 */
export type RuntimeErrorCode =
  | "unreachable"
  | "image_missing"
  | "install_failed"
  | "name_taken"
  | "refused"
  | "not_found"
  | "file_unreadable";

export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;
  /** Safe to show to a user: what happened and what to do next. */
  readonly detail: string;

  constructor(code: RuntimeErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = "RuntimeError";
    this.code = code;
    this.detail = detail;
  }
}

/**
 * The one seam to whatever runs containers. Every method rejects with `RuntimeError` only (an aborted `signal` rejects with its reason). Engine
 * calls other than pulling, building and installing are bounded to 30 s; a driver retries nothing by itself.
 */
export interface AgentRuntime {
  /** Never rejects: an engine that is away is an answer. Takes at most 5 s. */
  check(): Promise<RuntimeCheck>;

  /** How many processors containers have between them. Never rejects: where the engine does not tell, this machine's. */
  cores(): Promise<number>;

  /** Idempotent. Makes what all containers share (the network) and tells the address under which containers reach this machine. */
  prepare(): Promise<{ internalHost: string }>;

  hasImage(image: AgentImage): Promise<boolean>;

  /** Idempotent, single-flight per image within the process. Rejects with `image_missing` or `install_failed`. */
  ensureImage(image: AgentImage, onProgress: (progress: PrepareProgress) => void, signal: AbortSignal): Promise<void>;

  /**
   * Idempotent. An equal spec adopts what is there, another spec replaces it (the state stays), a foreign object is `name_taken`. Does what
   * `prepare` does if that is missing, but not what `ensureImage` does: `image_missing`, here or at `start`.
   */
  create(spec: WorkloadSpec): Promise<void>;

  /**
   * Starts a created or exited container and hands it `token` in the way that its spec says. A container that runs already is left alone and `wasRunning` says so: its token is then the one that it was started with.
   * The endpoint may differ from start to start, and nothing answers there yet. Calls of one driver for one name run one after the other;
   * several Mosaic processes must agree among themselves who starts.
   */
  start(name: string, token: string): Promise<{ endpoint: Endpoint; wasRunning: boolean }>;

  /** Idempotent: stopped or missing is success. Asks politely, kills after `graceMs`. */
  stop(name: string, graceMs: number): Promise<void>;

  /** Idempotent. Removes a container, stopping it first; its state stays. */
  remove(name: string): Promise<void>;

  /** Idempotent. Deletes an agent's state for good: only for a confirmed deletion by its owner. `refused` while there is a container. */
  removeState(name: string): Promise<void>;

  /**
   * An agent's whole state as a tar, its paths below `state/`, while it arrives; `null` if there is none. What is being written at the same time
   * may be half there: stop the agent first. Docker needs the agent's image.
   */
  exportState(owner: StateOwner): Promise<Readable | null>;

  /** Puts a state back that `exportState` gave. `refused` if there is one already. What breaks in the middle leaves none. */
  importState(owner: StateOwner, tar: Readable): Promise<void>;

  /**
   * Puts a file into the state of a container, whether it runs or not, with the folders on its way. Idempotent: one that is there is replaced.
   * Whatever links the agent has made, nothing outside of what it may write itself is written. `not_found` without a container; `refused` where
   * it can't be written.
   */
  putFile(name: string, file: StateFile): Promise<void>;

  /**
   * Shows `take` the regular files below a folder of the state, one after the other, as an agent that has gone rogue may have left them: links are
   * passed by, and so is what is older than was asked for. Nothing where there is no such folder. Resolves with whether that was all: false if a limit
   * was reached, or a folder could not be looked into. Rejects with what `take` throws, and with the reason of the request's signal.
   */
  readFiles(name: string, request: FolderRequest, take: TakeFile): Promise<boolean>;

  /**
   * How many bytes agents' states take on the disk, by container name, measured from outside: an agent can't lie about it, and may run. Without
   * those that there are none of, and those that can't be measured within a minute or with their image. Rejects only if nothing could be
   * measured. Few at once: the driver measures one after the other.
   */
  measureStates(owners: readonly StateOwner[]): Promise<ReadonlyMap<string, number>>;

  /** Of the disk on which agents' states lie; `null` where this machine can't tell (an engine elsewhere that was not measured yet). */
  diskSpace(): Promise<DiskSpace | null>;

  /** `null` if there is none or it is not ours. */
  inspect(name: string): Promise<ContainerObservation | null>;

  /**
   * Milliseconds of processor time that all processes of a running container took since its start: what tells a busy one from one that stands
   * still. `null` if it does not run, or where the machine does not tell.
   */
  cpuTimeMs(name: string): Promise<number | null>;

  /** The last lines that a container wrote, on both outputs, the newest last; at most `lines`. None for a container that is gone. */
  logs(name: string, lines: number): Promise<string[]>;

  /** All agents' containers of this installation, whatever their state. Removes helpers of the driver's own that a killed process left. */
  list(instanceId: string): Promise<ContainerObservation[]>;

  /**
   * Calls `onChange` with the name of a container that started, exited or went away, until `signal` aborts; reconnects by itself, and calls
   * with `null` when it may have missed something (list again then), which includes the moment in which it begins.
   */
  watch(instanceId: string, onChange: (name: string | null) => void, signal: AbortSignal): void;

  /** Releases sockets; in the process runtime also stops all children. Idempotent. */
  close(): Promise<void>;
}
