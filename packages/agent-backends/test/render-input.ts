import { createAgent, type AgentTools } from "@mosaic/contracts/agent";
import { createProvider, providerKind, type ProviderKind, type ProviderModel } from "@mosaic/contracts/provider";
import { limitField, modelDialect, type ModelDialect, omittableField } from "@mosaic/contracts/provider-dialect";
import fc from "fast-check";
import type { RenderedProvider, RenderInput, ResolvedModel } from "../src/agent-backend.js";

export const providerKinds: readonly ProviderKind[] = providerKind.options;

export const everyTool: AgentTools = { files: true, web: true, shell: true, browser: true, sessions: true };
export const noTool: AgentTools = { files: false, web: false, shell: false, browser: false, sessions: false };

/** All 32 ways to switch the groups of tools. */
export const toolCombinations: readonly AgentTools[] = Array.from({ length: 32 }, (_, bits) => ({
  files: (bits & 1) !== 0,
  web: (bits & 2) !== 0,
  shell: (bits & 4) !== 0,
  browser: (bits & 8) !== 0,
  sessions: (bits & 16) !== 0,
}));

export function someProvider(kind: ProviderKind, over: Partial<RenderedProvider> = {}): RenderedProvider {
  const tail = String(providerKinds.indexOf(kind) + 1).padStart(8, "0");
  const path = kind === "anthropic" || kind === "ollama" ? "" : "/v1";
  const base = { id: `0199f000-0000-7000-8000-0000${tail}`, version: 1, kind, apiKey: "sk-canary-1234567890abcdef" };
  return { ...base, baseUrl: `http://llm.example:8080${path}`, models: [{ id: "model-1" }], dialect: { models: {} }, ...over };
}

export function someInput(over: Partial<RenderInput> = {}): RenderInput {
  return {
    agent: { id: "0199f000-0000-7000-8000-00000000a9e1", name: "Ada", emoji: "🦞", personality: "", tools: everyTool },
    models: [{ provider: someProvider("openai"), model: "model-1" }],
    gateway: { token: "gateway-token-canary", port: 18_789, bind: "lan" },
    relayToken: "relay-token-canary",
    tokensIn: "environment",
    stateDir: "/home/node/.openclaw",
    isIsolated: true,
    ...over,
  };
}

const nasty = fc.constantFrom(
  "🦞",
  "👩‍👩‍👧",
  '"',
  "'",
  "\\",
  "\n",
  "\r\n",
  "\t",
  "\u0000",
  "\u001b[31m",
  "\u2028",
  "‮",
  "${HOME}",
  "$${HOME}",
  "${",
  "$HOME",
  "{{x}}",
  "`",
  "</script>",
  "\ud800",
  "__proto__",
  "#",
  "//",
  "/*",
  "../..",
);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.oneof(nasty, fc.string()), { maxLength: 12 }).map((parts) => parts.join("")),
);
const toolSwitches = fc.constantFrom(...toolCombinations);

const names = text.map((value) => value.slice(0, 60)).filter((value) => isAccepted({ name: value }));
const emojis = fc
  .oneof(
    fc.constantFrom("", "🦞", "👩‍👩‍👧", "${A}", '"'),
    text.map((value) => value.slice(0, 16)),
  )
  .filter((value) => isAccepted({ name: "x", emoji: value }));
const personalities = fc
  .oneof(text, fc.constant("é🦞".repeat(6666)), fc.constant("x".repeat(20_000)), fc.constant("${HOME}\n".repeat(2500)))
  .filter((value) => isAccepted({ name: "x", personality: value }));

const modelIds = fc
  .oneof(
    fc.constantFrom("glm-5", "meta/llama-4:70b", "claude@20250101", "a@b", "${MODEL}", "__proto__", "é🦞", "/", "..", '"'),
    fc.string({ minLength: 1, maxLength: 200 }),
  )
  .filter((id) => isAcceptedProvider({ models: [{ id }] }));
const optional = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(arbitrary, { nil: undefined });
const models: fc.Arbitrary<ProviderModel> = fc
  .record({
    id: modelIds,
    name: optional(text.map((value) => value.slice(0, 200)).filter((name) => isAcceptedProvider({ models: [{ id: "m", name }] }))),
    contextWindow: optional(fc.integer({ min: 1024, max: 10_000_000 })),
    maxTokens: optional(fc.integer({ min: 1, max: 10_000_000 })),
    reasoning: optional(fc.boolean()),
    images: optional(fc.boolean()),
  })
  .map((model) => Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined)) as ProviderModel);

const keys = fc.option(
  fc
    .oneof(
      fc.constantFrom(
        "sk-canary-1234567890abcdef",
        "${HOME}",
        "$HOME",
        "OPENAI_API_KEY",
        "oauth:x",
        "secretref-managed",
        "ollama-local",
        '"',
        "\\",
      ),
      fc.string({ minLength: 1, maxLength: 200 }),
    )
    .filter((key) => isAcceptedProvider({ apiKey: key })),
  { nil: null },
);
const baseUrls = fc
  .oneof(fc.constantFrom("http://127.0.0.1:11434", "https://api.example/v1/", "http://[::1]:8080/v1", "https://x/${HOME}/v1"), fc.webUrl())
  .filter((baseUrl) => isAcceptedProvider({ baseUrl }));

const modelDialects: fc.Arbitrary<ModelDialect> = fc
  .record({ limitField: optional(fc.constantFrom(...limitField.options)), omits: fc.subarray([...omittableField.options]) })
  .map((found) => modelDialect.parse(found));

const providers: fc.Arbitrary<RenderedProvider> = fc.record({
  id: fc.uuid(),
  version: fc.integer({ min: 1, max: 2_000_000_000 }),
  kind: fc.constantFrom(...providerKinds),
  baseUrl: baseUrls,
  apiKey: keys,
  models: fc.array(models, { minLength: 1, maxLength: 4 }),
  dialect: fc.record({ models: fc.dictionary(modelIds, modelDialects) }),
});

const resolved: fc.Arbitrary<ResolvedModel> = fc
  .tuple(providers, modelIds, fc.nat(), fc.boolean())
  .map(([provider, other, index, isListed]) => ({
    provider,
    model: isListed ? (provider.models[index % provider.models.length]?.id ?? other) : other,
  }));

/** Everything that the schemas of agents and providers let through. */
export const renderInputs: fc.Arbitrary<RenderInput> = fc.record({
  agent: fc.record({ id: fc.uuid(), name: names, emoji: emojis, personality: personalities, tools: toolSwitches }),
  models: fc.tuple(resolved, fc.array(resolved, { maxLength: 3 })).map(([first, others]): RenderInput["models"] => [first, ...others]),
  gateway: fc.record({
    token: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    port: fc.integer({ min: 1024, max: 65_534 }),
    bind: fc.constantFrom("lan" as const, "loopback" as const),
  }),
  relayToken: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  tokensIn: fc.constantFrom("files" as const, "environment" as const),
  stateDir: fc.constantFrom("/home/node/.openclaw", "/srv/mosaic/.mosaic/agents/0199f000"),
  isIsolated: fc.boolean(),
});

function isAccepted(agent: { name: string; emoji?: string; personality?: string }): boolean {
  return createAgent.safeParse(agent).success;
}

function isAcceptedProvider(over: Record<string, unknown>): boolean {
  return createProvider.safeParse({ kind: "openai", name: "x", baseUrl: "http://x", models: [{ id: "m" }], ...over }).success;
}
