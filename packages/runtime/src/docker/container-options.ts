import { createHash } from "node:crypto";
import type { ContainerCreateOptions } from "dockerode";
import type { ContainerSpec } from "../agent-runtime.js";
import { seccompOption } from "./seccomp-profile.js";

export const INSTANCE_LABEL = "mosaic.instance";
export const AGENT_LABEL = "mosaic.agent";
export const SPEC_LABEL = "mosaic.spec";

const RUN_DIR = "/run/mosaic";
const AGENT_UID = 1000;
const TMP_BYTES = 256 * 1024 * 1024;
const RUN_BYTES = 16 * 1024 * 1024;

export interface ContainerLayout {
  readonly networkName: string;
  readonly stateMount: string;
  readonly gatewayPort: number;
}

export function volumeNameOf(containerName: string): string {
  return `${containerName}-state`;
}

/** All that the engine is told about a container: the hardening is no setting. It holds no secret: the token comes over standard input. */
export function containerOptions(spec: ContainerSpec, layout: ContainerLayout): ContainerCreateOptions {
  const options: ContainerCreateOptions = {
    name: spec.name,
    Image: spec.image.name,
    Hostname: spec.name,
    User: `${AGENT_UID}:${AGENT_UID}`,
    Env: [
      `MOSAIC_CONFIG_URL=${spec.configUrl}`,
      `MOSAIC_AGENT_STATE_DIR=${layout.stateMount}`,
      `MOSAIC_AGENT_RUN_DIR=${RUN_DIR}`,
      `MOSAIC_AGENT_PORT=${layout.gatewayPort}`,
    ],
    Labels: { [INSTANCE_LABEL]: spec.instanceId, [AGENT_LABEL]: spec.agentId },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    HostConfig: hostConfig(spec, layout),
  };
  return { ...options, Labels: { ...options.Labels, [SPEC_LABEL]: hashOf(options) } };
}

/** Made from what the engine is told, so that a Mosaic that hardens containers in another way replaces those of its predecessor. */
export function specHashOf(spec: ContainerSpec, layout: ContainerLayout): string {
  return containerOptions(spec, layout).Labels?.[SPEC_LABEL] ?? "";
}

function hostConfig(spec: ContainerSpec, layout: ContainerLayout): NonNullable<ContainerCreateOptions["HostConfig"]> {
  const { memoryBytes, nanoCpus, pids } = spec.limits;
  const owner = `uid=${AGENT_UID},gid=${AGENT_UID}`;
  return {
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges", seccompOption],
    ReadonlyRootfs: true,
    Privileged: false,
    Tmpfs: {
      "/tmp": `rw,noexec,nosuid,nodev,mode=0700,${owner},size=${TMP_BYTES}`,
      [RUN_DIR]: `rw,noexec,nosuid,nodev,mode=0700,${owner},size=${RUN_BYTES}`,
    },
    Mounts: [{ Type: "volume", Source: volumeNameOf(spec.name), Target: layout.stateMount }],
    Memory: memoryBytes,
    // The same number: no swap on top of it.
    MemorySwap: memoryBytes,
    NanoCpus: nanoCpus,
    PidsLimit: pids,
    Init: true,
    IpcMode: "private",
    NetworkMode: layout.networkName,
    PublishAllPorts: false,
    RestartPolicy: { Name: "no" },
    // The supervisor prints a few lines about itself and never what the gateway says. That much is kept to see why a boot failed.
    LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "1", compress: "false" } },
  };
}

function hashOf(options: ContainerCreateOptions): string {
  return createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 32);
}
