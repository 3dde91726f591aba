import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { agentContainers, engine } from "./docker.ts";
import type { World } from "./fixtures.ts";

/** Holds what the engine says of a running agent, or the system of a child process, against the list of promises. */
export async function expectHardened(world: World, { user, memoryBytes } = { user: 1000, memoryBytes: 1_610_612_736 }): Promise<void> {
  const [instance] = await world.database.query("SELECT value FROM system_config WHERE key = 'instance.id'");
  if (world.runtime === "docker") {
    await expectHardenedContainer(world, String(instance?.["value"]), { user, memoryBytes });
  } else {
    await expectCleanEnvironment(world);
  }
}

async function expectHardenedContainer(
  world: World,
  instanceId: string,
  { user, memoryBytes }: { user: number; memoryBytes: number },
): Promise<void> {
  const [info] = await agentContainers(instanceId);
  const { Config, HostConfig, Mounts, NetworkSettings } = await engine.getContainer(info?.Id ?? "").inspect();
  expect(HostConfig.CapDrop).toEqual(["ALL"]);
  expect(HostConfig.CapAdd ?? []).toEqual([]);
  expect(HostConfig.Privileged).toBe(false);
  expect(HostConfig.SecurityOpt).toContain("no-new-privileges");
  expect(HostConfig.SecurityOpt).toContainEqual(expect.stringMatching(/^seccomp=\{/));
  expect(HostConfig.ReadonlyRootfs).toBe(true);
  expect(Object.keys(HostConfig.Tmpfs ?? {})).toContain("/tmp");
  expect(HostConfig.PidsLimit).toBeGreaterThan(0);
  expect(HostConfig.Memory).toBe(memoryBytes);
  expect(HostConfig.NanoCpus).toBeGreaterThan(0);
  expect(HostConfig.Init).toBe(true);
  expect(Config.User).toBe(`${user}:${user}`);
  // An image may name ports: none is published.
  expect(Object.values(NetworkSettings.Ports ?? {}).filter((bindings) => bindings !== null)).toEqual([]);
  expect(HostConfig.PublishAllPorts).toBe(false);
  expect(HostConfig.NetworkMode).not.toBe("host");
  expect(Mounts.map(({ Destination }) => Destination)).not.toContain("/var/run/docker.sock");
  expect(Mounts.filter(({ Type }) => Type === "bind")).toEqual([]);
  expect(Config.Labels).toMatchObject({ "mosaic.instance": instanceId });
  expectNoSecret((Config.Env ?? []).join("\n"), world);
}

async function expectCleanEnvironment(world: World): Promise<void> {
  const { readdir } = await import("node:fs/promises");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map(async (pid) => readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")));
  const ofAgents = environments.filter(
    (environment) => environment.includes(world.mosaic.options.stateDir) && environment.includes("MOSAIC_AGENT_PORT"),
  );
  expect(ofAgents.length).toBeGreaterThan(0);
  for (const environment of ofAgents) {
    expectNoSecret(environment, world);
    expect(environment).not.toContain("DATABASE_URL");
    expect(environment).not.toContain("MOSAIC_SECRET_KEY");
  }
}

function expectNoSecret(text: string, { canaries }: World): void {
  expect(text).not.toContain(canaries.providerKey);
  expect(text).not.toContain(canaries.nextProviderKey);
  expect(text).not.toContain(canaries.password);
}
