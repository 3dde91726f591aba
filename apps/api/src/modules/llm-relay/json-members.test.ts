import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonMembers } from "./json-members.js";
import { JsonTextError } from "./json-scanner.js";

const tiny = { maxMembers: 64, maxDepth: 128, sliceBytes: 7 };

/** Its members as `JSON.parse` understands each value by itself. */
async function read(text: string, limits = tiny): Promise<Record<string, unknown>> {
  const bytes = Buffer.from(text);
  const members = await jsonMembers(bytes, undefined, limits);
  return Object.fromEntries(
    [...members].map(([name, { start, end }]) => [name, JSON.parse(bytes.toString("utf8", start, end)) as unknown]),
  );
}

test("the members of any object are found as JSON.parse finds them, wherever a slice ends", async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue(), { maxKeys: 10 }), fc.nat(3), async (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(await read(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("what is no JSON to JSON.parse is none here, unless the fault is within a string", async () => {
  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"a"',
    '"b\\""',
    "1",
    "-0.5e+3",
    "true",
    "null",
    "01",
    "+1",
    ".5",
    "1.",
    "nul",
    "'x'",
    " ",
    "/**/",
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), async (parts) => {
      const text = `{"k":${parts.join("")}}`;
      const isJson = ((): boolean => {
        try {
          JSON.parse(text);
          return true;
        } catch {
          return false;
        }
      })();
      const isRead = await read(text).then(
        () => true,
        () => false,
      );
      // A name that stands twice is JSON, and refused here.
      expect([text, isRead && !isJson]).toEqual([text, false]);
      expect([text, isJson && !isRead && !/"k":.*"k"/.test(text) && new Set(parts).size === parts.length]).toEqual([text, false]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["a list", "[]"],
  ["a text", '"x"'],
  ["nothing", ""],
  ["an object that does not end", '{"a":1'],
  ["a string that does not end", '{"a":"x'],
  ["a string that ends in the middle of an escape", '{"a":"x\\'],
  ["something after it", '{"a":1} {}'],
  ["a name twice", '{"model":"a","model":"b"}'],
  ["a name twice, written differently", String.raw`{"model":"a","mod\u0065l":"b"}`],
  ["a comment", '{"a":1/* "model":"b" */}'],
  ["a bare name", "{a:1}"],
  ["a name that is none", String.raw`{"\x":1}`],
  ["a comma too much", '{"a":1,}'],
  ["brackets that cross", '{"a":[1}]'],
  ["nesting without end", `{"a":${"[".repeat(200)}${"]".repeat(200)}}`],
  ["fields without end", `{${Array.from({ length: 65 }, (_, index) => `"f${index}":1`).join(",")}}`],
  ["a number without end", `{"a":${"1".repeat(1000)}}`],
])("%s is refused", async (_what, text) => {
  await expect(read(text)).rejects.toBeInstanceOf(JsonTextError);
});

test("what is not UTF-8 is refused", async () => {
  await expect(jsonMembers(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).rejects.toBeInstanceOf(JsonTextError);
});

test("many megabytes of empty objects, quotes or escapes leave the event loop to others all the time", async () => {
  const mega = 1024 * 1024;
  const bodies = [`[${"{},".repeat(mega)}{}]`, `"${String.raw`\"`.repeat(mega)}"`, `[${'"",'.repeat(mega)}1]`, `[${"1,".repeat(mega)}1]`];
  for (const value of bodies) {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const text = Buffer.from(`{"model":"m","x":${value}}`);
    expect([...(await jsonMembers(text)).keys()]).toEqual(["model", "x"]);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  }
});

test("a caller who leaves ends it", async () => {
  const text = Buffer.from(`{"x":[${"{},".repeat(1024 * 1024)}{}]}`);
  await expect(jsonMembers(text, AbortSignal.abort(new Error("left")))).rejects.toThrow("left");
});
