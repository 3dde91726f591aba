import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { readJsonLines } from "./json-lines.js";

it("reads values however the stream is cut, and skips what is none", async () => {
  const bytes = Buffer.from('{"a":"é"}\r\n\nnonsense\n[1]\n{"b":2}\n{"c":3}');
  const chunks = [...bytes].map((byte) => Buffer.from([byte]));
  const values: unknown[] = [];
  for await (const value of readJsonLines(Readable.from(chunks))) values.push(value);
  expect(values).toEqual([{ a: "é" }, { b: 2 }, { c: 3 }]);
});
