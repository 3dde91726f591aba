import type { CreateProvider } from "@mosaic/contracts/provider";
import { expect, test } from "vitest";
import type { StoredProvider } from "./llm-providers.types.js";
import { isSameAddress, planReplacement, planUpdate } from "./provider-change.js";

const stored: StoredProvider = {
  id: "01890a5d-ac96-774b-bcce-b302099a8057",
  ownerId: "01890a5d-ac96-774b-bcce-b302099a8058",
  kind: "openai",
  name: "Mine",
  baseUrl: "https://llm.example/v1",
  apiKeyEncrypted: "sealed(old)",
  models: [{ id: "m" }],
  dialect: { models: { m: { limitField: "max_tokens" } } },
  version: 3,
  isActive: true,
  isShared: false,
  isAdmins: false,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const seal = (key: string): string => `sealed(${key})`;
const again: CreateProvider = { kind: "openai", name: "Mine", baseUrl: "https://llm.example/v1", models: [{ id: "m" }] };

test.each([
  ["https://a.example/v1", "https://a.example/v1/", true],
  ["https://A.example/v1", "https://a.example:443/v1", true],
  ["https://a.example/v1", "https://a.example/v2", false],
  ["https://a.example", "http://a.example", false],
  [null, null, true],
  [null, "https://a.example", false],
])("%s and %s: the same address is %s", (left, right, isSame) => {
  expect(isSameAddress(left, right)).toBe(isSame);
});

test.each([
  ["a name", {}, { name: "Other" }, { name: "Other", apiKeyEncrypted: undefined, version: 3 }],
  ["a new key", {}, { apiKey: "new" }, { apiKeyEncrypted: "sealed(new)", version: 4 }],
  ["no key any more", {}, { apiKey: null }, { apiKeyEncrypted: null, version: 4 }],
  ["no key where there was none", { apiKeyEncrypted: null }, { apiKey: null }, { apiKeyEncrypted: null, version: 3 }],
  ["a new address with a key", {}, { baseUrl: "https://b.example", apiKey: "new" }, { baseUrl: "https://b.example", version: 4 }],
  [
    "a new address where there is no key",
    { apiKeyEncrypted: null },
    { baseUrl: "https://b.example" },
    { apiKeyEncrypted: undefined, version: 4 },
  ],
  [
    "an address on the demo",
    { kind: "demo", baseUrl: null, apiKeyEncrypted: null },
    { baseUrl: "https://b.example" },
    { baseUrl: null, version: 3 },
  ],
] as const)("update: %s", (_name, before, update, expected) => {
  expect(planUpdate({ ...stored, ...before }, update, seal)).toMatchObject({ change: expected });
});

test.each([
  ["a new address without the key", { baseUrl: "https://b.example" }, "apiKey"],
  ["no address", { baseUrl: null }, "baseUrl"],
])("update: %s is refused", (_name, update, path) => {
  expect(planUpdate(stored, update, seal)).toMatchObject({ fault: { path } });
});

test.each([
  ["the same without a key keeps the key", { apiKey: null }, { apiKeyEncrypted: undefined, version: 3 }],
  ["the same with a key", { apiKey: "new" }, { apiKeyEncrypted: "sealed(new)", version: 4 }],
  [
    "another kind forgets the key",
    { kind: "ollama", baseUrl: "http://127.0.0.1:11434" },
    { kind: "ollama", apiKeyEncrypted: null, version: 4 },
  ],
  ["the demo instead", { kind: "demo" }, { kind: "demo", baseUrl: null, apiKeyEncrypted: null, version: 4 }],
] as const)("replacement: %s", (_name, next, expected) => {
  expect(planReplacement(stored, { ...again, ...next }, seal)).toMatchObject({ change: expected });
});

test("replacement: another address of a kind that needs a key wants it again, of a kind that needs none forgets it", () => {
  expect(planReplacement(stored, { ...again, baseUrl: "https://b.example" }, seal)).toMatchObject({ fault: { path: "apiKey" } });
  const open: StoredProvider = { ...stored, kind: "openai-compatible" };
  expect(planReplacement(open, { ...again, kind: "openai-compatible", baseUrl: "https://b.example" }, seal)).toMatchObject({
    change: { apiKeyEncrypted: null, version: 4 },
  });
});

test("what was found about a server is forgotten with its address, and stays with a new key", () => {
  const dialectAfter = (change: ReturnType<typeof planUpdate>): unknown => ("change" in change ? change.change.dialect : null);
  expect(dialectAfter(planUpdate(stored, { apiKey: "new" }, seal))).toEqual(stored.dialect);
  expect(dialectAfter(planUpdate(stored, { baseUrl: "https://b.example/v1", apiKey: "new" }, seal))).toEqual({ models: {} });
  expect(dialectAfter(planReplacement(stored, again, seal))).toEqual(stored.dialect);
  expect(dialectAfter(planReplacement(stored, { ...again, kind: "anthropic", apiKey: "new" }, seal))).toEqual({ models: {} });
});
