import type { ContainerStatus } from "@mosaic/contracts/agent";
import { describe, expect, test } from "vitest";
import { transitions, type ContainerEvent } from "./container-state.js";

const statuses: readonly ContainerStatus[] = ["stopped", "starting", "running", "stopping", "error"];

const table: Record<ContainerEvent, readonly (ContainerStatus | null)[]> = {
  start_requested: ["starting", null, null, null, "starting"],
  became_ready: [null, "running", null, null, null],
  was_found_running: [null, "running", null, null, null],
  stop_requested: [null, "stopping", "stopping", null, "stopping"],
  came_to_rest: [null, "stopped", "stopped", "stopped", "stopped"],
  failed: ["error", "error", "error", "error", null],
};

/** As the statement in SQL compares and sets. */
function leadsTo(status: ContainerStatus, event: ContainerEvent): ContainerStatus | null {
  const { from, to } = transitions[event];
  return from.includes(status) ? to : null;
}

describe.each(Object.keys(table) as ContainerEvent[])("%s", (event) => {
  test.each(statuses.map((status, index) => [status, table[event][index] ?? null] as const))("from %s leads to %s", (status, next) => {
    expect(leadsTo(status, event)).toBe(next);
  });
});

test("every status leads to error, and error leads on", () => {
  for (const status of statuses.filter((one) => one !== "error")) {
    expect(leadsTo(status, "failed")).toBe("error");
  }
  expect(leadsTo("error", "start_requested")).toBe("starting");
});
