import type { ProviderKind } from "@mosaic/contracts/provider";
import { dialectOf, shapeOf } from "@mosaic/agent-backends/openclaw-dialects";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { AppError } from "../../platform/errors/app-error.js";
import { ownTools } from "./relay-tools.js";

/** What an agent's call may cost at most. */
export interface RelayBounds {
  /** Of one answer. */
  readonly maxTokens: number;
}

/** What goes on of one field's JSON; `null` when the field is left out. Throws `invalid_input` where leaving out would mean something else. */
type FieldRule = (value: Buffer, field: string, bounds: RelayBounds) => Buffer | null;

/** Where a provider row sets no limit. More than any model of today gives in one answer. */
export const maxAnswerTokens = 131_072;

const maxSmallBytes = 16 * 1024;

const asItIs: FieldRule = (value) => value;

/** How long an answer may get. Too high, without end or no number at all means as much as there is. */
const answerTokens: FieldRule = (value, field, bounds) => {
  const wanted = small(value, field);
  if (wanted === null) {
    return null;
  }
  const isWithin = typeof wanted === "number" && Number.isInteger(wanted) && wanted >= 1 && wanted <= bounds.maxTokens;
  return isWithin ? value : Buffer.from(String(bounds.maxTokens));
};

/** Several answers cost several times as much, and an agent reads one. */
const one: FieldRule = (value, field) => {
  const wanted = small(value, field);
  if (wanted !== 1 && wanted !== null) {
    throw new AppError("invalid_input", { detail: `A shared provider gives one answer to a call: "${field}" must be 1.` });
  }
  return value;
};

/** Nothing of a member is kept in the admin's account. */
const no: FieldRule = (value, field) => (small(value, field) === false ? value : null);

/** Of an object only these members. */
function only(rules: Readonly<Record<string, FieldRule>>): FieldRule {
  return (value, field, bounds) => {
    const given = small(value, field);
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return null;
    }
    const kept = Object.entries(given).flatMap(([name, member]: [string, unknown]) => {
      const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
      const passed = rule?.(Buffer.from(JSON.stringify(member)), `${field}.${name}`, bounds) ?? null;
      return passed === null ? [] : [[name, JSON.parse(passed.toString()) as unknown]];
    });
    return Buffer.from(JSON.stringify(Object.fromEntries(kept)));
  };
}

function all(...names: readonly string[]): Record<string, FieldRule> {
  return Object.fromEntries(names.map((name) => [name, asItIs]));
}

/** `chat_template` among them would run a template of the agent's on the provider's machine. */
const templateOptions = only(all("enable_thinking", "preserve_thinking", "thinking"));

/** https://platform.openai.com/docs/api-reference/chat/create, and what OpenClaw sends to Z.AI, Qwen, DeepSeek, Together and vLLM beside it. */
const openAiChat: Readonly<Record<string, FieldRule>> = {
  ...all("model", "messages", "stream", "stream_options", "tool_choice", "tool_stream", "parallel_tool_calls"),
  ...all("functions", "function_call", "response_format", "stop", "seed", "temperature", "top_p", "top_k", "min_p"),
  ...all("presence_penalty", "frequency_penalty", "repetition_penalty", "logit_bias", "logprobs", "top_logprobs"),
  ...all("reasoning", "reasoning_effort", "verbosity", "thinking", "enable_thinking", "prompt_cache_key"),
  tools: ownTools,
  chat_template_kwargs: templateOptions,
  store: no,
  n: one,
  max_tokens: answerTokens,
  max_completion_tokens: answerTokens,
};

/** https://docs.anthropic.com/en/api/messages. `mcp_servers` and `container` would make the provider call others in the admin's name. */
const anthropicMessages: Readonly<Record<string, FieldRule>> = {
  ...all("model", "messages", "system", "stream", "tool_choice", "stop_sequences", "temperature", "top_p", "top_k"),
  ...all("thinking", "output_config", "context_management", "cache_control"),
  tools: ownTools,
  max_tokens: answerTokens,
};

/** https://docs.ollama.com/api. What places a model on the machine (`num_gpu`, `keep_alive` …) is its owner's. */
const ollamaChat: Readonly<Record<string, FieldRule>> = {
  ...all("model", "messages", "stream", "format", "think", "logprobs", "top_logprobs", "truncate", "shift"),
  tools: ownTools,
  options: only({
    ...all("seed", "stop", "temperature", "top_k", "top_p", "min_p", "typical_p", "num_keep", "num_ctx"),
    ...all("repeat_last_n", "repeat_penalty", "presence_penalty", "frequency_penalty", "mirostat", "mirostat_eta", "mirostat_tau"),
    num_predict: answerTokens,
  }),
};

const ollamaShow: Readonly<Record<string, FieldRule>> = all("model", "name", "verbose");

/** Where software that speaks OpenAI's chat API alone calls, whatever the provider speaks by itself. */
export const openAiPath = "v1/chat/completions";
const forAll = { [openAiPath]: openAiChat };

const fieldsOf: Readonly<Record<ProviderKind, Readonly<Record<string, Readonly<Record<string, FieldRule>>>>>> = {
  zai: { "chat/completions": openAiChat, ...forAll },
  openai: { "chat/completions": openAiChat, ...forAll },
  "openai-compatible": { "chat/completions": openAiChat, ...forAll },
  demo: { "chat/completions": openAiChat, ...forAll },
  anthropic: { "v1/messages": anthropicMessages, ...forAll },
  ollama: { "api/chat": ollamaChat, "api/show": ollamaShow, ...forAll },
};

/** A field of a call, with its value as JSON. */
export type RelayField = readonly [name: string, value: Buffer];

/** The fields of a call that go on to a shared provider: those that its API describes, within bounds. All others are left out. */
export function passedFields(kind: ProviderKind, path: string, given: Iterable<RelayField>, bounds: RelayBounds): RelayField[] {
  const rules = fieldsOf[kind][path] ?? {};
  return [...given].flatMap(([name, value]): RelayField[] => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const passed = rule?.(value, name, bounds) ?? null;
    return passed === null ? [] : [[name, passed]];
  });
}

/** The paths below a provider's address that an agent may call. */
export function relayedPaths(kind: ProviderKind): readonly string[] {
  return Object.keys(fieldsOf[kind]);
}

/** The one model that a call asks for: Ollama's `show` names it `name` as well. `null` when there is none, or when the two differ. */
export function modelOf(kind: ProviderKind, path: string, fields: readonly RelayField[]): string | null {
  const known = fieldsOf[kind][path] ?? {};
  const naming = fields.filter(([name]) => (name === "model" || name === "name") && Object.hasOwn(known, name));
  const [first, ...others] = naming.map(([name, value]) => small(value, name));
  return typeof first === "string" && others.every((other) => other === first) ? first : null;
}

/**
 * The call as this very provider was found to take it. Software that knows nothing of the provider names the limit of an answer as it likes, and
 * models refuse one of the two names.
 */
export function inDialect(fields: readonly RelayField[], path: string, provider: Pick<StoredProvider, "kind" | "dialect">): Buffer[] {
  if (path !== openAiPath) {
    return bodyOf(fields);
  }
  const model = small(new Map(fields).get("model") ?? Buffer.from("null"), "model");
  const { limitField } = shapeOf(provider.kind, dialectOf(provider, typeof model === "string" ? model : ""));
  const limits: ReadonlySet<string> = new Set(["max_tokens", "max_completion_tokens"]);
  return bodyOf(
    fields
      .map(([name, value]) => [limits.has(name) ? limitField : name, value] as const)
      .filter(([name], index, all) => !limits.has(name) || all.findIndex(([other]) => other === name) === index),
  );
}

/** The call's JSON in pieces: none of them is a copy of what is large. */
export function bodyOf(fields: readonly RelayField[]): Buffer[] {
  const pieces = fields.flatMap(([name, value], index) => [Buffer.from(`${index === 0 ? "{" : ","}${JSON.stringify(name)}:`), value]);
  return [...(pieces.length === 0 ? [Buffer.from("{")] : pieces), Buffer.from("}")];
}

function small(value: Buffer, field: string): unknown {
  if (value.length > maxSmallBytes) {
    throw new AppError("invalid_input", { detail: `"${field}" is too large.` });
  }
  try {
    return JSON.parse(value.toString("utf8"));
  } catch (error) {
    throw new AppError("invalid_input", { detail: `"${field}" is not JSON.`, cause: error });
  }
}
