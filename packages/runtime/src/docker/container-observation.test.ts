import type { ContainerInspectInfo } from "dockerode";
import { describe, expect, it } from "vitest";
import { observeInspected } from "./container-observation.js";
import type { ContainerLayout } from "./container-options.js";

const layout: ContainerLayout = { networkName: "mosaic-agents", stateMount: "/state", gatewayPort: 18_789 };

function inspected(state: Record<string, unknown>, networks: Record<string, unknown> = {}): ContainerInspectInfo {
  // The engine's answer has a hundred fields; these are those that are read.
  return {
    Name: "/mosaic-agent-1",
    Config: { Labels: { "mosaic.agent": "agent", "mosaic.spec": "hash" } },
    State: { ExitCode: 0, OOMKilled: false, ...state },
    NetworkSettings: { Networks: networks },
  } as unknown as ContainerInspectInfo;
}

describe("observeInspected", () => {
  it("finds a running gateway on the agents' network only", () => {
    const networks = { "mosaic-agents": { IPAddress: "172.30.0.2" }, other: { IPAddress: "10.0.0.2" } };
    expect(observeInspected(inspected({ Status: "running" }, networks), layout)).toEqual({
      name: "mosaic-agent-1",
      agentId: "agent",
      specHash: "hash",
      state: "running",
      endpoint: { host: "172.30.0.2", port: 18_789 },
      exitCode: null,
      wasOutOfMemory: false,
    });
    expect(observeInspected(inspected({ Status: "running" }, { other: { IPAddress: "10.0.0.2" } }), layout).endpoint).toBeNull();
  });

  it.each([
    ["created", "created"],
    ["running", "running"],
    ["paused", "running"],
    ["restarting", "running"],
    ["removing", "exited"],
    ["exited", "exited"],
    ["dead", "exited"],
  ])("takes %s for %s", (status, state) => {
    expect(observeInspected(inspected({ Status: status }), layout).state).toBe(state);
  });

  it("blames memory only for an end that was not orderly", () => {
    expect(observeInspected(inspected({ Status: "exited", OOMKilled: true, ExitCode: 137 }), layout)).toMatchObject({
      exitCode: 137,
      wasOutOfMemory: true,
    });
    expect(observeInspected(inspected({ Status: "exited", OOMKilled: true, ExitCode: 0 }), layout).wasOutOfMemory).toBe(false);
    expect(observeInspected(inspected({ Status: "running", OOMKilled: true, ExitCode: 0 }), layout).wasOutOfMemory).toBe(false);
  });
});
