import { describe, expect, it } from "vitest";
import type { ContainerSpec } from "../agent-runtime.js";
import { type ContainerLayout, containerOptions, specHashOf } from "./container-options.js";

const layout: ContainerLayout = { networkName: "mosaic-agents", stateMount: "/home/node/.openclaw", gatewayPort: 18_789 };
const spec: ContainerSpec = {
  name: "mosaic-agent-1",
  instanceId: "instance",
  agentId: "agent",
  image: { name: "mosaic/openclaw:1", buildContext: null },
  configUrl: "http://172.30.0.1:8081/api/internal/agent-config/agent",
  limits: { memoryBytes: 1_610_612_736, nanoCpus: 2_000_000_000, pids: 256 },
};

describe("containerOptions", () => {
  it("tells the engine all of the spec, and no more than four variables", () => {
    expect(containerOptions(spec, layout)).toMatchObject({
      name: spec.name,
      Hostname: spec.name,
      Image: spec.image.name,
      Env: [
        `MOSAIC_CONFIG_URL=${spec.configUrl}`,
        "MOSAIC_AGENT_STATE_DIR=/home/node/.openclaw",
        "MOSAIC_AGENT_RUN_DIR=/run/mosaic",
        "MOSAIC_AGENT_PORT=18789",
      ],
      HostConfig: {
        Memory: 1_610_612_736,
        MemorySwap: 1_610_612_736,
        NanoCpus: 2_000_000_000,
        PidsLimit: 256,
        NetworkMode: "mosaic-agents",
      },
    });
  });

  it("publishes no port and mounts nothing of the machine", () => {
    const { HostConfig, ExposedPorts } = containerOptions(spec, layout);
    expect(ExposedPorts).toBeUndefined();
    expect(HostConfig).not.toHaveProperty("PortBindings");
    expect(HostConfig).not.toHaveProperty("Binds");
    expect(HostConfig?.Mounts).toEqual([{ Type: "volume", Source: "mosaic-agent-1-state", Target: "/home/node/.openclaw" }]);
  });
});

describe("the system calls that an agent may make", () => {
  const option = containerOptions(spec, layout).HostConfig?.SecurityOpt?.find((text: string) => text.startsWith("seccomp=")) ?? "";
  const profile = JSON.parse(option.slice("seccomp=".length)) as { defaultAction: string; syscalls: { names: string[]; action: string }[] };
  const allowed = new Set(profile.syscalls.filter(({ action }) => action === "SCMP_ACT_ALLOW").flatMap(({ names }) => names));

  it("are those that are named, and no others", () => {
    expect(profile.defaultAction).toBe("SCMP_ACT_ERRNO");
    expect([...allowed].filter((name) => !/^_?[a-z][a-z0-9_]+$/.test(name))).toEqual([]);
    for (const name of ["read", "openat", "epoll_pwait2", "clone", "execve", "futex", "socket", "statx"]) expect(allowed).toContain(name);
  });

  it.each(["io_uring_setup", "io_uring_enter", "io_uring_register", "ptrace", "bpf", "keyctl", "mount", "unshare", "setns", "userfaultfd"])(
    "do not include %s",
    (name) => expect(allowed).not.toContain(name),
  );
});

describe("specHashOf", () => {
  it("is the same for an equal spec", () => {
    expect(specHashOf(structuredClone(spec), { ...layout })).toBe(specHashOf(spec, layout));
  });

  it("does not depend on where on this machine an image is built from", () => {
    const elsewhere = { ...spec, image: { ...spec.image, buildContext: "/somewhere" } };
    expect(specHashOf(elsewhere, layout)).toBe(specHashOf(spec, layout));
  });

  it.each([
    ["image", { image: { name: "mosaic/openclaw:2", buildContext: null } }],
    ["address", { configUrl: "http://172.31.0.1:8081/api/internal/agent-config/agent" }],
    ["memory", { limits: { ...spec.limits, memoryBytes: 1 } }],
    ["agent", { agentId: "other" }],
  ])("changes with the %s", (_, change) => {
    expect(specHashOf({ ...spec, ...change }, layout)).not.toBe(specHashOf(spec, layout));
  });
});
