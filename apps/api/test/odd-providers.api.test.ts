import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";
import { oddListNames } from "@mosaic/testing/odd-lists";
import { oddModelNames } from "@mosaic/testing/odd-models";
import { startOddProvider, type OddProvider } from "@mosaic/testing/odd-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApp, type TestApp } from "./harness/test-app.js";
import type { TestClient } from "./harness/test-client.js";

let app: TestApp;
let ann: TestClient;
let odd: OddProvider;

const key = "sk-canary-provider-key-1234567890";

beforeAll(async () => {
  app = await startTestApp({ env: { MOSAIC_RUNTIME: "process" } });
  ann = await app.member("ann");
  await (await app.admin()).request("PUT", "/api/admin/outbound", { allowedAddresses: ["127.0.0.1"] });
  odd = await startOddProvider({ apiKey: key });
});

afterAll(async () => {
  await odd?.close();
  await app?.close();
});

interface Result {
  outcome: string;
  message: string;
  models: { id: string }[];
}

async function tested(body: object): Promise<Result> {
  const answer = await ann.post("/api/providers/test", { kind: "openai-compatible", baseUrl: `${odd.url}/v1`, apiKey: key, ...body });
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain(key);
  return answer.json<Result>();
}

async function created(model: string, over: object = {}): Promise<string> {
  const body = { kind: "openai-compatible", name: model, baseUrl: `${odd.url}/v1`, apiKey: key, models: [{ id: model }], ...over };
  const answer = await ann.post("/api/providers", body);
  expect(answer.status).toBe(201);
  return answer.json<{ id: string }>().id;
}

async function stored(id: string): Promise<{ dialect: ProviderDialect; version: number }> {
  const [row] = await app.database.query<{ dialect: ProviderDialect; version: number }>(
    `SELECT dialect, version FROM llm_providers WHERE id = '${id}'`,
  );
  if (row === undefined) throw new Error("no such provider");
  return row;
}

describe("the connection test", () => {
  test("asks as an agent does: a stream, with tools, and with the limit of an answer", async () => {
    await tested({ model: "plain" });
    expect(odd.requests.at(-1)?.body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: "function" }],
      max_tokens: 4096,
    });
  });

  test.each([
    "refuses-max-completion-tokens",
    "refuses-max-tokens",
    "refuses-max-tokens-silently",
    "refuses-store",
    "refuses-stream-options",
  ])("%s works, asked as openai and as openai-compatible", async (model) => {
    for (const kind of ["openai", "openai-compatible"]) {
      expect([kind, await tested({ kind, model })]).toEqual([kind, expect.objectContaining({ outcome: "ok" })]);
    }
  });

  test.each(["refuses-tools", "refuses-tools-with-500"])("%s works, and it is said that its agents have none", async (model) => {
    expect(await tested({ model })).toMatchObject({ outcome: "ok", message: expect.stringContaining("use no tools") });
  });

  test.each([
    "plain",
    "only-streams",
    "ignores-stream",
    "refuses-developer-role",
    "Odd Model 7B (Q4 K M)",
    "comments-first",
    "cut-by-length",
    "content-filter",
    "ends-with-eos",
    "ends-with-null",
    "ends-without-a-word",
    "ends-without-done",
  ])("%s answers", async (model) => {
    expect(await tested({ model })).toMatchObject({ outcome: "ok" });
  });

  test.each([
    ["reasoning-only", "not_llm", "thought, but said nothing"],
    ["reasoning-until-limit", "not_llm", "Raise its limit"],
    ["empty", "not_llm", "without a word"],
    ["content-filter-at-once", "not_llm", "without a word"],
    ["cuda-out-of-memory", "server_error", "“CUDA out of memory”"],
    ["error-in-stream", "server_error", "“Upstream provider Chutes returned an invalid response”"],
    ["status-400", "not_llm", "“The temperature of the moon is not a number”"],
    ["status-422", "not_llm", "“body.messages.0: Input should be a valid dictionary”"],
    ["status-401", "bad_key", "“Incorrect API key provided: [hidden]”"],
    ["status-403", "bad_key", "“Your region is not allowed to use this model”"],
    ["status-402", "rate_limited", "“Insufficient Balance”"],
    ["status-409", "not_llm", "“The model is being replaced, ask again in a minute”"],
    ["status-500", "server_error", "“Worker 3 of pool blue has gone away”"],
    ["status-503", "server_error", "“Loading model”"],
    ["status-502-page", "server_error", "(status 502)"],
  ])("%s is %s, in the provider's own words", async (model, outcome, words) => {
    const result = await tested({ model });
    expect(result).toMatchObject({ outcome, message: expect.stringContaining(words) });
  });

  test.each(["cuda-out-of-memory", "empty", "reasoning-only", "plain"])("%s is told apart in every protocol", async (model) => {
    const outcomes = await Promise.all(
      [
        { kind: "anthropic", baseUrl: odd.url },
        { kind: "ollama", baseUrl: odd.url },
      ].map(async (target) => (await tested({ ...target, model })).outcome),
    );
    const one = (await tested({ model })).outcome;
    expect(outcomes).toEqual([one, one]);
  });
});

describe("a list of models", () => {
  test.each(oddListNames)("%s does not hide a model that answers", async (list) => {
    expect(await tested({ baseUrl: `${odd.url}/${list}/v1`, model: "plain" })).toMatchObject({ outcome: "ok" });
  });

  test.each(["list-plain", "list-bare-array", "list-of-names", "list-as-models"])("%s is read", async (list) => {
    const { outcome, models } = await tested({ baseUrl: `${odd.url}/${list}/v1` });
    expect([outcome, models.map(({ id }) => id)]).toEqual(["ok", oddModelNames]);
  });

  test.each(["list-401", "list-403", "list-404", "list-500"])("%s without a model says that one can be entered by hand", async (list) => {
    expect((await tested({ baseUrl: `${odd.url}/${list}/v1` })).message).toContain("enter a model by hand");
  });
});

describe("an address", () => {
  test.each([
    ["openai-compatible", "/v1/chat/completions"],
    ["openai-compatible", "/v1/models/"],
    ["openai-compatible", "/v1/responses"],
    ["anthropic", "/v1/messages"],
    ["ollama", "/api/chat"],
  ])("of a call (%s, %s) is understood", async (kind, path) => {
    expect(await tested({ kind, baseUrl: `${odd.url}${path}`, model: "plain" })).toMatchObject({ outcome: "ok" });
  });

  test("of a call is stored as the provider's", async () => {
    const id = await created("plain", { baseUrl: `${odd.url}/v1/chat/completions` });
    expect((await ann.get(`/api/providers/${id}`)).json<{ baseUrl: string }>().baseUrl).toBe(`${odd.url}/v1`);
    const changed = await ann.request("PATCH", `/api/providers/${id}`, { baseUrl: `${odd.url}/v1/chat/completions` });
    expect(changed.status).toBe(200);
  });

  test("without /v1 is advised to have it, one with it is not", async () => {
    expect((await tested({ baseUrl: odd.url, model: "plain" })).message).toContain("/v1");
    expect((await tested({ baseUrl: `${odd.url}/elsewhere/v1/nothing`, model: "plain" })).message).not.toContain("often ends in /v1");
  });
});

describe("what a model wants", () => {
  test("is found by the test before the provider is saved, and kept with it", async () => {
    await tested({ model: "refuses-max-tokens" });
    const id = await created("refuses-max-tokens");
    expect((await stored(id)).dialect).toEqual({ models: { "refuses-max-tokens": { limitField: "max_completion_tokens" } } });
  });

  test("is found once: the next test of a saved provider changes nothing", async () => {
    const id = await created("refuses-tools", { name: "again" });
    await tested({ providerId: id, model: "refuses-tools" });
    const before = await stored(id);
    expect(before.dialect).toEqual({ models: { "refuses-tools": { omits: ["tools"] } } });
    await tested({ providerId: id, model: "refuses-tools" });
    expect(await stored(id)).toEqual(before);
  });

  test("of models that are not listed is not kept, so that it can't grow", async () => {
    const id = await created("plain", { name: "listed" });
    await tested({ providerId: id, model: "refuses-max-tokens" });
    expect((await stored(id)).dialect).toEqual({ models: {} });
  });

  test("is nobody else's to find: another's provider is not tested", async () => {
    const id = await created("plain", { name: "mine" });
    const bob = await app.member("bob");
    expect((await bob.post("/api/providers/test", { providerId: id, kind: "openai-compatible", model: "plain" })).status).toBe(404);
  });
});

test("an Anthropic-like server that does not stream is told as that: agents can't read it", async () => {
  const result = await tested({ kind: "anthropic", baseUrl: odd.url, model: "ignores-stream" });
  expect(result).toMatchObject({ outcome: "not_llm", message: expect.stringContaining("all at once instead of streaming") });
});

test("a gateway to Anthropic's models that wants a bearer token gets one, and a wrong key is still a wrong key", async () => {
  const target = { kind: "anthropic", baseUrl: `${odd.url}/bearer`, model: "plain" };
  expect(await tested(target)).toMatchObject({ outcome: "ok", message: expect.stringContaining("bearer") });
  expect(odd.requests.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${key}` });
  const id = await created("plain", { kind: "anthropic", baseUrl: `${odd.url}/bearer`, name: "bearer" });
  expect((await stored(id)).dialect).toMatchObject({ keyHeader: "authorization" });
  expect(await tested({ ...target, apiKey: "sk-wrong" })).toMatchObject({ outcome: "bad_key" });
});
