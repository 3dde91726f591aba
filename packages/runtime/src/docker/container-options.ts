import { createHash } from "node:crypto";
import type { ContainerCreateOptions, MountSettings } from "dockerode";
import type { TokenHandover, WorkloadSpec } from "../workload-spec.js";
import { seccompOption } from "./seccomp-profile.js";

export const instanceLabel = "mosaic.instance";
export const agentLabel = "mosaic.agent";
export const specLabel = "mosaic.spec";
/** Where the gateway listens: the engine's list tells labels and no variables. */
export const portLabel = "mosaic.port";
/** Tells the same to the workload, and to an observer of a container that is older than the label. */
export const portVariable = "MOSAIC_AGENT_PORT";

const noCopy = { NoCopy: true, Labels: {}, DriverConfig: { Name: "local", Options: {} } };
const tmpBytes = 256 * 1024 * 1024;
const runBytes = 16 * 1024 * 1024;

const standardInput = {
  stdin: { OpenStdin: true, StdinOnce: true, AttachStdin: true },
} satisfies Record<TokenHandover, ContainerCreateOptions>;

export function volumeNameOf(containerName: string): string {
  return `${containerName}-state`;
}

/** All that the engine is told about a container: the hardening is no setting. It holds no secret: the token comes over standard input. */
export function containerOptions(spec: WorkloadSpec, networkName: string, borrowedVolume: string | null = null): ContainerCreateOptions {
  const options: ContainerCreateOptions = {
    name: spec.name,
    Image: spec.image.name,
    // Its arguments are the image's only with the image's own command.
    ...(spec.command === null ? {} : { Entrypoint: [...spec.command], Cmd: [] }),
    Hostname: spec.name,
    User: `${spec.user}:${spec.user}`,
    Env: [
      ...Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
      `MOSAIC_AGENT_STATE_DIR=${spec.mounts.state}`,
      `MOSAIC_AGENT_RUN_DIR=${spec.mounts.run}`,
      `${portVariable}=${spec.port}`,
    ],
    Labels: { [instanceLabel]: spec.instanceId, [agentLabel]: spec.agentId },
    ...standardInput[spec.tokenBy],
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    HostConfig: hostConfig(spec, networkName, borrowedVolume),
  };
  // What only observers read is no part of the hash: a release that labels more adopts what runs.
  const told = { ...spec.labels, ...options.Labels, [portLabel]: String(spec.port) };
  return { ...options, Labels: { ...told, [specLabel]: hashOf(options) } };
}

/** Made from what the engine is told, so that a Mosaic that hardens containers in another way replaces those of its predecessor. */
export function specHashOf(spec: WorkloadSpec, networkName: string, borrowedVolume: string | null = null): string {
  return containerOptions(spec, networkName, borrowedVolume).Labels?.[specLabel] ?? "";
}

function hostConfig(
  spec: WorkloadSpec,
  networkName: string,
  borrowedVolume: string | null,
): NonNullable<ContainerCreateOptions["HostConfig"]> {
  const { memoryBytes, nanoCpus, pids } = spec.limits;
  const owner = `uid=${spec.user},gid=${spec.user}`;
  return {
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges", seccompOption],
    ReadonlyRootfs: spec.isRootReadOnly,
    Privileged: false,
    Tmpfs: {
      "/tmp": `rw,noexec,nosuid,nodev,mode=0700,${owner},size=${tmpBytes}`,
      [spec.mounts.run]: `rw,noexec,nosuid,nodev,mode=0700,${owner},size=${runBytes}`,
    },
    Mounts: [{ Type: "volume", Source: volumeNameOf(spec.name), Target: spec.mounts.state }, ...borrowed(spec, borrowedVolume)],
    Memory: memoryBytes,
    // The same number: no swap on top of it.
    MemorySwap: memoryBytes,
    NanoCpus: nanoCpus,
    PidsLimit: pids,
    Init: true,
    IpcMode: "private",
    NetworkMode: networkName,
    PublishAllPorts: false,
    RestartPolicy: { Name: "no" },
    // The supervisor prints a few lines about itself and never what the gateway says. That much is kept to see why a boot failed.
    LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "1", compress: "false" } },
  };
}

function borrowed({ image: { borrows } }: WorkloadSpec, volume: string | null): MountSettings[] {
  if (borrows === undefined || volume === null) return [];
  return [{ Type: "volume", Source: volume, Target: borrows.path, ReadOnly: true, VolumeOptions: noCopy }];
}

function hashOf(options: ContainerCreateOptions): string {
  return createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 32);
}
