import type { ContainerInfo, ContainerInspectInfo } from "dockerode";
import type { ContainerObservation, Endpoint } from "../agent-runtime.js";
import { AGENT_LABEL, type ContainerLayout, SPEC_LABEL } from "./container-options.js";

export function observeInspected(info: ContainerInspectInfo, layout: ContainerLayout): ContainerObservation {
  const state = stateOf(info.State.Status);
  return {
    name: info.Name.replace(/^\//, ""),
    agentId: info.Config.Labels?.[AGENT_LABEL] ?? "",
    specHash: info.Config.Labels?.[SPEC_LABEL] ?? "",
    state,
    endpoint: state === "running" ? endpointAt(info.NetworkSettings.Networks, layout) : null,
    exitCode: state === "exited" ? info.State.ExitCode : null,
    // The mark also stands on a container of which a mere child was killed, so an orderly end beats it.
    wasOutOfMemory: state === "exited" && info.State.OOMKilled && info.State.ExitCode !== 0,
  };
}

/** From the engine's list, which saves an inspection but can't tell how a container ended: `null` if that is needed. */
export function observeListed(info: ContainerInfo, layout: ContainerLayout): ContainerObservation | null {
  const state = stateOf(info.State);
  if (state === "exited") return null;
  return {
    name: (info.Names[0] ?? "").replace(/^\//, ""),
    agentId: info.Labels[AGENT_LABEL] ?? "",
    specHash: info.Labels[SPEC_LABEL] ?? "",
    state,
    endpoint: state === "running" ? endpointAt(info.NetworkSettings?.Networks, layout) : null,
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

function endpointAt(networks: Record<string, { IPAddress?: string }> | undefined, layout: ContainerLayout): Endpoint | null {
  const host = networks?.[layout.networkName]?.IPAddress;
  return host ? { host, port: layout.gatewayPort } : null;
}
