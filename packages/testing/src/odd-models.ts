import type { JsonRecord } from "@mosaic/demo-llm/demo-request";
import { isRecord } from "@mosaic/incoming/records";

/** What a model says, whatever the protocol writes around it. */
export interface OddScript {
  readonly reasoning?: string;
  readonly text?: string;
  /** How the provider calls the end of the answer; `null` and absent are different things on the wire. */
  readonly end?: string | null;
  /** Sent as an event of the stream, after the text. */
  readonly error?: unknown;
  /** The stream ends without its last line, such as OpenAI's `[DONE]`. */
  readonly isLastLineMissing?: boolean;
  /** Put before the first event: what some servers send so that proxies don't give up. */
  readonly preamble?: string;
}

export interface OddRefusal {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OddModel {
  /** `null`: this request is fine. */
  readonly refuse?: (body: JsonRecord) => OddRefusal | null;
  readonly script?: OddScript;
  readonly isWhole?: true;
}

export const oddText = "Here is an answer of several words.";

const plain: OddScript = { text: oddText, end: "stop" };

/** One model per oddity. Each one was met in the field; where, stands above it. */
export const oddModels = {
  /** Nothing odd: what every other one is compared with. */
  plain: { script: plain },

  /**
   * Refuses OpenAI's newer name of the limit, as every field that it does not know, with 422 and a list for a message.
   * Source: Mistral's API and other FastAPI servers with `extra="forbid"`; mistralai/client-python and BerriAI/litellm have reports of it.
   */
  "refuses-max-completion-tokens": { refuse: (body) => extraForbidden(body, ["max_completion_tokens"]) },

  /** Refuses the older name of the limit and names the newer one. Source: OpenAI's reasoning models (o1 and later, GPT-5). */
  "refuses-max-tokens": {
    refuse: (body) =>
      "max_tokens" in body
        ? openAiRefusal(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "unsupported_parameter",
          )
        : null,
  },

  /** As the one before, without a word about which field it is. Source: gateways that hide what stands behind them. */
  "refuses-max-tokens-silently": { refuse: (body) => ("max_tokens" in body ? { status: 400, body: { error: "Bad Request" } } : null) },

  /** Source: Groq ("property 'store' is unsupported") and Mistral, of clients that send `store: false`. */
  "refuses-store": { refuse: (body) => ("store" in body ? openAiRefusal(400, "property 'store' is unsupported") : null) },

  /** Source: older vLLM and Azure deployments, "Unrecognized request argument supplied: stream_options". */
  "refuses-stream-options": {
    refuse: (body) => ("stream_options" in body ? openAiRefusal(400, "Unrecognized request argument supplied: stream_options") : null),
  },

  /** Source: chat templates of open models ("Unexpected message role") when a client sends OpenAI's role `developer`. */
  "refuses-developer-role": {
    refuse: (body) => (hasRole(body, "developer") ? openAiRefusal(400, "Unexpected role 'developer' in messages") : null),
  },

  /** Source: Ollama's "does not support tools", vLLM's `--enable-auto-tool-choice`, llama.cpp's `--jinja`. */
  "refuses-tools": {
    refuse: (body) => (hasTools(body) ? openAiRefusal(400, "registry.example/refuses-tools does not support tools") : null),
  },

  /** The same with the status of a server fault. Source: llama.cpp's server before its templates were on by default. */
  "refuses-tools-with-500": {
    refuse: (body) => (hasTools(body) ? openAiRefusal(500, "tools param requires --jinja flag", "server_error") : null),
  },

  /** Source: servers that only stream, such as some gateways of DashScope ("only support stream mode"). */
  "only-streams": {
    refuse: (body) =>
      body["stream"] === true ? null : openAiRefusal(400, "This model only support stream mode, please enable the stream parameter."),
  },

  /** Answers as a whole although a stream was asked for. Source: small gateways and mock servers that don't know `stream`. */
  "ignores-stream": { isWhole: true },

  /** Source: text-generation-webui, koboldcpp and LM Studio, whose models are named after files. */
  "Odd Model 7B (Q4 K M)": {},

  /** All thought and no answer. Source: DeepSeek-R1 and Qwen3 behind vLLM when the limit is reached, or the template swallows the answer. */
  "reasoning-only": { script: { reasoning: "The user greets me. I should greet back.", end: "stop" } },

  /** The limit was reached while it thought. Source: as before, with the true end. */
  "reasoning-until-limit": { script: { reasoning: "Let me think about this for a long time.", end: "length" } },

  /** Not a single word. Source: Gemini's compatible endpoint, llama.cpp with a wrong chat template. */
  empty: { script: { end: "stop" } },

  /** Source: Azure OpenAI's content filter, which ends an answer without an error. */
  "content-filter": { script: { text: "I can tell you that", end: "content_filter" } },
  "content-filter-at-once": { script: { end: "content_filter" } },

  /** Status 200, then an error as an event. Source: vLLM and text-generation-inference when the GPU runs out in mid-answer. */
  "cuda-out-of-memory": { script: { error: "CUDA out of memory" } },
  "cuda-out-of-memory-later": { script: { text: "The beginning of", error: "CUDA out of memory" } },

  /** The same as an object. Source: OpenRouter, of a provider behind it that failed after the stream began. */
  "error-in-stream": { script: { error: { code: 502, message: "Upstream provider Chutes returned an invalid response" } } },

  /** Cut at the limit of tokens. */
  "cut-by-length": { script: { text: "This sentence is cut in the", end: "length" } },

  /** Ends of a whole answer that are not `stop`. Source: gateways to Anthropic, TGI (`eos_token`), Ollama-like servers (`eos`), old llama-cpp. */
  "ends-with-end-turn": { script: { text: oddText, end: "end_turn" } },
  "ends-with-eos": { script: { text: oddText, end: "eos" } },
  "ends-with-eos-token": { script: { text: oddText, end: "eos_token" } },
  "ends-with-upper-case": { script: { text: oddText, end: "STOP" } },
  "ends-with-null": { script: { text: oddText, end: null } },
  "ends-without-a-word": { script: { text: oddText } },
  /** Source: small home-made servers that close the connection when they are done. */
  "ends-without-done": { script: { text: oddText, end: "stop", isLastLineMissing: true } },
  "ends-without-anything": { script: { text: oddText, isLastLineMissing: true } },

  /** Comments before the first event. Source: OpenRouter's `: OPENROUTER PROCESSING`. */
  "comments-first": { script: { ...plain, preamble: ": ODD PROCESSING\n\n: ODD PROCESSING\n\n" } },

  /** Words about a key with a status that is about none. Source: Google's compatible endpoint answers 400 for a bad key. */
  "status-400": { refuse: () => openAiRefusal(400, "The temperature of the moon is not a number") },
  "status-422": {
    refuse: () => ({
      status: 422,
      body: { detail: [{ loc: ["body", "messages", 0], msg: "Input should be a valid dictionary", type: "dict_type" }] },
    }),
  },
  "status-401": { refuse: () => openAiRefusal(401, "Incorrect API key provided: sk-odd-****", "invalid_api_key") },
  "status-403": { refuse: () => openAiRefusal(403, "Your region is not allowed to use this model", "forbidden") },
  "status-402": { refuse: () => openAiRefusal(402, "Insufficient Balance") },
  "status-409": { refuse: () => openAiRefusal(409, "The model is being replaced, ask again in a minute") },
  "status-413": { refuse: () => openAiRefusal(413, "Request Entity Too Large: the limit is 8 kB") },
  "status-500": { refuse: () => openAiRefusal(500, "Worker 3 of pool blue has gone away", "server_error") },
  "status-503": { refuse: () => openAiRefusal(503, "Loading model", "unavailable_error") },
  /** Source: proxies in front of a server that is not there. */
  "status-502-page": { refuse: () => ({ status: 502, body: "<html><head><title>502 Bad Gateway</title></head></html>" }) },
} as const satisfies Record<string, OddModel>;

export type OddModelName = keyof typeof oddModels;

export const oddModelNames = Object.keys(oddModels) as readonly OddModelName[];

export function findOddModel(name: unknown): OddModel | undefined {
  return oddModelNames.some((known) => known === name) ? oddModels[name as OddModelName] : undefined;
}

export function scriptOf(model: OddModel): OddScript {
  return model.script ?? plain;
}

/** As FastAPI answers a body with a field too many. */
function extraForbidden(body: JsonRecord, fields: readonly string[]): OddRefusal | null {
  const found = fields.filter((field) => field in body);
  const detail = found.map((field) => ({
    type: "extra_forbidden",
    loc: ["body", field],
    msg: "Extra inputs are not permitted",
    input: body[field],
  }));
  return found.length === 0 ? null : { status: 422, body: { object: "error", message: { detail }, type: "invalid_request_error" } };
}

function openAiRefusal(status: number, message: string, code: string | null = null): OddRefusal {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return { status, body: { error: { message, type, param: null, code } } };
}

function hasTools(body: JsonRecord): boolean {
  return Array.isArray(body["tools"]) && body["tools"].length > 0;
}

function hasRole(body: JsonRecord, role: string): boolean {
  return Array.isArray(body["messages"]) && body["messages"].some((message: unknown) => isRecord(message) && message["role"] === role);
}
