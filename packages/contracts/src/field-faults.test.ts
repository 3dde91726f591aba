import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import en from "zod/v4/locales/en.js";
import { faultOf, says } from "./field-faults.js";

/** Wrong in every way that a field can be. */
const wrong: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e99,
  "",
  " ",
  "nonsense",
  "\u0000\n",
  "x".repeat(60_000),
  "http://u:p@x.example/?q#h",
  [],
  {},
  [1],
  [""],
  ["a", "a"],
  Array.from({ length: 3000 }, () => "a"),
  Array.from({ length: 3000 }, () => ({})),
  { strange: 1 },
];

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly $ref?: string;
}

/** Every way to be wrong, at every place that a schema has. */
function* inputsOf(shape: Shape, depth = 0): Generator {
  yield* wrong;
  if (depth > 3) {
    return;
  }
  for (const [name, inner] of Object.entries(shape.properties ?? {})) {
    for (const value of inputsOf(inner, depth + 1)) {
      yield { [name]: value };
    }
  }
  for (const inner of [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]) {
    yield* inputsOf(inner, depth + 1);
  }
  if (shape.items !== undefined) {
    for (const value of inputsOf(shape.items, depth + 1)) {
      yield [value];
    }
  }
}

function* all(issues: readonly z.core.$ZodIssue[]): Generator<z.core.$ZodIssue> {
  for (const issue of issues) {
    yield issue;
    if (issue.code === "invalid_union") {
      for (const inner of issue.errors) {
        yield* all(inner);
      }
    }
  }
}

async function schemas(): Promise<[string, z.ZodType][]> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const modules = await Promise.all(
    files.map(
      async (name) => [name, (await import(/* @vite-ignore */ join(import.meta.dirname, name))) as Record<string, unknown>] as const,
    ),
  );
  return modules.flatMap(([file, exported]) =>
    Object.entries(exported).flatMap(([name, value]) =>
      value instanceof z.ZodType ? [[`${file} ${name}`, value] as [string, z.ZodType]] : [],
    ),
  );
}

const { localeError } = en();

test("whatever is sent to any schema, no fault is told in the words of a library, and each has a code", async () => {
  const kinds = new Set<string>();
  const codes = new Set<string>();
  const unworded = new Set<string>();
  for (const [name, schema] of await schemas()) {
    const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", cycles: "ref", reused: "inline" }) as Shape;
    for (const input of inputsOf(shape)) {
      for (const issue of all(schema.safeParse(input).error?.issues ?? [])) {
        kinds.add(issue.code);
        const { code } = faultOf({ ...issue });
        codes.add(code);
        const raw = localeError({ ...issue, input: undefined, message: undefined });
        if (
          issue.message === raw ||
          /^(?:invalid|too (?:small|big)|unrecogni[sz]ed|expected)\b/i.test(issue.message) ||
          code === "refused"
        ) {
          unworded.add(`${name} ${issue.path.join(".")}: ${issue.message}`);
        }
      }
    }
  }
  expect([...unworded]).toEqual([]);
  expect([...kinds].toSorted()).toEqual(
    expect.arrayContaining(["custom", "invalid_format", "invalid_type", "invalid_value", "too_big", "too_small", "unrecognized_keys"]),
  );
  expect([...codes]).toEqual(expect.arrayContaining(["empty", "too_long", "address_http", "header_safe", "username", "unknown_choice"]));
});

test.each([
  [z.string().max(3), "abcd", "At most 3 characters; this has 4", { code: "too_long", args: { maximum: 3 } }],
  [z.string().min(1), "", "This can't be empty", { code: "empty" }],
  [z.string().min(2), "a", "At least 2 characters; this has 1", { code: "too_short", args: { minimum: 2 } }],
  [z.int().min(1024), 5, "At least 1,024", { code: "too_low", args: { minimum: 1024 } }],
  [z.int().max(3), 5, "At most 3", { code: "too_large", args: { maximum: 3 } }],
  [z.array(z.int()).max(1), [1, 2], "At most 1 of these; these are 2", { code: "too_many", args: { maximum: 1 } }],
  [z.array(z.int()).min(1), [], "Choose at least one", { code: "none_chosen" }],
  [z.string(), undefined, "This is missing", { code: "missing" }],
  [z.string(), 5, "This must be a text", { code: "wrong_kind", args: { expected: "string" } }],
  [z.int(), 1.5, "This must be a whole number", { code: "wrong_kind", args: { expected: "int" } }],
  [z.enum(["a", "b"]), "c", "Not one of the choices: a, b", { code: "unknown_choice", args: { choices: "a, b" } }],
  [z.url(), "nonsense", "This is not an address; one begins with https://", { code: "not_an_address" }],
  [z.uuid(), "nonsense", "This is not an id", { code: "not_an_id" }],
  [z.strictObject({}), { x: 1 }, "There is no such field: x", { code: "unknown_field", args: { fields: "x" } }],
  [z.int().multipleOf(2), 3, "A multiple of 2", { code: "not_multiple_of", args: { divisor: 2 } }],
  [z.union([z.int(), z.boolean()]), "x", "This has none of the forms that are possible here", { code: "no_form_fits" }],
  [z.string().regex(/^a$/, says.domain), "b", "A domain such as example.org", { code: "domain" }],
])("%#: %j is refused with %j", (schema: z.ZodType, input: unknown, words, fault) => {
  const issue = schema.safeParse(input).error?.issues[0];
  expect(issue?.message).toBe(words);
  expect(faultOf({ ...issue })).toEqual(fault);
});

test("what a caller sent is quoted to a bound", () => {
  const strange = Object.fromEntries(Array.from({ length: 1000 }, (_none, index) => [`${"k".repeat(1000)}${index}`, 1]));
  expect(z.strictObject({}).safeParse(strange).error?.issues[0]?.message.length).toBeLessThan(300);
});
