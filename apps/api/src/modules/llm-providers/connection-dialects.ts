import type { ProviderKind } from "@mosaic/contracts/provider";

/** Where to call: a provider whose address is known and whose key is open. */
export interface TestTarget {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly apiKey: string | null;
}

export interface FoundModel {
  readonly id: string;
  readonly name?: string;
}

/** How one kind of provider is asked for its models and for one token. */
export interface ConnectionDialect {
  readonly headers: (apiKey: string | null) => Record<string, string>;
  readonly modelsUrl: (baseUrl: string) => string;
  /** `null`: this JSON is no model list. */
  readonly readModels: (body: unknown) => readonly FoundModel[] | null;
  readonly chatUrl: (baseUrl: string) => string;
  readonly chatBody: (model: string) => object;
  readonly isChatAnswer: (body: unknown) => boolean;
}

const maxModels = 500;
const modelIdShape = /^[^\s\p{Cc}\p{Cf}]{1,200}$/u;
const nameShape = /^[^\p{Cc}\p{Cf}]{1,200}$/u;
const messages = [{ role: "user", content: "Hi" }];

function bearer(apiKey: string | null): Record<string, string> {
  return apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
}

const openAiLike: ConnectionDialect = {
  headers: bearer,
  modelsUrl: (baseUrl) => `${withoutSlash(baseUrl)}/models`,
  readModels: (body) => modelsIn(body, "data", "id", "name"),
  chatUrl: (baseUrl) => `${withoutSlash(baseUrl)}/chat/completions`,
  chatBody: (model) => ({ model, messages, max_tokens: 1 }),
  isChatAnswer: (body) => hasList(body, "choices"),
};

/** OpenAI's newer models refuse `max_tokens`. */
const openAi: ConnectionDialect = { ...openAiLike, chatBody: (model) => ({ model, messages, max_completion_tokens: 1 }) };

const anthropic: ConnectionDialect = {
  headers: (apiKey) => ({ "anthropic-version": "2023-06-01", ...(apiKey === null ? {} : { "x-api-key": apiKey }) }),
  modelsUrl: (baseUrl) => `${withoutVersion(baseUrl)}/v1/models?limit=1000`,
  readModels: (body) => modelsIn(body, "data", "id", "display_name"),
  chatUrl: (baseUrl) => `${withoutVersion(baseUrl)}/v1/messages`,
  chatBody: (model) => ({ model, messages, max_tokens: 1 }),
  isChatAnswer: (body) => hasList(body, "content"),
};

const ollama: ConnectionDialect = {
  headers: bearer,
  modelsUrl: (baseUrl) => `${withoutVersion(baseUrl)}/api/tags`,
  readModels: (body) => modelsIn(body, "models", "name", "display_name"),
  chatUrl: (baseUrl) => `${withoutVersion(baseUrl)}/api/chat`,
  chatBody: (model) => ({ model, messages, stream: false, options: { num_predict: 1 } }),
  isChatAnswer: (body) => isRecord(body) && isRecord(body["message"]),
};

export const connectionDialects: Readonly<Record<ProviderKind, ConnectionDialect>> = {
  zai: openAiLike,
  openai: openAi,
  "openai-compatible": openAiLike,
  demo: openAiLike,
  anthropic,
  ollama,
};

function withoutSlash(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, "");
}

/** As the agent's software does: it adds `/v1` itself, or speaks below another path. */
function withoutVersion(baseUrl: string): string {
  return withoutSlash(baseUrl).replace(/\/v1$/i, "");
}

/** Only ids and names of a limited shape leave this function: nothing else of an answer is ever shown. */
function modelsIn(body: unknown, listKey: string, idKey: string, nameKey: string): readonly FoundModel[] | null {
  const list = isRecord(body) ? body[listKey] : undefined;
  if (!Array.isArray(list)) {
    return null;
  }
  const found = new Map<string, FoundModel>();
  for (const entry of list as unknown[]) {
    const id = isRecord(entry) ? entry[idKey] : undefined;
    const name = isRecord(entry) ? entry[nameKey] : undefined;
    if (found.size < maxModels && typeof id === "string" && modelIdShape.test(id) && !found.has(id)) {
      found.set(id, typeof name === "string" && name !== id && nameShape.test(name) ? { id, name } : { id });
    }
  }
  return [...found.values()];
}

function hasList(body: unknown, key: string): boolean {
  return isRecord(body) && Array.isArray(body[key]);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
