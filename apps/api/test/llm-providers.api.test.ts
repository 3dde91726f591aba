import { afterAll, beforeAll, expect, test } from "vitest";
import { CryptoService } from "../src/modules/crypto/crypto.service.js";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let bob: TestClient;

const key = "sk-canary-provider-key-1234567890";
const input = {
  kind: "openai-compatible",
  name: "Mine",
  baseUrl: "https://llm.example/v1",
  apiKey: key,
  models: [{ id: "m-1" }, { id: "m-2" }],
};

beforeAll(async () => {
  app = await startTestApp();
  [ann, bob] = await Promise.all([app.member("ann"), app.member("bob")]);
});

afterAll(async () => {
  await app.close();
});

interface ProviderView {
  id: string;
  version: number;
  hasKey: boolean;
  updatedAt: string;
}

async function create(client: TestClient, overrides: object = {}): Promise<ProviderView> {
  const answer = await client.post("/api/providers", { ...input, ...overrides });
  expect(answer.status).toBe(201);
  return answer.json<ProviderView>();
}

test("a key goes in and never comes out: not in an answer, not in the database", async () => {
  const created = await ann.post("/api/providers", input);
  expect(created.json()).toMatchObject({ kind: "openai-compatible", hasKey: true, version: 1 });
  const { id } = created.json<ProviderView>();
  const answers = [
    created,
    await ann.get("/api/providers"),
    await ann.get(`/api/providers/${id}`),
    await ann.patch(`/api/providers/${id}`, { name: "Other" }),
  ];
  for (const answer of answers) {
    expect(answer.text).not.toContain(key);
    expect(answer.text).not.toContain("enc:");
  }
  const [row] = await app.database.query<{ api_key_encrypted: string }>("SELECT * FROM llm_providers WHERE id = $1", [id]);
  expect(JSON.stringify(row)).not.toContain(key);
  expect(row?.api_key_encrypted).toMatch(/^enc:/);
});

test("a sealed key opens in its own row and for its own owner only", async () => {
  const { id } = await create(ann);
  const [row] = await app.database.query<{ api_key_encrypted: string }>("SELECT api_key_encrypted FROM llm_providers WHERE id = $1", [id]);
  const crypto = app.nest.get(CryptoService);
  const sealed = row?.api_key_encrypted ?? "";
  expect(crypto.open(sealed, { owner: String(ann.userId), field: `llm_providers.api_key_encrypted:${id}` })).toBe(key);
  expect(() => crypto.open(sealed, { owner: String(bob.userId), field: `llm_providers.api_key_encrypted:${id}` })).toThrow();
  expect(() => crypto.open(sealed, { owner: String(ann.userId), field: "llm_providers.api_key_encrypted:other" })).toThrow();
});

test("another's provider is, byte for byte, one that does not exist", async () => {
  const { id } = await create(ann);
  const missing = "01890a5d-ac96-774b-bcce-b302099a8057";
  const calls = (target: string): Promise<{ status: number; text: string }>[] => [
    bob.get(`/api/providers/${target}`),
    bob.patch(`/api/providers/${target}`, { name: "Bob's" }),
    bob.delete(`/api/providers/${target}`),
    bob.post("/api/providers/test", { providerId: target, kind: "openai-compatible" }),
  ];
  const [others, missings] = await Promise.all([Promise.all(calls(id)), Promise.all(calls(missing))]);
  others.forEach((answer, index) => {
    expect(answer.status).toBe(404);
    expect(answer.text).toBe(missings[index]?.text);
  });
  const admin = await app.admin();
  expect((await admin.get(`/api/providers/${id}`)).status).toBe(404);
  expect((await bob.get("/api/providers")).json()).toMatchObject({ providers: [], shared: [] });
  expect((await ann.get(`/api/providers/${id}`)).json()).toMatchObject({ name: "Mine" });
});

test("the version counts changes of key and address, and nothing else", async () => {
  const { id } = await create(ann);
  const patch = async (body: object): Promise<ProviderView> => (await ann.patch(`/api/providers/${id}`, body)).json<ProviderView>();
  expect(await patch({ name: "Renamed", models: [{ id: "m-3" }] })).toMatchObject({ version: 1 });
  expect(await patch({ baseUrl: "https://llm.example/v1/" })).toMatchObject({ version: 1 });
  expect(await patch({ apiKey: "sk-second" })).toMatchObject({ version: 2, hasKey: true });
  expect(await patch({ baseUrl: "https://other.example/v1", apiKey: "sk-third" })).toMatchObject({ version: 3 });
  expect(await patch({ apiKey: null })).toMatchObject({ version: 4, hasKey: false });
  expect(await patch({ apiKey: null })).toMatchObject({ version: 4 });
  expect(await patch({ baseUrl: "https://third.example/v1" })).toMatchObject({ version: 5 });
});

test("a stored key is never sent to a new address: the key is asked for again", async () => {
  const { id } = await create(ann);
  const patched = await ann.patch(`/api/providers/${id}`, { baseUrl: "https://evil.example/v1" });
  expect(patched.json()).toMatchObject({ status: 400, code: "invalid_input", errors: [{ path: "apiKey" }] });
  const tested = await ann.post("/api/providers/test", { providerId: id, kind: "openai-compatible", baseUrl: "https://evil.example/v1" });
  expect(tested.json()).toMatchObject({ status: 400, errors: [{ path: "apiKey" }] });
  const otherKind = await ann.post("/api/providers/test", { providerId: id, kind: "anthropic" });
  expect(otherKind.json()).toMatchObject({ status: 400, errors: [{ path: "apiKey" }] });
  expect((await ann.get(`/api/providers/${id}`)).json()).toMatchObject({ baseUrl: "https://llm.example/v1", version: 1 });
});

test("prices of models are kept beside them, where a release of before does not read them, and go with their model", async () => {
  const prices = { inputMicrosPerMillion: 2_500_000, outputMicrosPerMillion: 10_000_000 };
  const models = [{ id: "constructor", prices }, { id: "m-2" }];
  const { id } = await create(ann, { models });
  expect((await ann.get(`/api/providers/${id}`)).json()).toMatchObject({ models });
  const stored = async () =>
    (
      await app.database.query<{ models: unknown; model_prices: unknown }>("SELECT models, model_prices FROM llm_providers WHERE id = $1", [
        id,
      ])
    )[0];
  expect((await stored())?.models).toEqual([{ id: "constructor" }, { id: "m-2" }]);
  expect((await ann.patch(`/api/providers/${id}`, { name: "Other" })).json()).toMatchObject({ models });
  await ann.patch(`/api/providers/${id}`, { models: [{ id: "m-2" }] });
  expect((await stored())?.model_prices).toEqual({});
});

test.each([-1, 0.5, 1_000_000_001, "1", null])("a price of %j is refused at its field", async (inputMicrosPerMillion) => {
  const answer = await ann.post("/api/providers", {
    ...input,
    models: [{ id: "m", prices: { inputMicrosPerMillion, outputMicrosPerMillion: 1 } }],
  });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.json())).toContain("models.0.prices.inputMicrosPerMillion");
});

test("what is wrong with a field is told in words, with a code and what it takes to say them in another language", async () => {
  const body = { kind: "openai-compatible", name: "n".repeat(81), baseUrl: "nonsense", models: [], extra: 1 };
  const refused = (await ann.post("/api/providers", body)).json<{ detail: string; errors: object[] }>();
  expect(refused.errors).toHaveLength(4);
  expect(refused.errors).toEqual(
    expect.arrayContaining([
      { path: "name", message: "At most 80 characters; this has 81", code: "too_long", args: { maximum: 80 } },
      { path: "baseUrl", message: "A web address that begins with http:// or https://", code: "address_http" },
      { path: "models", message: "Choose at least one model", code: "choose_model" },
      { path: "", message: "There is no such field: extra", code: "unknown_field", args: { fields: "extra" } },
    ]),
  );
  expect(refused.detail).toContain("baseUrl: A web address that begins with http:// or https://");
});

test("a provider is deleted once", async () => {
  const { id } = await create(ann);
  expect((await ann.delete(`/api/providers/${id}`)).status).toBe(204);
  expect((await ann.delete(`/api/providers/${id}`)).status).toBe(404);
  expect((await ann.get(`/api/providers/${id}`)).status).toBe(404);
});

test("a model that an agent uses is not taken out of the list under it", async () => {
  const { id } = await create(ann);
  await ann.post("/api/agents", { name: "Robin", model: { providerId: id, model: "m-1" } });
  const answer = await ann.patch(`/api/providers/${id}`, { models: [{ id: "m-2" }] });
  expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: "models" }] });
  expect(answer.text).toContain("Robin");
});

test.each([
  ["no kind", { ...input, kind: undefined }, "kind"],
  ["an unknown kind", { ...input, kind: "gemini" }, "kind"],
  ["a number as a name", { ...input, name: 7 }, "name"],
  ["no address", { ...input, baseUrl: null }, "baseUrl"],
  ["another scheme", { ...input, baseUrl: "file:///etc/passwd" }, "baseUrl"],
  ["a password in the address", { ...input, baseUrl: "https://user:secret@llm.example" }, "baseUrl"],
  ["a line break in the key", { ...input, apiKey: "sk-1\r\nx-evil: 1" }, "apiKey"],
  ["no model", { ...input, models: [] }, "models"],
  ["201 models", { ...input, models: Array.from({ length: 201 }, (_, index) => ({ id: `m-${index}` })) }, "models"],
  ["a model with a line break", { ...input, models: [{ id: "a\nb" }] }, "models.0.id"],
  ["an unknown field", { ...input, ownerId: "x" }, ""],
])("%s is refused, by field", async (_name, body, path) => {
  const answer = await ann.post("/api/providers", body);
  expect(answer.status).toBe(400);
  expect(answer.json<{ errors: { path: string }[] }>().errors.map((error) => error.path)).toContain(path);
  expect(answer.text).not.toContain(key);
});

test("bodies that are no JSON object, too deep or too large are refused, not failed on", async () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  const statuses = await Promise.all(
    ["null", "[]", '"text"', "{", deep, `{"models":${deep}}`].map(async (body) => (await ann.post("/api/providers", body)).status),
  );
  expect(statuses).toEqual([400, 400, 400, 400, 400, 400]);
  expect((await ann.post("/api/providers", { ...input, name: "x".repeat(2_000_000) })).status).toBe(413);
  const form = await ann.post("/api/providers", "name=x", { headers: { "content-type": "application/x-www-form-urlencoded" } });
  expect([400, 415]).toContain(form.status);
});

test("nobody without a session sees or changes providers", async () => {
  const visitor = app.visitor();
  for (const answer of [
    await visitor.get("/api/providers"),
    await visitor.post("/api/providers", input),
    await visitor.post("/api/providers/test", { kind: "demo" }),
  ]) {
    expect(answer.status).toBe(401);
  }
});

test("fifty providers are enough, also when they are created at once", async () => {
  const carl = await app.member("carl");
  const answers = await Promise.all(
    Array.from({ length: 55 }, async (_, index) =>
      carl.post("/api/providers", { kind: "demo", name: `Demo ${index}`, models: [{ id: "mosaic-demo" }] }),
    ),
  );
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(50);
  expect(answers.filter((answer) => answer.status === 409)).toHaveLength(5);
});
