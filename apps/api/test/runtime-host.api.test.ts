import { runtimeKind } from "@mosaic/contracts/onboarding";
import { expect, test, vi } from "vitest";
import { examine } from "../src/cli/doctor.js";
import { MachineHostService } from "../src/modules/runtime-host/machine-host.service.js";
import { RuntimeHostService } from "../src/modules/runtime-host/runtime-host.service.js";
import { runtimes } from "../src/modules/runtime-host/runtime-registry.js";
import { ConfigurationError } from "../src/platform/config/env.js";
import { InMemoryEngine } from "./harness/in-memory-runtime.js";
import { startTestApp } from "./harness/test-app.js";
import { migrationsFolder } from "./harness/test-database.js";

async function runtimeAt(env: Record<string, string | undefined>): Promise<unknown> {
  const app = await startTestApp({ env });
  try {
    return await app.nest
      .get(RuntimeHostService, { strict: false })
      .inUse()
      .then(({ definition }) => runtimeKind.options.find((kind) => runtimes[kind] === definition))
      .catch((error: unknown) => error);
  } finally {
    await app.close();
  }
}

test("the process runtime is refused when Mosaic listens on more than loopback", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1"]) {
    expect(await runtimeAt({ MOSAIC_RUNTIME: "process", HOST: host })).toMatchObject({
      code: "runtime_refused",
      detail: expect.stringContaining("MOSAIC_ALLOW_UNISOLATED") as string,
    });
  }
});

test("unless its operator said so", async () => {
  expect(await runtimeAt({ MOSAIC_RUNTIME: "process", HOST: "0.0.0.0", MOSAIC_ALLOW_UNISOLATED: "true" })).toBe("process");
  expect(await runtimeAt({ MOSAIC_RUNTIME: "process", HOST: "127.0.0.1" })).toBe("process");
});

test("Docker is allowed wherever Mosaic listens", async () => {
  expect(await runtimeAt({ MOSAIC_RUNTIME: "docker", HOST: "0.0.0.0" })).toBe("docker");
});

test("without a choice nothing runs", async () => {
  expect(await runtimeAt({ MOSAIC_RUNTIME: undefined })).toMatchObject({ code: "runtime_unavailable" });
});

test("a runtime that this version does not know is a refusal to start, also for the doctor, and never another one's turn", async () => {
  const engine = new InMemoryEngine();
  const made: string[] = [];
  const app = await startTestApp({ env: { MOSAIC_RUNTIME: undefined }, runtime: engine });
  try {
    const words = /agents run on "nomad".*does not guess another one.*Set MOSAIC_RUNTIME to docker or process/;
    const sql = "INSERT INTO system_config (key, value, is_encrypted, updated_at) VALUES ($1, 'nomad', false, now())";
    await app.database.query(sql, ["runtime.kind"]);
    const again = startTestApp({ database: app.database, runtime: engine, env: { MOSAIC_RUNTIME: undefined } });
    await expect(again).rejects.toThrow(ConfigurationError);
    await expect(again).rejects.toThrow(words);
    // A process that runs while another version writes the row starts nothing any more either.
    const host = app.nest.get(RuntimeHostService, { strict: false });
    await expect(host.runtime()).rejects.toMatchObject({ code: "runtime_unavailable", detail: expect.stringMatching(words) as string });
    const findings = await examine({
      env: app.env,
      migrationsFolder,
      createRuntime: (kind) => {
        made.push(kind);
        return engine.driver(kind);
      },
    });
    const failed = { check: "Runtime", state: "failing", detail: expect.stringMatching(words) as string };
    expect(findings.filter(({ check }) => check === "Runtime")).toEqual([failed]);
    expect(made).toEqual([]);
    // What the words advise works.
    const mended = await startTestApp({ database: app.database, runtime: engine, env: { MOSAIC_RUNTIME: "docker" } });
    await mended.close();
  } finally {
    await app.close();
    await engine.close();
  }
});

test("how this machine is called is asked again after a fault, and once agents run elsewhere", async () => {
  const app = await startTestApp({ env: { MOSAIC_RUNTIME: undefined } });
  try {
    const machine = app.nest.get(MachineHostService, { strict: false });
    const fault = vi.spyOn(app.runtime, "machineHost", "get").mockImplementation(() => {
      throw new Error("the engine's answer is none");
    });
    await expect(machine.find()).rejects.toThrow("the engine's answer is none");
    fault.mockImplementation(() => "172.17.0.1");
    expect(await machine.find()).toEqual({ sharesLoopback: false, host: "172.17.0.1" });
    await app.nest.get(RuntimeHostService, { strict: false }).choose("process");
    expect(await machine.find()).toEqual({ sharesLoopback: true, host: "127.0.0.1" });
  } finally {
    await app.close();
  }
});

test("each definition makes a driver of its own, and only one that says so has walls", async () => {
  const app = await startTestApp();
  try {
    const drivers = runtimeKind.options.map((kind) => runtimes[kind].create({ env: app.env, instanceId: "registry-test" }));
    expect(new Set(drivers.map(({ constructor }) => constructor)).size).toBe(drivers.length);
    expect(runtimeKind.options.filter((kind) => runtimes[kind].isIsolated)).toEqual(["docker"]);
    await Promise.all(drivers.map(async (driver) => driver.close()));
  } finally {
    await app.close();
  }
});

test("the doctor says that the process runtime is refused beyond loopback", async () => {
  const app = await startTestApp({ env: { MOSAIC_RUNTIME: "process", HOST: "0.0.0.0" } });
  try {
    const createRuntime = (): never => {
      throw new Error("No driver is made of a runtime that is refused.");
    };
    const findings = await examine({ env: app.env, migrationsFolder, createRuntime });
    expect(findings.at(-1)).toMatchObject({
      check: "Runtime",
      state: "failing",
      detail: expect.stringContaining("MOSAIC_ALLOW_UNISOLATED"),
    });
  } finally {
    await app.close();
  }
});
