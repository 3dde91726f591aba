import { expect, test } from "vitest";
import { kindComparisonsIn } from "./kind-comparisons.mjs";

const kinds = new Set(["docker", "process"]);
const found = (/** @type {string} */ source) => kindComparisonsIn("a.tsx", source, kinds).map(({ line, text }) => [line, text]);

test.each([
  ['if (kind === "docker") run();', 'kind === "docker"'],
  ['const a = "process" != it.kind;', '"process" != it.kind'],
  ['const a = (await host.kind()) !== "process" ? 1 : 2;', '(await host.kind()) !== "process"'],
  ['switch (kind) { case "docker": run(); }', 'case "docker": run();'],
  ['const a = <p>{kind === "docker" ? "x" : "y"}</p>;', 'kind === "docker"'],
])("a comparison is found: %s", (source, text) => {
  expect(found(source)).toEqual([[1, text]]);
});

test.each(["const a = { docker: 1, process: 2 };", 'run("docker");', 'if (role === "admin") run();', 'import a from "process";'])(
  "nothing is found in: %s",
  (source) => {
    expect(found(source)).toEqual([]);
  },
);

test("the line of a comparison is told", () => {
  expect(found('const a = 1;\n\nif (kind === "docker") run();')).toEqual([[3, 'kind === "docker"']]);
});
