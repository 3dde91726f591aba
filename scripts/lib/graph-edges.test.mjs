import { expect, test } from "vitest";
import { unusedEdges, usedEdges } from "./graph-edges.mjs";

const files = [
  { path: "app/modules/agents/a.ts", text: 'import { x } from "../settings/settings.service.js";\nimport type { Y } from "./own.js";' },
  { path: "app/modules/agents/deep/b.ts", text: 'export { z } from "../../health/z.js"; const w = await import("../../users/w.js");' },
  { path: "app/modules/users/c.ts", text: 'import "@/modules/agents/side-effect";\nimport "node:fs";' },
  { path: "app/main.ts", text: 'import "./modules/users/c.js";' },
];

test("what is imported in any way is an edge, from within the folders only", () => {
  const edges = ["agents → settings", "agents → health", "agents → users", "users → agents"];
  expect([...usedEdges(files, "app/modules", { "@/": "app/" })]).toEqual(edges);
});

test("a listed edge that nothing imports along is found", () => {
  const used = usedEdges(files, "app/modules", { "@/": "app/" });
  expect(unusedEdges({ agents: ["settings", "health", "users"], users: ["agents"] }, used)).toEqual([]);
  expect(unusedEdges({ agents: ["settings", "oidc"], users: ["agents", "health"] }, used)).toEqual(["agents → oidc", "users → health"]);
});
