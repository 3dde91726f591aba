// Walks docs/adding-a-provider-kind.md: what the compiler leads a newcomer to is what the page lists, and nothing more is needed.
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { CopiedTree, withRowLike } from "../lib/copied-tree.mjs";

const page = readFileSync(new URL("../../docs/adding-a-provider-kind.md", import.meta.url), "utf8");
const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, file]) => file ?? "");
const projects = ["packages/contracts", "packages/agent-backends", "apps/api", "apps/web"];
const tree = new CopiedTree();

afterAll(() => tree.remove());

test(
  "a new kind of provider does not compile until each place that the page lists has decided about it",
  { timeout: 300_000 },
  async () => {
    expect(listed.length).toBeGreaterThan(3);
    tree.edit("packages/contracts/src/provider.ts", (text) =>
      text.replace('"openai-compatible", "demo"]', '"openai-compatible", "throw-away", "demo"]'),
    );
    expect(await tree.faultyFiles(projects)).toEqual(listed.toSorted());
    for (const file of listed) {
      tree.edit(file, (text) => withRowLike(text, "openai-compatible", "throw-away"));
    }
    expect(await tree.faultyFiles(projects)).toEqual([]);
  },
);
