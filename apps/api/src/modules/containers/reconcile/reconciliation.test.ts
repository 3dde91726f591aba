import type { ContainerStatus } from "@mosaic/contracts/agent";
import type { ContainerObservation, Endpoint } from "@mosaic/runtime/agent-runtime";
import { expect, test } from "vitest";
import type { ReconciledAgent } from "../containers.types.js";
import { planReconciliation, type Reconciliation } from "./reconciliation.js";

const endpoint: Endpoint = { host: "172.30.0.2", port: 18_789 };

function agent(status: ContainerStatus): ReconciledAgent {
  return { agentId: "a", container: { name: "mosaic-a", status, endpoint } };
}

function observed(state: ContainerObservation["state"], at: Endpoint | null = endpoint): ContainerObservation {
  return {
    name: "mosaic-a",
    agentId: "a",
    specHash: "",
    state,
    endpoint: state === "running" ? at : null,
    exitCode: null,
    wasOutOfMemory: false,
  };
}

const repair: Reconciliation[] = [{ kind: "repair", agentId: "a" }];
const stop: Reconciliation[] = [{ kind: "stop", agentId: "a", name: "mosaic-a" }];

test.each<[string, ContainerStatus, ContainerObservation | null, Reconciliation[]]>([
  ["a running agent whose container runs is left alone", "running", observed("running"), []],
  [
    "a running agent whose container has another address is repaired",
    "running",
    observed("running", { host: "172.30.0.9", port: 18_789 }),
    repair,
  ],
  ["a running agent whose container has ended is repaired", "running", observed("exited"), repair],
  ["a running agent whose container is gone is repaired", "running", null, repair],
  ["a start is looked at, whatever its container does", "starting", observed("running"), repair],
  ["a start without a container is looked at", "starting", null, repair],
  ["a stop is looked at", "stopping", observed("running"), repair],
  ["a stopped agent whose container runs is stopped", "stopped", observed("running"), stop],
  ["an agent in error whose container runs is stopped", "error", observed("running"), stop],
  ["a stopped agent's old container stays for the next start", "stopped", observed("exited"), []],
  ["a stopped agent without a container is left alone", "stopped", null, []],
])("%s", (_promise, status, observation, plan) => {
  expect(planReconciliation([agent(status)], observation === null ? [] : [observation])).toEqual(plan);
});

test("a container whose agent does not exist is removed", () => {
  expect(planReconciliation([], [observed("exited")])).toEqual([{ kind: "remove", agentId: "a", name: "mosaic-a" }]);
});
