import { describe, expect, test } from "vitest";
import {
  connectionFaults,
  emptyValues,
  filterModels,
  modelOptions,
  providerFormSchema,
  switchKind,
  toCreate,
  toTest,
  toUpdate,
  valuesOf,
  withAbilities,
} from "@/features/providers/provider-values";
import { sampleProvider } from "@/test/contract-state";

const stored = sampleProvider({ hasKey: true });

describe("what is sent", () => {
  test("an edited provider sends no key unless one was typed, and no address unless it changed", () => {
    expect(toUpdate(valuesOf(stored), stored)).toEqual({ name: stored.name, models: stored.models });
    expect(toUpdate({ ...valuesOf(stored), apiKey: " sk-2 " }, stored)).toMatchObject({ apiKey: "sk-2" });
    expect(toUpdate({ ...valuesOf(stored), removesKey: true }, stored)).toMatchObject({ apiKey: null });
  });
  test("a test of a stored provider uses what is stored unless it was changed", () => {
    expect(toTest(valuesOf(stored), stored)).toEqual({ kind: "zai", providerId: stored.id, model: "glm-4.6" });
    expect(toTest({ ...valuesOf(stored), baseUrl: "https://a.b", apiKey: "k" }, stored)).toMatchObject({
      baseUrl: "https://a.b",
      apiKey: "k",
    });
  });
  test("the demo model has neither key nor address", () => {
    expect(toCreate({ ...emptyValues("demo"), models: [{ id: "demo" }] })).toMatchObject({ baseUrl: null, apiKey: null });
  });
});

describe("what is missing", () => {
  const fields = (values: Parameters<typeof connectionFaults>[0], provider = null as typeof stored | null) =>
    connectionFaults(values, provider).map(({ field }) => field);
  test("a hosted provider needs its key, a local one and the demo do not", () => {
    expect(fields(emptyValues("openai"))).toEqual(["apiKey"]);
    expect(fields(emptyValues("ollama"))).toEqual([]);
    expect(fields(emptyValues("demo"))).toEqual([]);
    expect(fields(emptyValues("openai-compatible"))).toEqual(["baseUrl"]);
  });
  test("a new address asks for the key again", () => {
    expect(fields(valuesOf(stored), stored)).toEqual([]);
    expect(fields({ ...valuesOf(stored), baseUrl: "https://elsewhere.example/v1" }, stored)).toEqual(["apiKey"]);
    expect(fields({ ...valuesOf(stored), baseUrl: "https://elsewhere.example/v1", apiKey: "sk" }, stored)).toEqual([]);
  });
  test("a provider without models can't be saved", () => {
    const result = providerFormSchema(null).safeParse({ ...emptyValues("openai"), apiKey: "sk" });
    expect(result.error?.issues.map(({ path, message }) => [path[0], message])).toEqual([["models", "Choose at least one model"]]);
  });
});

test("a name that somebody wrote survives another kind, the form's own does not", () => {
  expect(switchKind(emptyValues("zai"), "openai").name).toBe("OpenAI");
  expect(switchKind({ ...emptyValues("zai"), name: "Ours" }, "openai").name).toBe("Ours");
});

test("models that were added by hand stay listed beside those found", () => {
  const options = modelOptions([{ id: "a", name: "Model A" }], [{ id: "a" }, { id: "mine" }]);
  expect(options.map(({ id }) => id)).toEqual(["mine", "a"]);
  expect(filterModels(options, "model A").map(({ id }) => id)).toEqual(["a"]);
});

test.each([
  [null, "http://127.0.0.1:11434"],
  ["127.0.0.1", "http://127.0.0.1:11434"],
  ["172.18.0.1", "http://172.18.0.1:11434"],
  ["fd00::1", "http://[fd00::1]:11434"],
])("Ollama on this machine is found where agents reach %s: %s", (machineHost, address) => {
  expect(switchKind(emptyValues("zai"), "ollama", machineHost).baseUrl).toBe(address);
  expect(switchKind(emptyValues("zai"), "openai", machineHost).baseUrl).toBe("https://api.openai.com/v1");
});

test("what a test has seen of a chosen model is filled in, and what its owner said stays", () => {
  const found = [{ id: "a", reasoning: true, images: false }, { id: "b" }];
  expect(withAbilities([{ id: "a", images: true }, { id: "b" }, { id: "c", reasoning: false }], found)).toEqual([
    { id: "a", reasoning: true, images: true },
    { id: "b" },
    { id: "c", reasoning: false },
  ]);
});
