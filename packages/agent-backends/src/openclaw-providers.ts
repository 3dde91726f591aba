import type { ProviderKind, ProviderModel } from "@mosaic/contracts/provider";
import type { RenderedProvider, RenderInput, ResolvedModel } from "./agent-backend.js";
import type { Json } from "./canonical-json.js";
import { baseUrlOf, limitsOf, type OpenclawDialect, openclawDialects, renderCompat } from "./openclaw-dialects.js";
import { literal } from "./openclaw-literal.js";
import { relayTokenReference } from "./openclaw-tokens.js";

/** The model of the throw-away turn that a supervisor makes right after a start. */
export const warmUpModel = "warm/m";

/**
 * OpenClaw's id of a provider. The prefix keeps it clear of plugin ids, which would start a plugin's installation. The version
 * gives a corrected key a new id: OpenClaw shuts an id out for minutes after a 401, also across restarts.
 */
export function openclawProviderId(provider: { readonly id: string; readonly version: number }): string {
  const tail = provider.id
    .replaceAll(/[^0-9a-f]/gi, "")
    .slice(-8)
    .toLowerCase();
  return `p-${tail}-v${provider.version}`;
}

export function openclawModelRef(resolved: ResolvedModel): string {
  return `${openclawProviderId(resolved.provider)}/${literal(resolved.model)}`;
}

export function renderProviders(input: RenderInput): Record<string, Json> {
  const { models } = input;
  const providers: Record<string, Json> = {};
  for (const { provider } of models) {
    const id = openclawProviderId(provider);
    const used = models.filter((other) => openclawProviderId(other.provider) === id).map((other) => other.model);
    providers[id] = renderProvider(provider, [...new Set(used)], isRelayed(provider, input));
  }
  providers["warm"] = renderWarmUpProvider(input.gateway.port, models[0]?.provider.kind ?? "openai-compatible");
  return providers;
}

/** Its key is the token of this start. A supervisor of before gives the software no variable for it. */
function isRelayed({ apiKey }: RenderedProvider, { relayToken, tokensIn }: RenderInput): boolean {
  return tokensIn === "environment" && apiKey === relayToken;
}

function renderProvider(provider: RenderedProvider, modelIds: readonly string[], hasRelayToken: boolean): Json {
  const dialect = openclawDialects[provider.kind];
  return {
    api: dialect.api,
    baseUrl: literal(baseUrlOf(provider)),
    apiKey: hasRelayToken ? relayTokenReference : keyOf(provider, dialect),
    ...(provider.dialect.keyHeader === "authorization" ? { authHeader: true } : {}),
    timeoutSeconds: dialect.silenceSeconds,
    models: modelIds.map((id) => renderModel(id, provider)),
  };
}

function renderModel(id: string, provider: RenderedProvider): Json {
  const known: ProviderModel = provider.models.find((model) => model.id === id) ?? { id };
  const compat = renderCompat(provider, id);
  return {
    id: literal(id),
    name: literal(known.name ?? id),
    reasoning: known.reasoning ?? openclawDialects[provider.kind].thinks,
    input: known.images === true ? ["text", "image"] : ["text"],
    ...limitsOf(provider.kind, known),
    ...(Object.keys(compat).length === 0 ? {} : { compat }),
  };
}

/**
 * A key that is just `$NAME` would be read from the agent's environment and sent to the provider's address, and OpenClaw knows
 * no way to write it literally. No provider gives out such keys, so it is made into one that the provider refuses.
 */
function keyOf(provider: RenderedProvider, dialect: OpenclawDialect): string {
  const key = provider.apiKey;
  if (key === null || key === "") return dialect.placeholderKey;
  return /^\$[A-Z]/.test(key) ? `not-a-key:${literal(key)}` : literal(key);
}

/** It speaks what the model in use speaks, so that the throw-away turn loads the very modules that the first real one needs. */
function renderWarmUpProvider(gatewayPort: number, kind: ProviderKind): Json {
  const { api } = openclawDialects[kind];
  const address = `http://127.0.0.1:${gatewayPort + 1}`;
  return {
    api,
    baseUrl: api === "openai-completions" ? `${address}/v1` : address,
    apiKey: "warm-up",
    timeoutSeconds: 30,
    models: [{ id: "m", name: "Warm-up", reasoning: false, input: ["text"], contextWindow: 128_000, maxTokens: 1024 }],
  };
}
