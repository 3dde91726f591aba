import { baseUrlOf } from "@mosaic/agent-backends/openclaw-dialects";
import type { ProviderKind } from "@mosaic/contracts/provider";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";
import { openAiPath, relayedPaths } from "./relay-fields.js";

type KeyHeaders = (apiKey: string) => Record<string, string>;

const bearer: KeyHeaders = (apiKey) => ({ authorization: `Bearer ${apiKey}` });

/** Where each kind of provider reads its key. */
const headersOfKey: Readonly<Record<ProviderKind, KeyHeaders>> = {
  zai: bearer,
  openai: bearer,
  "openai-compatible": bearer,
  demo: bearer,
  anthropic: (apiKey) => ({ "x-api-key": apiKey }),
  ollama: bearer,
};

/**
 * Where a provider of each kind takes OpenAI's chat API, below its address. Anthropic: https://docs.anthropic.com/en/api/openai-sdk, Ollama:
 * https://docs.ollama.com/openai.
 */
const openAiPathOf: Readonly<Record<ProviderKind, string>> = {
  zai: "chat/completions",
  openai: "chat/completions",
  "openai-compatible": "chat/completions",
  demo: "chat/completions",
  anthropic: "v1/chat/completions",
  ollama: "v1/chat/completions",
};

/** Where a call goes; `null` for a path that no agent needs. */
export function relayUrl(kind: ProviderKind, baseUrl: string, path: string): string | null {
  if (!relayedPaths(kind).includes(path)) {
    return null;
  }
  return `${baseUrlOf({ kind, baseUrl })}/${path === openAiPath ? openAiPathOf[kind] : path}`;
}

/** `keyHeader`: where this very provider was found to want its key. */
export function keyHeaders(kind: ProviderKind, apiKey: string | null, keyHeader?: ProviderDialect["keyHeader"]): Record<string, string> {
  if (apiKey === null) {
    return {};
  }
  return keyHeader === "authorization" ? bearer(apiKey) : headersOfKey[kind](apiKey);
}

/** For the call that goes to this path: Anthropic's and Ollama's own ways into OpenAI's chat API take the key as OpenAI does. */
export function keyHeadersFor(
  path: string,
  { kind, dialect }: Pick<StoredProvider, "kind" | "dialect">,
  apiKey: string | null,
): Record<string, string> {
  return keyHeaders(kind, apiKey, path === openAiPath ? "authorization" : dialect.keyHeader);
}

/** Headers that change what an API does and that carry no identity. */
const passedOn = ["anthropic-version", "accept"] as const;

/** They change how a model answers, OpenClaw 2026.9.6's among them. Others have the provider run tools, keep files or call servers, or make each token dearer. */
const passedBetas: ReadonlySet<string> = new Set([
  "fine-grained-tool-streaming-2025-05-14",
  "interleaved-thinking-2025-05-14",
  "token-efficient-tools-2025-02-19",
  "prompt-caching-2024-07-31",
  "context-management-2025-06-27",
  "compact-2026-01-12",
  "effort-2025-11-24",
]);
const maxBetaWords = 1_000;

export function passedHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const betas = betasOf(headers["anthropic-beta"]);
  return {
    ...Object.fromEntries(passedOn.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : []))),
    ...(betas === "" ? {} : { "anthropic-beta": betas }),
  };
}

function betasOf(header: string | string[] | undefined): string {
  const wanted = [header ?? []].flat().join(",").slice(0, maxBetaWords).split(",");
  return wanted
    .map((beta) => beta.trim())
    .filter((beta) => passedBetas.has(beta))
    .join(",");
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

/** The token that a program of the agent shows: each kind of API has its own header for it. */
export function shownToken(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const authorization = headers["authorization"];
  const fromBearer = typeof authorization === "string" ? /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization)?.[1] : undefined;
  const fromKey = headers["x-api-key"];
  return fromBearer ?? (typeof fromKey === "string" && fromKey.length <= 200 ? fromKey : null);
}
