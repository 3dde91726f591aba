import type { BackendId } from "@mosaic/contracts/agent";
import type { AgentBackend } from "./agent-backend.js";
import { openclawBackend } from "./openclaw.js";

const agentBackends = { openclaw: openclawBackend } satisfies Record<BackendId, AgentBackend>;

/** Throws for an id that no backend has: an unknown one is never taken for another. */
export function backendOf(id: string): AgentBackend {
  const backend = Object.entries(agentBackends).find(([known]) => known === id)?.[1];
  if (backend === undefined) {
    throw new Error("a backend without a renderer");
  }
  return backend;
}
