import { describe, expect, it } from "vitest";
import type { WorkloadSpec } from "../workload-spec.js";
import { containerOptions, specHashOf } from "./container-options.js";

const network = "mosaic-agents";
const spec: WorkloadSpec = {
  name: "mosaic-agent-1",
  instanceId: "instance",
  agentId: "agent",
  image: { name: "mosaic/parrot:1", buildContext: null, installation: null },
  command: null,
  environment: { MOSAIC_CONFIG_URL: "http://172.30.0.1:8081/api/internal/agent-config/agent" },
  port: 4711,
  mounts: { state: "/home/node/.parrot", run: "/run/mosaic" },
  limits: { memoryBytes: 1_610_612_736, nanoCpus: 2_000_000_000, pids: 256 },
  labels: { "mosaic.backend": "parrot" },
  tokenBy: "stdin",
  user: 1000,
  isRootReadOnly: true,
};

describe("containerOptions", () => {
  it("puts a command in the place of the image's own, arguments too", () => {
    expect(containerOptions(spec, network)).not.toHaveProperty("Entrypoint");
    expect(containerOptions({ ...spec, command: ["parrot", "serve"] }, network)).toMatchObject({
      Entrypoint: ["parrot", "serve"],
      Cmd: [],
    });
  });

  it("labels what an observer of the list needs, and lets no label of the spec stand in for one of Mosaic's", () => {
    const labels = { "mosaic.backend": "parrot", "mosaic.instance": "another", "mosaic.port": "1", "mosaic.spec": "forged" };
    expect(containerOptions({ ...spec, labels }, network).Labels).toEqual({
      "mosaic.backend": "parrot",
      "mosaic.instance": "instance",
      "mosaic.agent": "agent",
      "mosaic.port": "4711",
      "mosaic.spec": specHashOf(spec, network),
    });
  });

  it("tells the engine all of the spec, and no more than four variables", () => {
    expect(containerOptions(spec, network)).toMatchObject({
      name: spec.name,
      Hostname: spec.name,
      Image: spec.image.name,
      Env: [
        `MOSAIC_CONFIG_URL=${spec.environment["MOSAIC_CONFIG_URL"]}`,
        "MOSAIC_AGENT_STATE_DIR=/home/node/.parrot",
        "MOSAIC_AGENT_RUN_DIR=/run/mosaic",
        "MOSAIC_AGENT_PORT=4711",
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
    const { HostConfig, ExposedPorts } = containerOptions(spec, network);
    expect(ExposedPorts).toBeUndefined();
    expect(HostConfig).not.toHaveProperty("PortBindings");
    expect(HostConfig).not.toHaveProperty("Binds");
    expect(HostConfig?.Mounts).toEqual([{ Type: "volume", Source: "mosaic-agent-1-state", Target: "/home/node/.parrot" }]);
  });
});

describe("a folder of another image", () => {
  const lender = { name: "mosaic/lender:1", buildContext: null };
  const borrowing: WorkloadSpec = { ...spec, user: 4321, image: { ...spec.image, borrows: { image: lender, path: "/opt/lent" } } };

  it("is mounted read-only, beside the state, and another one makes another container", () => {
    expect(containerOptions(borrowing, network, "lent-1").HostConfig?.Mounts).toMatchObject([
      { Target: "/home/node/.parrot" },
      { Source: "lent-1", Target: "/opt/lent", ReadOnly: true },
    ]);
    expect(specHashOf(borrowing, network, "lent-2")).not.toBe(specHashOf(borrowing, network, "lent-1"));
  });

  it("leaves the rest as it is: another user, no capability, a root that can't be written unless the spec says so", () => {
    const { User, HostConfig } = containerOptions(borrowing, network, "lent-1");
    expect([User, HostConfig?.CapDrop, HostConfig?.ReadonlyRootfs]).toEqual(["4321:4321", ["ALL"], true]);
    expect(HostConfig?.Tmpfs?.["/run/mosaic"]).toContain("uid=4321,gid=4321");
    expect(containerOptions({ ...borrowing, isRootReadOnly: false }, network, "lent-1").HostConfig?.ReadonlyRootfs).toBe(false);
  });
});

describe("the system calls that an agent may make", () => {
  const option = containerOptions(spec, network).HostConfig?.SecurityOpt?.find((text: string) => text.startsWith("seccomp=")) ?? "";
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
    expect(specHashOf(structuredClone(spec), network)).toBe(specHashOf(spec, network));
  });

  it("does not depend on where on this machine an image is built from", () => {
    const elsewhere = { ...spec, image: { ...spec.image, buildContext: "/somewhere" } };
    expect(specHashOf(elsewhere, network)).toBe(specHashOf(spec, network));
  });

  it("does not depend on labels that only people read", () => {
    expect(specHashOf({ ...spec, labels: {} }, network)).toBe(specHashOf(spec, network));
  });

  const changes: readonly (readonly [string, Partial<WorkloadSpec>])[] = [
    ["image", { image: { ...spec.image, name: "mosaic/parrot:2" } }],
    ["address", { environment: { MOSAIC_CONFIG_URL: "http://172.31.0.1:8081/api/internal/agent-config/agent" } }],
    ["memory", { limits: { ...spec.limits, memoryBytes: 1 } }],
    ["agent", { agentId: "other" }],
    ["command", { command: ["parrot", "serve"] }],
    ["port", { port: 4712 }],
    ["mount", { mounts: { ...spec.mounts, state: "/parrot" } }],
    ["folder in memory", { mounts: { ...spec.mounts, run: "/memory" } }],
  ];
  it.each(changes)("changes with the %s", (_, change) => {
    expect(specHashOf({ ...spec, ...change }, network)).not.toBe(specHashOf(spec, network));
  });
});
