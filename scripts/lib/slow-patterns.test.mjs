import { expect, test } from "vitest";
import { slowPatternsIn } from "./slow-patterns.mjs";

test.each([
  ["two repetitions of the same", String.raw`/^[^\]]*?(?=\s+[A-Za-z_]+=|\])/`],
  ["a line that is looked for from everywhere", String.raw`/(?:^|\n)\s*Runtime: (?:name|agent)=[^\n]*\s*$/`],
  ["slashes at the end", String.raw`/\/+$/`],
  ["a repetition within a repetition", String.raw`/^(?:a+)+$/`],
  ["one that is made of a text", String.raw`new RegExp("\\s+$", "m")`],
])("%s is found", (_what, code) => {
  expect(slowPatternsIn("a.ts", `const first = 1;\nexport const x: RegExp = ${code};\n`)).toMatchObject([{ file: "a.ts", line: 2 }]);
});

test.each(["new RegExp(`^${start}`)", "RegExp(given)", "new RegExp(a + b, 'g')"])(
  "%s, put together while running, is found unless allowed",
  (code) => {
    expect(slowPatternsIn("a.ts", `export const x = ${code};`)).toMatchObject([{ line: 1, why: "it is put together while running" }]);
    expect(slowPatternsIn("a.ts", `export const x = ${code};`, { mayBuild: true })).toEqual([]);
  },
);

test.each([
  String.raw`/^\/+/`,
  String.raw`/(?<!\/)\/+$/`,
  String.raw`/^Bearer ([\x21-\x7e]{1,200})$/i`,
  String.raw`/\p{M}/gu`,
  '"/a+$/"',
  "4 / 2 / 1",
])("%s is none", (code) => {
  expect(slowPatternsIn("a.ts", `export const x = ${code};\n`)).toEqual([]);
});
