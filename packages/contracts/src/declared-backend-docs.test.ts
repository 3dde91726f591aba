import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { declaredBackend } from "./declared-backend.js";
import { placeholderNames } from "./declared-template.js";

const page = readFileSync(new URL("../../../docs/backends.md", import.meta.url), "utf8");
const stated = (part: string): string[] => {
  const section = page.split(/^## /m).find((each) => each.startsWith(part)) ?? "";
  return section
    .split("\n")
    .flatMap((line) => /^\| (`[^|]+) \|/.exec(line)?.[1]?.split(", ") ?? [])
    .map((cell) => cell.replaceAll(/[`${}]/g, ""));
};

test("the walked example of docs/backends.md is a whole declaration, with every field", () => {
  const example: unknown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? "");
  expect(declaredBackend.parse(example)).toEqual(example);
  expect(Object.keys(example as object)).toEqual(Object.keys(declaredBackend.shape));
});

test("its tables name every field and every placeholder", () => {
  expect(stated("The fields")).toEqual(Object.keys(declaredBackend.shape));
  expect(stated("The placeholders")).toEqual([...placeholderNames]);
});
