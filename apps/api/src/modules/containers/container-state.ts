import type { ContainerStatus } from "@mosaic/contracts/agent";

/**
 * What can happen to an agent's container. `came_to_rest`: it has ended, or was found gone, without a fault. `was_found_running`: a start that
 * nobody carries on any more, whose container turned out to serve.
 */
export type ContainerEvent = "start_requested" | "became_ready" | "stop_requested" | "came_to_rest" | "was_found_running" | "failed";

export interface Transition {
  readonly from: readonly ContainerStatus[];
  readonly to: ContainerStatus;
}

/** The state machine. The compare-and-set in SQL compares with `from`. */
export const transitions: Readonly<Record<ContainerEvent, Transition>> = {
  start_requested: { from: ["stopped", "error"], to: "starting" },
  became_ready: { from: ["starting"], to: "running" },
  was_found_running: { from: ["starting"], to: "running" },
  stop_requested: { from: ["starting", "running", "error"], to: "stopping" },
  came_to_rest: { from: ["starting", "running", "stopping", "error"], to: "stopped" },
  failed: { from: ["stopped", "starting", "running", "stopping"], to: "error" },
};
