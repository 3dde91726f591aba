import { expect, test } from "vitest";
import { publicMethodsIn, sizeFaults } from "./public-methods.mjs";

const methods = (/** @type {string} */ source) => publicMethodsIn("a.ts", source).flatMap((found) => found.methods);

test.each([
  ["class A { b() {} static c() {} async d() {} }", ["b", "c", "d"]],
  ["class A { b(x: string): void; b(x: number): void; b() {} }", ["b"]],
  ["abstract class A { abstract b(): void; }", ["b"]],
  ["class A { b = () => 1; c = function () {}; }", ["b", "c"]],
  ["const a = class { b() {} };", ["b"]],
])("are public: %s", (source, names) => {
  expect(methods(source)).toEqual(names);
});

test.each([
  "class A { private b() {} protected c() {} }",
  "class A { #b() {} }",
  "class A { constructor() {} }",
  "class A { get b() { return 1; } set b(x) {} }",
  "class A { b = 1; }",
  "class A { onModuleInit() {} onApplicationShutdown() {} }",
  '@Controller("api/a") class A { b() {} }',
  "interface A { b(): void }",
])("are not: %s", (source) => {
  expect(methods(source)).toEqual([]);
});

test("a class is told with its name and its line", () => {
  expect(publicMethodsIn("a.ts", "\n@Injectable()\nexport class A { b() {} }")).toEqual([{ name: "A", line: 3, methods: ["b"] }]);
});

test.each([
  [{ "a.ts#A": 9 }, {}, ["a.ts#A has 9 public methods; 8 are allowed"]],
  [{ "a.ts#A": 11 }, { "a.ts#A": 10 }, ["a.ts#A has 11 public methods; 10 are allowed"]],
  [{ "a.ts#A": 9 }, { "a.ts#A": 10 }, ["a.ts#A has 9 public methods only: lower its exception of 10"]],
  [{ "a.ts#A": 8 }, { "a.ts#A": 10 }, ["a.ts#A needs no exception any more: take it away"]],
  [{}, { "a.ts#A": 10 }, ["a.ts#A needs no exception any more: take it away"]],
  [{ "a.ts#A": 8, "a.ts#B": 10 }, { "a.ts#B": 10 }, []],
])("sizes %o with the exceptions %o", (sizes, exceptions, faults) => {
  expect(sizeFaults(new Map(Object.entries(sizes)), exceptions, 8)).toEqual(faults);
});
