import type { ContainerObservation } from "@mosaic/runtime/agent-runtime";
import type { ReconciledAgent } from "../containers.types.js";

/** `repair`: look at it under its lock. `stop`: it runs though nobody wants it. `remove`: its agent does not exist. */
export type Reconciliation =
  | { readonly kind: "repair"; readonly agentId: string }
  | { readonly kind: "stop"; readonly agentId: string; readonly name: string }
  | { readonly kind: "remove"; readonly agentId: string; readonly name: string };

/**
 * What closes the gap between what is stored and what the engine has. `agents` are those that should be at work, and those that the engine
 * has a container of. The engine's list must be older than the stored rows: an agent's row
 * is there before its container. Both may be outdated when it is carried out, so each step looks again under the agent's lock.
 */
export function planReconciliation(agents: readonly ReconciledAgent[], observations: readonly ContainerObservation[]): Reconciliation[] {
  const observed = new Map(observations.map((observation) => [observation.name, observation]));
  const owned = new Set<string>();
  const plan: Reconciliation[] = [];
  for (const { agentId, container } of agents) {
    owned.add(container.name);
    const observation = observed.get(container.name);
    const isUp = observation?.state === "running";
    const isAtRest = container.status === "stopped" || container.status === "error";
    if (isAtRest && isUp) {
      plan.push({ kind: "stop", agentId, name: container.name });
    } else if (!isAtRest && !(container.status === "running" && isUp && hasEndpoint(container, observation))) {
      plan.push({ kind: "repair", agentId });
    }
  }
  for (const { name, agentId } of observations) {
    if (!owned.has(name)) {
      plan.push({ kind: "remove", agentId, name });
    }
  }
  return plan;
}

function hasEndpoint({ endpoint }: ReconciledAgent["container"], observation: ContainerObservation): boolean {
  return observation.endpoint !== null && observation.endpoint.host === endpoint?.host && observation.endpoint.port === endpoint.port;
}
