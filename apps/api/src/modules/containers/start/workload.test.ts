import { readFileSync } from "node:fs";
import { builtInDefinitions, backendOf } from "@mosaic/agent-backends/registry";
import { specHashOf } from "@mosaic/runtime/docker/container-options";
import { expect, test } from "vitest";
import { imageOf, workloadOf } from "./workload.js";

const agentId = "0192f0a1-0000-7000-8000-000000000000";
const openclaw = backendOf("openclaw");
const ofReleaseBefore = {
  name: "mosaic-0192f0a0-0192f0a1",
  instanceId: "0192f0a0-0000-7000-8000-000000000000",
  agentId,
  configUrl: `http://172.30.0.1:8081/api/internal/agent-config/${agentId}`,
  backend: {
    id: "openclaw",
    image: "mosaic/openclaw:2026.9.6",
    memoryLimitBytes: 1_610_612_736,
    nanoCpus: 2_000_000_000,
    pidsLimit: 256,
    readyTimeoutMs: 120_000,
  },
};

test("a container that the release before made is adopted: its hash is the same, though its labels are fewer", () => {
  // As the drivers that knew OpenClaw made it of the same agent.
  expect(specHashOf(workloadOf(ofReleaseBefore), "mosaic-agents")).toBe("0358cef6d0f17eb2032861091aeb6ddb");
});

test("what an admin chose and what the backend says both reach the workload", () => {
  const backend = { ...ofReleaseBefore.backend, image: "registry.example/own:1", memoryLimitBytes: 1, nanoCpus: 2, pidsLimit: 3 };
  expect(workloadOf({ ...ofReleaseBefore, backend })).toMatchObject({
    image: { name: "registry.example/own:1", buildContext: null },
    limits: { memoryBytes: 1, nanoCpus: 2, pids: 3 },
    port: openclaw.container.port,
    mounts: { state: openclaw.container.stateDir, run: openclaw.container.runDir },
    environment: { MOSAIC_CONFIG_URL: ofReleaseBefore.configUrl },
  });
});

test("the state of a backend that this release does not know can still be looked at with its image", () => {
  expect(imageOf({ id: "unknown", image: "registry.example/unknown:1" })).toEqual({
    name: "registry.example/unknown:1",
    buildContext: null,
    installation: null,
  });
});

test.each(builtInDefinitions.filter(({ installation }) => installation !== null))(
  "$label installs the version that its image has, and leaves no place open",
  ({ id, defaults }) => {
    const { installation, buildContext } = imageOf({ id, image: defaults.image });
    const text = JSON.stringify(installation);
    expect(text.match(/\{[a-z]+\}/g)?.filter((place) => place !== "{folder}") ?? []).toEqual([]);
    const version = defaults.image.split(":").at(-1) ?? "";
    expect(installation?.packages?.folder).toContain(version);
    const pinned = JSON.parse(readFileSync(`${String(buildContext)}/package.json`, "utf8")) as { dependencies: Record<string, string> };
    expect(Object.values(pinned.dependencies)).toContain(version);
  },
);
