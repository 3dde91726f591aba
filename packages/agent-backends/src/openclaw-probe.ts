import type { RenderedProvider } from "./agent-backend.js";
import { baseUrlOf, dialectOf, limitsOf, openclawDialects, shapeOf } from "./openclaw-dialects.js";

/** One call as OpenClaw makes it, for finding out whether a provider takes what an agent will send. */
export interface ProbeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** How the answer's stream is written. */
  readonly stream: "openai" | "anthropic" | "ollama";
}

export type ProbedProvider = Pick<RenderedProvider, "kind" | "baseUrl" | "apiKey" | "models" | "dialect">;

const instructions = "You are a helpful assistant. Answer in one short sentence.";
/** OpenClaw writes what it knows of the moment as a message of its own before a person's: a server that wants roles to alternate refuses that. */
const questions = [
  { role: "user", content: "This is a test of the connection." },
  { role: "user", content: "Say hello." },
];

/** A tool that no model needs for a greeting: it is there because an agent's requests have tools. */
const tool = {
  name: "session_status",
  description: "Shows the state of this conversation.",
  parameters: { type: "object", properties: { sessionKey: { type: "string" } }, additionalProperties: false },
};

/** The fields and the limit are those of an agent, as recorded from OpenClaw 2026.9.6. */
export function probeRequest(provider: ProbedProvider, model: string): ProbeRequest {
  return requests[openclawDialects[provider.kind].api](provider, model);
}

const requests = { "openai-completions": openAi, "anthropic-messages": anthropic, ollama } as const;

function openAi(provider: ProbedProvider, model: string): ProbeRequest {
  const shape = shapeOf(provider.kind, dialectOf(provider, model));
  return {
    stream: "openai",
    url: `${baseUrlOf(provider)}/chat/completions`,
    headers: { accept: "application/json", "content-type": "application/json", ...bearer(provider) },
    body: {
      model,
      messages: [{ role: "system", content: instructions }, ...questions],
      stream: true,
      ...(shape.hasUsage ? { stream_options: { include_usage: true } } : {}),
      ...(shape.hasStore && isOpenAiItself(provider) ? { store: false } : {}),
      ...(shape.hasTools ? { tools: [{ type: "function", function: tool }], tool_choice: "auto" } : {}),
      [shape.limitField]: maxTokensOf(provider, model),
    },
  };
}

/** OpenClaw 2026.9.6 takes `store` out of a request to any other address, whatever it was told (`createOpenAICompletionsStoreCompatWrapper`). */
export function isOpenAiItself({ baseUrl }: ProbedProvider): boolean {
  return URL.parse(baseUrl)?.hostname === "api.openai.com";
}

function anthropic(provider: ProbedProvider, model: string): ProbeRequest {
  const { hasTools } = shapeOf(provider.kind, dialectOf(provider, model));
  const { name, description, parameters } = tool;
  const key = provider.apiKey ?? openclawDialects[provider.kind].placeholderKey;
  return {
    stream: "anthropic",
    url: `${baseUrlOf(provider)}/v1/messages`,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      "anthropic-dangerous-direct-browser-access": "true",
      "x-api-key": key,
      ...(provider.dialect.keyHeader === "authorization" ? { authorization: `Bearer ${key}` } : {}),
    },
    body: {
      model,
      messages: questions,
      system: [{ type: "text", text: instructions }],
      max_tokens: maxTokensOf(provider, model),
      stream: true,
      ...(hasTools ? { tools: [{ name, description, input_schema: parameters }] } : {}),
    },
  };
}

function ollama(provider: ProbedProvider, model: string): ProbeRequest {
  const { hasTools } = shapeOf(provider.kind, dialectOf(provider, model));
  return {
    stream: "ollama",
    url: `${baseUrlOf(provider)}/api/chat`,
    headers: { accept: "*/*", "content-type": "application/json", ...bearer(provider) },
    body: {
      model,
      messages: [{ role: "system", content: instructions }, ...questions],
      stream: true,
      ...(hasTools ? { tools: [{ type: "function", function: tool }] } : {}),
      options: {},
      truncate: false,
      shift: false,
      think: false,
    },
  };
}

function maxTokensOf(provider: ProbedProvider, model: string): number {
  return limitsOf(provider.kind, provider.models.find(({ id }) => id === model) ?? { id: model }).maxTokens;
}

function bearer({ kind, apiKey }: ProbedProvider): Record<string, string> {
  return { authorization: `Bearer ${apiKey ?? openclawDialects[kind].placeholderKey}` };
}
