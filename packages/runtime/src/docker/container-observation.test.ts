import type { ContainerInfo, ContainerInspectInfo } from "dockerode";
import { describe, expect, it } from "vitest";
import { observeInspected, observeListed } from "./container-observation.js";

const network = "mosaic-agents";

function inspected(state: Record<string, unknown>, networks: Record<string, unknown> = {}): ContainerInspectInfo {
  // The engine's answer has a hundred fields; these are those that are read.
  return {
    Name: "/mosaic-agent-1",
    Config: { Labels: { "mosaic.agent": "agent", "mosaic.spec": "hash", "mosaic.port": "4711" }, Env: [] },
    State: { ExitCode: 0, OOMKilled: false, ...state },
    NetworkSettings: { Networks: networks },
  } as unknown as ContainerInspectInfo;
}

describe("observeInspected", () => {
  it("finds a running gateway on the agents' network only", () => {
    const networks = { "mosaic-agents": { IPAddress: "172.30.0.2" }, other: { IPAddress: "10.0.0.2" } };
    expect(observeInspected(inspected({ Status: "running" }, networks), network)).toEqual({
      name: "mosaic-agent-1",
      agentId: "agent",
      specHash: "hash",
      state: "running",
      endpoint: { host: "172.30.0.2", port: 4711 },
      exitCode: null,
      wasOutOfMemory: false,
    });
    expect(observeInspected(inspected({ Status: "running" }, { other: { IPAddress: "10.0.0.2" } }), network).endpoint).toBeNull();
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
    expect(observeInspected(inspected({ Status: status }), network).state).toBe(state);
  });

  it("blames memory only for an end that was not orderly", () => {
    expect(observeInspected(inspected({ Status: "exited", OOMKilled: true, ExitCode: 137 }), network)).toMatchObject({
      exitCode: 137,
      wasOutOfMemory: true,
    });
    expect(observeInspected(inspected({ Status: "exited", OOMKilled: true, ExitCode: 0 }), network).wasOutOfMemory).toBe(false);
    expect(observeInspected(inspected({ Status: "running", OOMKilled: true, ExitCode: 0 }), network).wasOutOfMemory).toBe(false);
  });
});

describe("a container that a release before the label of the port made", () => {
  const networks = { "mosaic-agents": { IPAddress: "172.30.0.2" } };
  const labels = { "mosaic.agent": "agent", "mosaic.spec": "hash" };

  it("listens where its variable says", () => {
    const info = inspected({ Status: "running" }, networks);
    info.Config.Labels = labels;
    info.Config.Env = ["MOSAIC_CONFIG_URL=http://172.30.0.1/x", "MOSAIC_AGENT_PORT=18789"];
    expect(observeInspected(info, network).endpoint).toEqual({ host: "172.30.0.2", port: 18_789 });
  });

  it("has to be inspected while it runs, and no other", () => {
    const listed = (State: string, Labels: Record<string, string>) =>
      ({ Names: ["/a"], Labels, State, NetworkSettings: { Networks: networks } }) as unknown as ContainerInfo;
    expect(observeListed(listed("running", labels), network)).toBeNull();
    expect(observeListed(listed("created", labels), network)).toMatchObject({ state: "created", endpoint: null });
    expect(observeListed(listed("running", { ...labels, "mosaic.port": "4711" }), network)).toMatchObject({
      endpoint: { host: "172.30.0.2", port: 4711 },
    });
  });
});
