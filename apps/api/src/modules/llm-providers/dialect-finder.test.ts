import type { ModelDialect } from "@mosaic/contracts/provider-dialect";
import { expect, test } from "vitest";
import { nextDialect, type Refusal } from "./dialect-finder.js";

const usual: ModelDialect = {};
const next = (refusal: Refusal, found = usual, kind: "openai" | "openai-compatible" | "ollama" | "anthropic" = "openai-compatible") =>
  nextDialect(kind, found, refusal, [found]);

test.each<[string, Refusal, ModelDialect | null]>([
  [
    "the limit's name",
    { status: 400, words: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'." },
    { limitField: "max_completion_tokens" },
  ],
  [
    "FastAPI's place of a field",
    { status: 422, words: "body.max_tokens: Extra inputs are not permitted" },
    { limitField: "max_completion_tokens" },
  ],
  ["usage", { status: 400, words: "Unrecognized request argument supplied: stream_options" }, { omits: ["stream_options"] }],
  ["tools", { status: 400, words: "x does not support tools" }, { omits: ["tools"] }],
  ["tools in a server fault", { status: 500, words: "tools param requires --jinja flag" }, { omits: ["tools"] }],
  ["nothing", { status: 400, words: "Bad Request" }, { limitField: "max_completion_tokens" }],
  ["a field that was not sent", { status: 400, words: "property 'store' is unsupported" }, { limitField: "max_completion_tokens" }],
  ["a key", { status: 401, words: "max_tokens" }, null],
  ["load", { status: 503, words: "Loading model" }, null],
  ["a fault without a field", { status: 500, words: "boom" }, null],
])("a refusal that names %s leads to the next try", (_what, refusal, expected) => {
  expect(next(refusal)).toEqual(expected);
});

test("nothing is tried twice, and guessing ends", () => {
  const tried: ModelDialect[] = [usual];
  for (let found: ModelDialect | null = usual; found !== null;) {
    found = nextDialect("openai", found, { status: 400, words: "Bad Request" }, tried);
    if (found !== null) tried.push(found);
  }
  expect(new Set(tried.map((dialect) => JSON.stringify(dialect))).size).toBe(tried.length);
  expect(tried.length).toBeLessThanOrEqual(6);
});

test("tools are never left out by guessing: an agent without them must be told", () => {
  const tried: ModelDialect[] = [usual];
  for (let found: ModelDialect | null = usual; found !== null;) {
    found = nextDialect("openai-compatible", found, { status: 422, words: "" }, tried);
    if (found !== null) tried.push(found);
  }
  expect(JSON.stringify(tried)).not.toContain("tools");
});

test("what was found before stays when another field is refused", () => {
  const found: ModelDialect = { limitField: "max_completion_tokens" };
  expect(next({ status: 400, words: "does not support tools" }, found)).toEqual({ ...found, omits: ["tools"] });
});

test("Anthropic's and Ollama's protocols have no such fields but tools", () => {
  expect(next({ status: 400, words: "max_tokens is too large" }, usual, "anthropic")).toBeNull();
  expect(next({ status: 400, words: "llama2 does not support tools" }, usual, "ollama")).toEqual({ omits: ["tools"] });
});
