import type { ProviderKind, ProviderModel } from "@mosaic/contracts/provider";
import type { LimitField, ModelDialect } from "@mosaic/contracts/provider-dialect";
import type { RenderedProvider } from "./agent-backend.js";
import type { Json } from "./canonical-json.js";

/** How OpenClaw is told to speak to a kind of provider. */
export interface OpenclawDialect {
  readonly api: "openai-completions" | "anthropic-messages" | "ollama";
  readonly contextWindow: number;
  readonly maxTokens: number;
  /** Sent where no key is set: OpenClaw does not call a provider without one. */
  readonly placeholderKey: string;
  /** How long a provider may be silent, not how long its answer may take. A model on someone's own machine may have to be loaded first. */
  readonly silenceSeconds: number;
  /** Where nothing else was found out: most servers know the older name, OpenAI's newer models only the newer one. */
  readonly limitField: LimitField;
  /** OpenAI keeps what is not sent with `store: false`; to others the field is strange. */
  readonly sendsStore: boolean;
  /** Whether its models think, if nobody has said so. OpenClaw asks only such models for thoughts, and passes on only theirs. */
  readonly thinks: boolean;
  /** How OpenClaw asks for thinking, where it is not as usual. */
  readonly thinkingFormat: string | null;
  /** OpenClaw reads a whole answer as well where it asked for a stream. */
  readonly readsWholeAnswers: boolean;
  /** Gateways before it may take the key as a bearer token instead of in `x-api-key`. */
  readonly mayTakeBearer: boolean;
  /** Its address ends in /v1 as a rule, which people forget. */
  readonly endsInVersion: boolean;
}

const openAi: OpenclawDialect = {
  api: "openai-completions",
  contextWindow: 128_000,
  maxTokens: 8192,
  placeholderKey: "no-key-set",
  silenceSeconds: 120,
  limitField: "max_tokens",
  sendsStore: false,
  thinks: false,
  thinkingFormat: null,
  readsWholeAnswers: true,
  mayTakeBearer: false,
  endsInVersion: false,
};

export const openclawDialects: Readonly<Record<ProviderKind, OpenclawDialect>> = {
  zai: { ...openAi, thinkingFormat: "zai" },
  openai: { ...openAi, limitField: "max_completion_tokens", sendsStore: true, endsInVersion: true },
  "openai-compatible": { ...openAi, contextWindow: 32_768, maxTokens: 4096, silenceSeconds: 240, endsInVersion: true },
  demo: { ...openAi, thinks: true, contextWindow: 32_768, maxTokens: 4096 },
  anthropic: { ...openAi, api: "anthropic-messages", contextWindow: 200_000, readsWholeAnswers: false, mayTakeBearer: true },
  ollama: { ...openAi, api: "ollama", contextWindow: 32_768, maxTokens: 4096, placeholderKey: "ollama-local", silenceSeconds: 240 },
};

export interface ModelLimits {
  readonly contextWindow: number;
  readonly maxTokens: number;
}

export function limitsOf(kind: ProviderKind, model: ProviderModel): ModelLimits {
  const dialect = openclawDialects[kind];
  const contextWindow = model.contextWindow ?? Math.max(dialect.contextWindow, model.maxTokens ?? 0);
  return { contextWindow, maxTokens: Math.min(model.maxTokens ?? dialect.maxTokens, contextWindow) };
}

/** What a request over OpenAI's protocol holds: what was found of the model, else what is usual for the kind. */
export interface RequestShape {
  readonly limitField: LimitField;
  readonly hasStore: boolean;
  readonly hasUsage: boolean;
  readonly hasTools: boolean;
}

export function shapeOf(kind: ProviderKind, found: ModelDialect): RequestShape {
  const { limitField, sendsStore } = openclawDialects[kind];
  const omits = found.omits ?? [];
  return {
    limitField: found.limitField ?? limitField,
    hasStore: sendsStore && !omits.includes("store"),
    hasUsage: !omits.includes("stream_options"),
    hasTools: !omits.includes("tools"),
  };
}

/**
 * OpenClaw guesses these from the address, and would guess differently for one provider called directly and through Mosaic's relay, and
 * differently from Mosaic's own test: so each is said.
 */
export function renderCompat(provider: Pick<RenderedProvider, "kind" | "dialect">, modelId: string): Record<string, Json> {
  const shape = shapeOf(provider.kind, dialectOf(provider, modelId));
  const { thinkingFormat } = openclawDialects[provider.kind];
  if (!speaksOpenAi(provider.kind)) return shape.hasTools ? {} : { supportsTools: false };
  return {
    maxTokensField: shape.limitField,
    supportsStore: shape.hasStore,
    supportsUsageInStreaming: shape.hasUsage,
    supportsTools: shape.hasTools,
    supportsDeveloperRole: false,
    supportsStrictMode: false,
    ...(thinkingFormat === null ? {} : { thinkingFormat }),
  };
}

export function speaksOpenAi(kind: ProviderKind): boolean {
  return openclawDialects[kind].api === "openai-completions";
}

export function dialectOf({ dialect }: Pick<RenderedProvider, "dialect">, modelId: string): ModelDialect {
  return Object.hasOwn(dialect.models, modelId) ? (dialect.models[modelId] ?? {}) : {};
}

/** OpenClaw adds `/v1/messages` to an Anthropic address itself, and speaks Ollama's own protocol, which breaks below `/v1`. */
export function baseUrlOf({ kind, baseUrl }: Pick<RenderedProvider, "kind" | "baseUrl">): string {
  const withoutSlash = baseUrl.replace(/(?<!\/)\/+$/, "");
  return speaksOpenAi(kind) ? withoutSlash : withoutSlash.replace(/\/v1$/i, "");
}
