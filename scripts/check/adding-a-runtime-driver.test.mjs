// Walks docs/adding-a-runtime-driver.md: the files that the page lists are those that it takes.
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { CopiedTree, withRowLike } from "../lib/copied-tree.mjs";

const page = readFileSync(new URL("../../docs/adding-a-runtime-driver.md", import.meta.url), "utf8");
const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, file]) => file ?? "");
const projects = ["packages/contracts", "packages/runtime", "apps/api", "apps/web"];
const tree = new CopiedTree();

afterAll(() => tree.remove());

const registry = "apps/api/src/modules/runtime-host/runtime-registry.ts";
const words = "apps/web/features/setup/runtime-choice.tsx";

const driver = `import type { AgentRuntime } from "../agent-runtime.js";
import { createDockerRuntime, type DockerRuntimeOptions } from "../docker/docker-runtime.js";

export function createNomadRuntime(options: DockerRuntimeOptions): AgentRuntime {
  return createDockerRuntime(options);
}
`;
const suite = `import { createNomadRuntime } from "../src/nomad/nomad-runtime.js";
import type { ContractHarness } from "./contract/contract-world.js";
import { describeRuntimeContract } from "./runtime-contract.js";

declare const harness: Omit<ContractHarness, "open">;
const open = () => createNomadRuntime({ instanceId: harness.instanceId });
describeRuntimeContract("nomad runtime", () => Promise.resolve({ ...harness, open }));
`;

/** Each as the page says; the kind is there first. */
const steps = {
  "packages/runtime/src/nomad/nomad-runtime.ts": (/** @type {string} */ file) => tree.add(file, driver),
  [registry]: (/** @type {string} */ file) =>
    tree.edit(file, (text) =>
      text
        .replace(
          "import { createProcess",
          'import { createNomadRuntime } from "@mosaic/runtime/nomad/nomad-runtime";\nimport { createProcess',
        )
        .replace(
          "const registry = { docker, process }",
          "const nomad: RuntimeDefinition = { ...docker, create: ({ instanceId }) => createNomadRuntime({ instanceId }) };\nconst registry = { docker, process, nomad }",
        ),
    ),
  [words]: (/** @type {string} */ file) => tree.edit(file, (text) => withRowLike(text, "docker", "nomad")),
  "packages/runtime/test/nomad-runtime.test.ts": (/** @type {string} */ file) => tree.add(file, suite),
};

test(
  "a runtime driver is a kind, one class and one definition, and until they are there nothing compiles",
  { timeout: 300_000 },
  async () => {
    const contract = "packages/contracts/src/onboarding.ts";
    expect(listed).toEqual([contract, ...Object.keys(steps)]);
    tree.edit(contract, (text) => text.replace('z.enum(["docker", "process"])', 'z.enum(["docker", "process", "nomad"])'));
    expect(await tree.faultyFiles(projects)).toEqual([registry, words]);
    for (const [file, take] of Object.entries(steps)) take(file);
    expect(await tree.faultyFiles(projects)).toEqual([]);
  },
);
