import type { ContainerInfo, ContainerInspectInfo } from "dockerode";
import type { ContainerObservation, Endpoint } from "../agent-runtime.js";
import { agentLabel, portLabel, portVariable, specLabel } from "./container-options.js";

export function observeInspected(info: ContainerInspectInfo, networkName: string): ContainerObservation {
  const state = stateOf(info.State.Status);
  return {
    name: info.Name.replace(/^\//, ""),
    agentId: info.Config.Labels?.[agentLabel] ?? "",
    specHash: info.Config.Labels?.[specLabel] ?? "",
    state,
    endpoint: state === "running" ? endpointAt(info.NetworkSettings.Networks[networkName], portOf(info)) : null,
    exitCode: state === "exited" ? info.State.ExitCode : null,
    // The mark also stands on a container of which a mere child was killed, so an orderly end beats it.
    wasOutOfMemory: state === "exited" && info.State.OOMKilled && info.State.ExitCode !== 0,
  };
}

/**
 * From the engine's list, which saves an inspection but can't tell how a container ended, nor where one listens that an older release made:
 * `null` if that is needed.
 */
export function observeListed(info: ContainerInfo, networkName: string): ContainerObservation | null {
  const state = stateOf(info.State);
  const port = info.Labels[portLabel];
  if (state === "exited" || (state === "running" && port === undefined)) return null;
  return {
    name: (info.Names[0] ?? "").replace(/^\//, ""),
    agentId: info.Labels[agentLabel] ?? "",
    specHash: info.Labels[specLabel] ?? "",
    state,
    endpoint: state === "running" ? endpointAt(info.NetworkSettings?.Networks[networkName], port) : null,
    exitCode: null,
    wasOutOfMemory: false,
  };
}

function stateOf(status: string): ContainerObservation["state"] {
  switch (status) {
    case "created":
      return "created";
    case "running":
    case "paused":
    case "restarting":
      return "running";
    default:
      return "exited";
  }
}

function endpointAt(network: { IPAddress?: string } | undefined, port: string | undefined): Endpoint | null {
  const host = network?.IPAddress;
  return host && port ? { host, port: Number(port) } : null;
}

function portOf({ Config: { Labels, Env } }: ContainerInspectInfo): string | undefined {
  const variable = `${portVariable}=`;
  return Labels?.[portLabel] ?? Env.find((text) => text.startsWith(variable))?.slice(variable.length);
}
