import { baseUrlOf } from "@mosaic/agent-backends/openclaw-dialects";
import type { ProbedProvider } from "@mosaic/agent-backends/openclaw-probe";
import type { ProviderKind } from "@mosaic/contracts/provider";
import type { UnknownRecord } from "@mosaic/incoming/records";
import { keyHeaders } from "../llm-relay/relay-rules.js";
import type { RelayField } from "../llm-relay/relay-fields.js";
import { anthropicBody, newAnthropicReader, readAnthropicWhole } from "./anthropic-dialect.js";
import type { DataReader } from "./answer-reader.js";
import { openAiBody, readOpenAiData, readOpenAiWhole } from "./openai-dialect.js";
import type { AnswerPart } from "./plain-answer.js";

/** A request for OpenAI's chat API, of which only what may go on is left. */
export interface PlainRequest {
  readonly provider: ProbedProvider;
  readonly model: string;
  readonly fields: readonly RelayField[];
  readonly isStream: boolean;
  readonly wantsUsage: boolean;
}

/** How a model of each kind of provider is asked without an agent. */
interface PlainDialect {
  /** Below the provider's address. */
  readonly chatPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: (request: PlainRequest) => Buffer[];
  readonly newReader: () => DataReader;
  /** Empty for what is no answer. */
  readonly readWhole: (whole: UnknownRecord) => readonly AnswerPart[];
  /** `null`: this kind has no embeddings. */
  readonly embeddingsPath: string | null;
}

const openAi: PlainDialect = {
  chatPath: "chat/completions",
  headers: {},
  body: openAiBody,
  newReader: () => readOpenAiData,
  readWhole: readOpenAiWhole,
  embeddingsPath: "embeddings",
};

const dialects = {
  zai: openAi,
  openai: openAi,
  "openai-compatible": openAi,
  demo: { ...openAi, embeddingsPath: null },
  ollama: { ...openAi, chatPath: "v1/chat/completions", embeddingsPath: "v1/embeddings" },
  anthropic: {
    chatPath: "v1/messages",
    headers: { "anthropic-version": "2023-06-01" },
    body: anthropicBody,
    newReader: newAnthropicReader,
    readWhole: readAnthropicWhole,
    embeddingsPath: null,
  },
} as const satisfies Record<ProviderKind, PlainDialect>;

export function plainDialectOf(kind: ProviderKind): PlainDialect {
  return dialects[kind];
}

export function embeds(kind: ProviderKind): boolean {
  return dialects[kind].embeddingsPath !== null;
}

export function plainUrl(provider: ProbedProvider, path: string): string {
  return `${baseUrlOf(provider)}/${path}`;
}

export function plainHeaders({ kind, apiKey, dialect }: ProbedProvider): Record<string, string> {
  return { ...dialects[kind].headers, "content-type": "application/json", ...keyHeaders(kind, apiKey, dialect.keyHeader) };
}
