import type { ProviderKind } from "@mosaic/contracts/provider";
import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";

/** What an agent's software calls of each kind of provider, below the address that it was given. Everything else is closed. */
interface RelayDialect {
  readonly paths: readonly string[];
  /** The address as the agent's software would have completed it. */
  readonly base: (baseUrl: string) => string;
  readonly headers: (apiKey: string) => Record<string, string>;
}

const withoutSlash = (baseUrl: string): string => baseUrl.replace(/\/+$/, "");
const withoutVersion = (baseUrl: string): string => withoutSlash(baseUrl).replace(/\/v1$/i, "");
const bearer = (apiKey: string): Record<string, string> => ({ authorization: `Bearer ${apiKey}` });

const openAi: RelayDialect = { paths: ["chat/completions"], base: withoutSlash, headers: bearer };

const dialects: Readonly<Record<ProviderKind, RelayDialect>> = {
  zai: openAi,
  openai: openAi,
  "openai-compatible": openAi,
  demo: openAi,
  anthropic: { paths: ["v1/messages"], base: withoutVersion, headers: (apiKey) => ({ "x-api-key": apiKey }) },
  ollama: { paths: ["api/chat", "api/show"], base: withoutVersion, headers: bearer },
};

/** Where a call goes; `null` for a path that no agent needs. */
export function relayUrl(kind: ProviderKind, baseUrl: string, path: string): string | null {
  const dialect = dialects[kind];
  return dialect.paths.includes(path) ? `${dialect.base(baseUrl)}/${path}` : null;
}

/** `keyHeader`: where this very provider was found to want its key. */
export function keyHeaders(kind: ProviderKind, apiKey: string | null, keyHeader?: ProviderDialect["keyHeader"]): Record<string, string> {
  if (apiKey === null) {
    return {};
  }
  return keyHeader === "authorization" ? bearer(apiKey) : dialects[kind].headers(apiKey);
}

/** Headers that change what an API does and that carry no identity. */
const passedOn = ["anthropic-version", "anthropic-beta", "accept"] as const;

export function passedHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(passedOn.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : [])));
}

/** What the model's side may say about itself to an agent. */
const returned = ["content-type", "retry-after", "retry-after-ms"] as const;

export function returnedHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    returned.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Fields that name a model, or further ones, to some server. Some read names whatever their case, and the last one counts. */
const modelFields = new Set([
  "model",
  "name",
  "models",
  "fallbacks",
  "route",
  "routes",
  "engine",
  "deployment",
  "deployment_id",
  "model_name",
]);

/**
 * The one model that a call asks for: Ollama's `show` names it `name` as well. `null` when there is none, or when another field could name
 * another one to some server. Source: LiteLLM's `fallbacks`, OpenRouter's `models` and `route`, Go's case-insensitive encoding/json.
 */
export function modelOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null) {
    return null;
  }
  const naming = Object.keys(body).filter((field) => modelFields.has(field.toLowerCase()));
  if (naming.some((field) => field !== "model" && field !== "name")) {
    return null;
  }
  if ("model" in body && "name" in body && body.model !== body.name) {
    return null;
  }
  const named = "model" in body ? body.model : "name" in body ? body.name : null;
  return typeof named === "string" ? named : null;
}

/** The token that a program of the agent shows: each kind of API has its own header for it. */
export function shownToken(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const authorization = headers["authorization"];
  const fromBearer = typeof authorization === "string" ? /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1] : undefined;
  const fromKey = headers["x-api-key"];
  return fromBearer ?? (typeof fromKey === "string" && fromKey.length <= 200 ? fromKey : null);
}
