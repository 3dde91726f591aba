import fc from "fast-check";
import { expect, test } from "vitest";
import { seal, SealError, sealKey, unseal } from "./sealed-box.js";

const key = sealKey("a secret of an operator, long enough to count");
const place = { owner: "0198", field: "llm_providers.api_key_encrypted:1" };

test("what is sealed opens again, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(unseal(key, seal(key, text, place), place)).toBe(text);
    }),
  );
});

test("the same text is sealed differently each time and carries the key's id", () => {
  const [first, second] = [seal(key, "text", place), seal(key, "text", place)];
  expect(first).not.toBe(second);
  expect(first.startsWith(`enc:${key.id}:`)).toBe(true);
});

test.each([
  ["another owner", { owner: "0199", field: place.field }],
  ["another field", { owner: place.owner, field: "llm_providers.api_key_encrypted:2" }],
  ["lengths moved between owner and field", { owner: `${place.owner}l`, field: place.field.slice(1) }],
])("a value moved to %s does not open", (_name, elsewhere) => {
  expect(() => unseal(key, seal(key, "text", place), elsewhere)).toThrow(SealError);
});

test("another secret does not open it, and says so before trying", () => {
  const other = sealKey("another secret of another operator, also long");
  expect(() => unseal(other, seal(key, "text", place), place)).toThrow("sealed with another key");
});

test("a single altered bit is noticed", () => {
  const value = seal(key, "text", place);
  const head = `enc:${key.id}:`;
  const bytes = Buffer.from(value.slice(head.length), "base64");
  for (let index = 0; index < bytes.length; index += 1) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(index) ^ 1, index);
    expect(() => unseal(key, head + altered.toString("base64"), place)).toThrow(SealError);
  }
});

test.each(["", "text", "enc:", `enc:${key.id}:`, `enc:${key.id}:AAAA`, "enc:zz:AAAA"])("%j is no sealed value", (value) => {
  expect(() => unseal(key, value, place)).toThrow(SealError);
});
