import { expect, test } from "vitest";
import { branchesOf } from "./tree-order.js";

const tree = (...edges: readonly string[]): { id: string; parentId: string | null }[] =>
  edges.map((edge) => ({ id: edge.slice(-1), parentId: edge.length > 1 ? (edge[0] ?? null) : null }));

const shown = (places: ReturnType<typeof tree>, active: string | null): string[] =>
  branchesOf(places, active).map(({ after, messages }) => `${after ?? "-"}:${messages.map(({ id }) => id).join("")}`);

test.each([
  ["nothing", [], null, []],
  ["a line", ["a", "a>b", "b>c"], null, ["-:abc"]],
  ["the branch that is shown, then the others", ["a", "a>b", "a>c", "c>d"], "b", ["-:ab", "a:cd"]],
  ["the newest where none is shown", ["a", "a>b", "a>c", "c>d"], null, ["-:acd", "a:b"]],
  ["an end that is no leaf, and what goes on from it", ["a", "a>b", "b>c"], "b", ["-:ab", "b:c"]],
  ["several beginnings", ["a", "a>b", "c", "c>d"], "b", ["-:ab", "-:cd"]],
  ["an end that there is not", ["a", "a>b"], "z", ["-:ab"]],
])("%s", (_, edges, active, expected) => {
  expect(shown(tree(...edges), active)).toEqual(expected);
});

test("a hundred thousand messages in a row, without a deep stack", () => {
  const places = Array.from({ length: 100_000 }, (_, index) => ({ id: String(index), parentId: index === 0 ? null : String(index - 1) }));
  expect(branchesOf(places, null)[0]?.messages.length).toBe(100_000);
});
