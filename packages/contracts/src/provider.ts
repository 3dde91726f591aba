import { z } from "zod";
import { says } from "./field-faults.js";

/** In the order in which the form offers them. */
export const providerKind = z.enum(["zai", "openai", "anthropic", "ollama", "openai-compatible", "demo"]);
export type ProviderKind = z.infer<typeof providerKind>;

/** Everything that the forms and the platform decide by the kind of a provider. How each is spoken to is `openclawDialects`. */
export interface ProviderDefinition {
  readonly label: string;
  /** What a new provider is called until somebody writes another name; empty where only they know. */
  readonly suggestedName: string;
  /** Where the form starts; `null` when there is no sensible default or the platform sets it. */
  readonly baseUrl: string | null;
  /** False: Mosaic knows where it is, and no address is stored. */
  readonly needsAddress: boolean;
  readonly needsKey: boolean;
  /** Part of Mosaic itself, on its own loopback: agents reach it through Mosaic, and an admin switches it on and off. */
  readonly isBuiltIn: boolean;
  /** False: it only echoes, which has to be said wherever it is chosen or shown. */
  readonly isRealAi: boolean;
  /** Whether one can have a model that writes down speech, behind OpenAI's `/audio/transcriptions`, from what browsers record. */
  readonly transcribes: boolean;
  readonly keyHelpUrl: string | null;
  readonly hint: string;
  /** What to do where it runs on this machine and listens to nobody but this machine. */
  readonly listenAdvice: string;
}

const remote = {
  needsAddress: true,
  isBuiltIn: false,
  isRealAi: true,
  transcribes: false,
  listenAdvice: "Let the server listen on 0.0.0.0 too, behind your firewall, then test again.",
} as const;

/** The only list of kinds of providers. */
const definitions = {
  zai: {
    ...remote,
    label: "Z.ai",
    suggestedName: "Z.ai",
    baseUrl: "https://api.z.ai/api/paas/v4",
    needsKey: true,
    keyHelpUrl: "https://z.ai/manage-apikey/apikey-list",
    hint: "GLM models. A coding plan's key uses https://api.z.ai/api/coding/paas/v4.",
  },
  openai: {
    ...remote,
    transcribes: true,
    label: "OpenAI",
    suggestedName: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    needsKey: true,
    keyHelpUrl: "https://platform.openai.com/api-keys",
    hint: "GPT models, with an API key from the platform page.",
  },
  anthropic: {
    ...remote,
    label: "Anthropic",
    suggestedName: "Anthropic",
    baseUrl: "https://api.anthropic.com",
    needsKey: true,
    keyHelpUrl: "https://console.anthropic.com/settings/keys",
    hint: "Claude models, with an API key from the console.",
  },
  ollama: {
    ...remote,
    label: "Ollama",
    suggestedName: "Ollama",
    baseUrl: "http://127.0.0.1:11434",
    needsKey: false,
    keyHelpUrl: null,
    hint: "Models on your own machine.",
    listenAdvice: "Start Ollama with OLLAMA_HOST=0.0.0.0, behind your firewall, then test again.",
  },
  "openai-compatible": {
    ...remote,
    transcribes: true,
    label: "Any OpenAI-compatible server",
    suggestedName: "",
    baseUrl: null,
    needsKey: false,
    keyHelpUrl: null,
    hint: "vLLM, LiteLLM, OpenRouter and others: the address ends in /v1 as a rule.",
    listenAdvice: "Start the server with --host 0.0.0.0, or as its manual calls that, behind your firewall, then test again.",
  },
  demo: {
    label: "Demo model (no real AI)",
    suggestedName: "Demo model",
    baseUrl: null,
    needsAddress: false,
    needsKey: false,
    isBuiltIn: true,
    isRealAi: false,
    transcribes: false,
    keyHelpUrl: null,
    hint: "Built in, for trying Mosaic out without a key. It only echoes what it is sent.",
    listenAdvice: "",
  },
} satisfies Record<ProviderKind, ProviderDefinition>;

export const providerDefinitions: Readonly<Record<ProviderKind, ProviderDefinition>> = definitions;

const loopbackHost = /^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|\[?::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]?)\.?$/i;

/** Whether a host is this machine alone, in whatever spelling: `URL` has made `2130706433` and `0x7f.1` into numbers with dots. */
export function isLoopbackHost(host: string): boolean {
  return loopbackHost.test(host);
}

/** The same server at `host`; `null` where the address is none of this machine alone, or `host` is no better. */
export function onMachineHost(address: string, host: string | null): string | null {
  if (host === null || isLoopbackHost(host) || !URL.canParse(address) || !isLoopbackHost(new URL(address).hostname)) {
    return null;
  }
  const url = new URL(address);
  url.hostname = host.includes(":") ? `[${host}]` : host;
  return url.pathname === "/" && !address.endsWith("/") ? url.origin : url.href;
}

/** Names of models may have spaces inside: some servers name them after files. */
export const modelId = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, says.line_breaks);

/** Millionths of a US dollar for a million tokens. */
const tokenPrice = z.int().min(0).max(1_000_000_000);

/** What a model costs. `cachedMicrosPerMillion`: of input that the provider had kept; absent: as all input. */
export const tokenPrices = z.strictObject({
  inputMicrosPerMillion: tokenPrice,
  outputMicrosPerMillion: tokenPrice,
  cachedMicrosPerMillion: tokenPrice.optional(),
});
export type TokenPrices = z.infer<typeof tokenPrices>;

/**
 * `reasoning` and `images` are the one place that says whether a model thinks before it answers and takes images: true, false, or absent where nobody
 * knows. The connection test proposes what it has seen, and the provider's owner decides.
 */
export const providerModel = z.strictObject({
  id: modelId,
  name: z.string().trim().min(1).max(200).optional(),
  contextWindow: z.int().min(1024).max(10_000_000).optional(),
  maxTokens: z.int().min(1).max(10_000_000).optional(),
  reasoning: z.boolean().optional(),
  images: z.boolean().optional(),
  /** Absent: not known, and no answer of it has a cost. */
  prices: tokenPrices.optional(),
});
export type ProviderModel = z.infer<typeof providerModel>;

/** What stands below a provider's address. People copy it along from an example of a call. */
const endpoints =
  /(?:\/chat\/completions|\/completions|\/responses|\/embeddings|\/api\/(?:chat|generate|tags)|(?<=\/v\d)\/(?:models|messages))\/*$/i;

/** The address of a provider, when the address of one of its calls was pasted. */
export function withoutEndpoint(address: string): string {
  return /^https?:\/\/[^/]/i.test(address) ? address.replace(endpoints, "") : address;
}

export const baseUrl = z
  .url({ protocol: /^https?$/, error: says.address_http, abort: true })
  .max(500)
  .overwrite(withoutEndpoint)
  .refine((value) => URL.canParse(value) && new URL(value).username === "" && new URL(value).password === "", says.address_user)
  .refine((value) => URL.canParse(value) && new URL(value).search === "" && new URL(value).hash === "", says.address_query);

/** Header-safe: a key travels in an HTTP header, so control characters and spaces are refused here. */
export const apiKey = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(/^[\x21-\x7e]+$/, says.header_safe);

const providerFields = {
  name: z.string().trim().min(1).max(80),
  baseUrl: baseUrl.nullish(),
  apiKey: apiKey.nullish(),
  models: z.array(providerModel).max(200),
  /** The model that writes down what people dictate. `null`: none does. */
  transcriptionModel: modelId.nullish(),
};

const hasBaseUrl = (value: { kind: ProviderKind; baseUrl?: string | null | undefined }): boolean =>
  !providerDefinitions[value.kind].needsAddress || Boolean(value.baseUrl);

export const createProvider = z
  .strictObject({ kind: providerKind, ...providerFields, models: providerFields.models.min(1, says.choose_model) })
  .refine(hasBaseUrl, { path: ["baseUrl"], error: says.address_needed })
  .meta({ id: "CreateProvider" });
export type CreateProvider = z.infer<typeof createProvider>;

/** A field that is absent stays as it is. A changed `baseUrl` needs the key again, so that no stored key is sent to a new address. */
export const updateProvider = z
  .strictObject({
    ...providerFields,
    /** Off: kept with its key, and used by nothing. */ isActive: z.boolean(),
    models: providerFields.models.min(1, says.choose_model),
  })
  .partial()
  .meta({ id: "UpdateProvider" });
export type UpdateProvider = z.infer<typeof updateProvider>;

/** What the connection test needs; `providerId` tests a stored provider with its stored key when neither key nor address is given. */
export const testProvider = z
  .strictObject({
    providerId: z.uuid().optional(),
    kind: providerKind,
    baseUrl: providerFields.baseUrl,
    apiKey: providerFields.apiKey,
    model: modelId.nullish(),
  })
  .refine((value) => hasBaseUrl(value) || value.providerId !== undefined, {
    path: ["baseUrl"],
    error: says.address_needed,
  })
  .meta({ id: "TestProvider" });
export type TestProvider = z.infer<typeof testProvider>;

export const providerTestOutcome = z.enum([
  "ok",
  "bad_key",
  "unknown_host",
  "refused",
  "timeout",
  "tls",
  "not_llm",
  "model_missing",
  "rate_limited",
  "server_error",
  "address_refused",
]);
export type ProviderTestOutcome = z.infer<typeof providerTestOutcome>;

export const providerTestResult = z
  .object({
    outcome: providerTestOutcome,
    /** What was found and what to do next, in words. */
    message: z.string(),
    /** The test went well, but an agent may find it otherwise: what to look at, in words. `null`: nothing. */
    caution: z.string().nullable(),
    /** With a caution: the address by which agents reach the same server, tested. `null`: none was found. */
    agentAddress: z.string().nullable().default(null),
    /** With `address_refused`: the entry that an admin could allow; `null` where nothing is to be allowed. */
    allow: z.string().nullable(),
    /** `reasoning` and `images` as in `providerModel`: where they are absent, nobody knows. */
    models: z.array(
      z.object({ id: z.string(), name: z.string().optional(), reasoning: z.boolean().optional(), images: z.boolean().optional() }),
    ),
    durationMs: z.int(),
  })
  .meta({ id: "ProviderTestResult" });
export type ProviderTestResult = z.infer<typeof providerTestResult>;

export const provider = z
  .object({
    id: z.uuid(),
    kind: providerKind,
    name: z.string(),
    baseUrl: z.string().nullable(),
    hasKey: z.boolean(),
    models: z.array(providerModel),
    transcriptionModel: z.string().nullable().optional(),
    version: z.int(),
    isActive: z.boolean(),
    /** An admin has opened it to everybody. */
    isShared: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Provider" });
export type Provider = z.infer<typeof provider>;

/** What everybody may know of a provider that an admin shares: neither its address nor its key. */
export const sharedProvider = z
  .object({ id: z.uuid(), kind: providerKind, name: z.string(), models: z.array(providerModel) })
  .meta({ id: "SharedProvider" });
export type SharedProvider = z.infer<typeof sharedProvider>;

/** One's own, and those that admins share. */
export const providerList = z
  .object({
    providers: z.array(provider),
    shared: z.array(sharedProvider),
    /** An admin may have switched it off. */ isDemoOffered: z.boolean(),
    /** What agents reach the servers of this machine by, for the address of one that runs here; `null` where that is not known. */
    machineHost: z.string().nullable().default(null),
  })
  .meta({ id: "ProviderList" });
export type ProviderList = z.infer<typeof providerList>;
