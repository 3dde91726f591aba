import { join, resolve } from "node:path";
import { runtimeKind, type RuntimeKind } from "@mosaic/contracts/onboarding";
import type { AgentRuntime } from "@mosaic/runtime/agent-runtime";
import { createDockerRuntime } from "@mosaic/runtime/docker/docker-runtime";
import { createProcessRuntime } from "@mosaic/runtime/process/process-runtime";
import type { Env } from "../../platform/config/env.js";

/** How an agent's software sees its own place: inside a container, or as a child process. */
export interface AgentView {
  readonly bind: "lan" | "loopback";
  readonly stateDir: string;
  readonly isIsolated: boolean;
  readonly port: number | null;
}

/** What is known of an agent's place by those who don't run it. */
export interface AgentPlace {
  readonly env: Env;
  readonly containerName: string;
  /** `null`: it did not start yet. */
  readonly endpointPort: number | null;
  readonly backend: { readonly gatewayPort: number; readonly stateDir: string };
}

export interface Software {
  readonly label: string;
  readonly image: string;
  /** Whether Mosaic builds the image, or a registry has it. */
  readonly isBuilt: boolean;
}

/** What a runtime has to know of a kind of agent to say whether it can run it. */
export interface Runnable {
  readonly label: string;
  readonly installation: object | null;
}

/** Everything that Mosaic decides by the kind of a runtime. */
export interface RuntimeDefinition {
  /** The driver that really runs agents. */
  readonly create: (context: { readonly env: Env; readonly instanceId: string }) => AgentRuntime;
  /** Whether agents are walled off from the machine and from each other. Where they are not, an operator has to accept it. */
  readonly isIsolated: boolean;
  /** Whether agents, and what they are doing, go on when Mosaic stops. */
  readonly outliveMosaic: boolean;
  /** Why it must not run with this configuration; `null` if it may. */
  readonly refusal: (env: Env) => string | null;
  /** What the wizard says of it. `null`: it has an engine, whose answer says it. */
  readonly introduction: string | null;
  /** Whether the loopback of an agent is the loopback of Mosaic, so that both reach the same servers there. */
  readonly sharesLoopback: boolean;
  /** What an agent reaches the servers of this machine by: a provider that runs here. */
  readonly machineHost: (driver: AgentRuntime) => Promise<string>;
  readonly view: (place: AgentPlace) => AgentView;
  /** Why it can't run a kind of agent, in words; `null`: it can. */
  readonly cannotRun: (kind: Runnable) => string | null;
  /** That the software of a backend is here, and what happens when it is not. */
  readonly softwareHere: (software: Software) => string;
  readonly softwareMissing: (software: Software) => string;
}

const loopback = /^(127\.|::1$|localhost$)/;

const docker: RuntimeDefinition = {
  create: ({ env, instanceId }) => createDockerRuntime({ instanceId, host: env.DOCKER_HOST }),
  isIsolated: true,
  outliveMosaic: true,
  refusal: () => null,
  introduction: null,
  sharesLoopback: false,
  machineHost: async (driver) => (await driver.prepare()).internalHost,
  view: ({ backend }) => ({ bind: "lan", stateDir: backend.stateDir, isIsolated: true, port: backend.gatewayPort }),
  cannotRun: () => null,
  softwareHere: ({ image }) => `The image ${image} is on this machine.`,
  softwareMissing: ({ image, isBuilt }) =>
    `The image ${image} is not on this machine. ${isBuilt ? "Mosaic builds it" : "It is pulled from its registry"} at the first start of an agent, which takes a few minutes.`,
};

const process: RuntimeDefinition = {
  create: ({ env, instanceId }) => createProcessRuntime({ instanceId, stateDir: resolve(env.MOSAIC_STATE_DIR) }),
  isIsolated: false,
  outliveMosaic: false,
  refusal: (env) =>
    loopback.test(env.HOST) || env.MOSAIC_ALLOW_UNISOLATED
      ? null
      : `Mosaic listens on ${env.HOST}, and the process runtime has no walls: it is refused unless HOST is loopback or MOSAIC_ALLOW_UNISOLATED is true.`,
  introduction: "Agents run as child processes of Mosaic, with no walls between them and this machine.",
  sharesLoopback: true,
  machineHost: async () => Promise.resolve("127.0.0.1"),
  view: ({ env, containerName, endpointPort }) => ({
    bind: "loopback",
    stateDir: join(resolve(env.MOSAIC_STATE_DIR), "agents", containerName, "state"),
    isIsolated: false,
    port: endpointPort,
  }),
  cannotRun: ({ label, installation }) =>
    installation === null ? `${label} comes as an image, and agents run as processes here. It needs Docker.` : null,
  softwareHere: ({ label }) => `${label} is installed. Agents run as processes here. The image is not used.`,
  softwareMissing: ({ label }) =>
    `${label} is not installed yet. Agents run as processes here: it is installed at the first start of an agent, which takes about 30 seconds.`,
};

/** The only list of runtimes. */
const registry = { docker, process } satisfies Record<RuntimeKind, RuntimeDefinition>;

export const runtimes: Readonly<Record<RuntimeKind, RuntimeDefinition>> = registry;
/** What is suggested where none is available. */
export const safestRuntime: RuntimeKind = "docker";
export const runtimeKinds: readonly RuntimeKind[] = runtimeKind.options;

/** What a stored word names. An unknown one is never taken for another kind: it could have walls, and the other none. */
export function readRuntimeKind(
  stored: string | null,
): { readonly kind: RuntimeKind | null; readonly fault: null } | { readonly kind: null; readonly fault: string } {
  if (stored === null) {
    return { kind: null, fault: null };
  }
  const known = runtimeKind.safeParse(stored);
  return known.success ? { kind: known.data, fault: null } : { kind: null, fault: unknownRuntime(stored) };
}

function unknownRuntime(stored: string): string {
  const shown = JSON.stringify(stored.slice(0, 40));
  const choices = runtimeKinds.join(" or ");
  return `The database says that agents run on ${shown}, and this version of Mosaic has no such runtime. It does not guess another one, which might have no walls. Set MOSAIC_RUNTIME to ${choices}, or start the version of Mosaic that knows it.`;
}
