import { expect, test } from "vitest";
import { messagesIn, messagesUsed, wordsOutside } from "./messages.mjs";

const found = (/** @type {string} */ source) => wordsOutside("a.tsx", source).map(({ text }) => text);

test.each([
  ["const a = <p>Save it</p>;", "Save it"],
  ["const a = <p>{isOn ? 'On' : m.off}</p>;", "'On'"],
  ['const a = <b aria-label="Close" />;', '"Close"'],
  ["const a = <b title={`Stop ${name}`} />;", "`Stop ${name}`"],
  ['const a = { label: "light" };', '"light"'],
  ['toast.success("Saved");', '"Saved"'],
  ['const why = "Enter a name";', '"Enter a name"'],
])("words are found in: %s", (source, text) => {
  expect(found(source)).toEqual([text]);
});

test.each([
  "const a = <p>{m.save}</p>;",
  "const a = <code>mosaic restore</code>;",
  "const a = <p>Mosaic</p>;",
  'const a = <p className="text-sm font-medium">{name} · {count}</p>;',
  'throw new Error("This can not be");',
  'import { a } from "@/components/some-where";',
  'const a = <a href="/settings/agents" id="some-where" />;',
])("nothing is found in: %s", (source) => {
  expect(found(source)).toEqual([]);
});

test("messages are known by their paths, with what they leave out", () => {
  const source = "export const m = { a: 'x', b: { c: (n: number, who: string) => `${n}` } satisfies X };";
  expect([...messagesIn("a.ts", source)]).toEqual([
    ["a", { parameters: 0, unused: [] }],
    ["b.c", { parameters: 2, unused: ["who"] }],
  ]);
});

test("a message is used by its path, and one that is looked up uses all beneath it", () => {
  const source = 'import { m } from "@messages/x"; import { m as y } from "@messages/y"; f(m.a.b, y.c[d].e, other.a);';
  expect(messagesUsed("a.ts", source)).toEqual([
    { area: "x", path: "a.b" },
    { area: "y", path: "c" },
  ]);
});
