// Walks docs/adding-a-backend.md: the files that the page lists are those that it takes.
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { CopiedTree } from "../lib/copied-tree.mjs";

const page = readFileSync(new URL("../../docs/adding-a-backend.md", import.meta.url), "utf8");
const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, file]) => file ?? "");
const projects = ["packages/contracts", "packages/agent-backends", "apps/api", "apps/web"];
const tree = new CopiedTree();

afterAll(() => tree.remove());

const definition = `import type { BackendDefinition } from "./backend-definition.js";
import { openclawDefinition } from "./openclaw-definition.js";

export const parrotDefinition: BackendDefinition<"parrot"> = {
  ...openclawDefinition,
  id: "parrot",
  label: "Parrot",
  defaults: { ...openclawDefinition.defaults, image: "mosaic/parrot:1" },
  container: { ...openclawDefinition.container, port: 4711, stateDir: "/parrot", runDir: "/run/parrot", command: ["parrot"] },
  installation: null,
};
`;

/** Each as the page says; the id is there first. */
const steps = {
  "packages/agent-backends/src/parrot-definition.ts": (/** @type {string} */ file) => tree.add(file, definition),
  "packages/agent-backends/src/registry.ts": (/** @type {string} */ file) =>
    tree.edit(file, (text) =>
      text
        .replace("import { openclaw", 'import { parrotDefinition } from "./parrot-definition.js";\nimport { openclaw')
        .replace("{ openclaw: openclawDefinition, ", "{ openclaw: openclawDefinition, parrot: parrotDefinition, "),
    ),
  "docker/parrot/Dockerfile": (/** @type {string} */ file) => tree.add(file, "FROM scratch\n"),
};

test(
  "a backend is an id, one definition, one line and an image, and until it is there nothing compiles",
  { timeout: 300_000 },
  async () => {
    const contract = "packages/contracts/src/agent.ts";
    expect(listed).toEqual([contract, ...Object.keys(steps)]);
    tree.edit(contract, (text) => text.replace('z.enum(["openclaw", ', 'z.enum(["openclaw", "parrot", '));
    expect(await tree.faultyFiles(projects.slice(0, 2))).toEqual(["packages/agent-backends/src/registry.ts"]);
    for (const [file, take] of Object.entries(steps)) take(file);
    expect(await tree.faultyFiles(projects)).toEqual([]);
  },
);
