import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** The middle is the same from both sides. */
const physical =
  /(?<=[\s"'`:])-?(?:[mp][lr]-[\d[ap]|(?:left|right)-(?!1\/2)[\d[]|text-(?:left|right)\b|(?:rounded|border)-(?:l|r|tl|tr|bl|br)\b)[\w./[\]-]*/g;

test("what is laid out along a line follows the way the line runs: no class says left or right", () => {
  const files = globSync("{app,components,features}/**/*.tsx", { cwd: root }).filter((file) => !file.includes(".test."));
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) => [...readFileSync(join(root, file), "utf8").matchAll(physical)].map(([name]) => `${file}: ${name}`));
  expect(found).toEqual([]);
});
