import { openclawDialects } from "@mosaic/agent-backends/openclaw-dialects";
import { probeRequest, type ProbedProvider, type ProbeRequest } from "@mosaic/agent-backends/openclaw-probe";
import { wordsOf } from "@mosaic/agent-backends/provider-words";
import type { ModelDialect, ProviderDialect } from "@mosaic/contracts/provider-dialect";
import type { OutboundClient } from "@mosaic/outbound/outbound-client";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import { readBeginning } from "@mosaic/incoming/bounded-body";
import {
  allowableEntry,
  judgeFailure,
  judgeFirstWords,
  judgeList,
  judgeRefusal,
  noListAt,
  type CallContext,
  type LlmAnswer,
  type Verdict,
} from "./connection-judgement.js";
import { nextDialect } from "./dialect-finder.js";
import { parseJson, readFirstWords } from "./first-words.js";
import { listDialects, readModels, type FoundModel } from "./model-list.js";

export interface ProbeVerdict extends Verdict {
  /** What an admin would enter to let the call through. */
  readonly allow?: string | null;
}

export interface Probe {
  readonly verdict: ProbeVerdict;
  readonly models: readonly FoundModel[];
  /** What the model answered to; absent when it did not. */
  readonly found?: ProviderDialect;
}

interface ListProbe {
  /** `null`: the list is there. */
  readonly verdict: ProbeVerdict | null;
  readonly models: readonly FoundModel[];
}

type ChatProbe =
  | { readonly isAnswer: true; readonly hasThought: boolean }
  | { readonly isAnswer: false; readonly verdict: ProbeVerdict; readonly refusal?: LlmAnswer };

type Client = Pick<OutboundClient, "fetch" | "stream">;

/** Of a whole test, whatever it asks. */
export const testTimeoutMs = 10_000;
/** What finding out may cost at most, in calls. */
const maxTries = 6;
/** A list that does not come leaves time for the question that matters. */
const listShare = 0.4;

/** One test of one endpoint: its list of models, and an answer of one of them, asked for as an agent does. */
export class ConnectionProber {
  private readonly context: CallContext;

  constructor(
    private readonly client: Client,
    private readonly provider: ProbedProvider,
    private readonly signal: AbortSignal,
  ) {
    this.context = { kind: provider.kind, baseUrl: provider.baseUrl, hasKey: provider.apiKey !== null };
  }

  /** The list is a help for choosing: with a model, that one's answer alone decides. */
  async probe(model: string | null): Promise<Probe> {
    const list = await this.probeList(model === null ? 1 : listShare);
    if (model === null) {
      return { verdict: list.verdict ?? listed(list.models), models: list.models };
    }
    const { chat, found } = await this.findAnswer(model, list.verdict === null);
    if (chat.isAnswer) {
      const models = chat.hasThought ? thinking(model, list.models) : list.models;
      return { verdict: answered(model, found, list.verdict), models, found };
    }
    const isAddressWrong = list.verdict?.outcome === "not_llm" && chat.verdict.outcome === "not_llm" && chat.refusal?.status === 404;
    return { verdict: isAddressWrong ? (list.verdict ?? chat.verdict) : chat.verdict, models: list.models };
  }

  /** Only whether a model answers, and to what. */
  async findAnswer(model: string, isListKnown: boolean): Promise<{ chat: ChatProbe; found: ProviderDialect }> {
    const start = this.provider.dialect;
    const first = await this.probeChat(model, start, isListKnown);
    if (first.isAnswer || first.refusal === undefined) {
      return { chat: first, found: start };
    }
    const other = this.otherKeyHeader(first.refusal);
    const keyed = other === null ? first : await this.probeChat(model, other, isListKnown);
    if (other !== null && keyed.isAnswer) {
      return { chat: keyed, found: other };
    }
    const { kind } = this.provider;
    // A key that is refused both ways is a wrong key: the usual header is right for what comes.
    const dialect = other !== null && !keyed.isAnswer && keyed.refusal?.status !== first.refusal.status ? other : start;
    let refusal = dialect === start || keyed.isAnswer ? first.refusal : keyed.refusal;
    const tried: ModelDialect[] = [modelDialectOf(dialect, model)];
    while (refusal !== undefined && tried.length < maxTries) {
      const next = nextDialect(kind, tried.at(-1) ?? {}, { status: refusal.status, words: wordsOf(refusal.body) }, tried);
      if (next === null) {
        break;
      }
      tried.push(next);
      const candidate = { ...dialect, models: { ...dialect.models, [model]: next } };
      const chat = await this.probeChat(model, candidate, isListKnown);
      if (chat.isAnswer) {
        return { chat, found: candidate };
      }
      refusal = chat.refusal;
    }
    return { chat: first, found: start };
  }

  /** Some gateways before Anthropic's models take keys as OpenAI's do. */
  private otherKeyHeader({ status }: LlmAnswer): ProviderDialect | null {
    const { kind, apiKey, dialect } = this.provider;
    if (!openclawDialects[kind].mayTakeBearer || apiKey === null || (status !== 401 && status !== 403)) {
      return null;
    }
    return { ...dialect, keyHeader: dialect.keyHeader === "authorization" ? "x-api-key" : "authorization" };
  }

  private async probeList(share: number): Promise<ListProbe> {
    const dialect = listDialects[this.provider.kind];
    const url = dialect.url(this.provider.baseUrl);
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(testTimeoutMs * share)]);
    const { "content-type": _none, ...headers } = probeRequest(this.provider, "").headers;
    try {
      const response = await this.client.fetch(url, { method: "GET", headers: { ...headers, accept: "application/json" }, signal });
      const answer = { status: response.status, body: await response.text() };
      const verdict = judgeList(answer, this.context);
      if (verdict !== null) {
        return { verdict, models: [] };
      }
      const models = readModels(parseJson(answer.body), dialect);
      return models === null ? { verdict: noListAt(this.context), models: [] } : { verdict: null, models };
    } catch (error) {
      return { verdict: verdictOf(error, url), models: [] };
    }
  }

  private async probeChat(model: string, dialect: ProviderDialect, isListKnown: boolean): Promise<ChatProbe> {
    const request = probeRequest({ ...this.provider, dialect }, model);
    try {
      const answer = await this.client.stream(
        request.url,
        { method: "POST", headers: request.headers, body: [Buffer.from(JSON.stringify(request.body))], signal: this.signal },
        { headMs: testTimeoutMs, silenceMs: testTimeoutMs },
      );
      if (answer.status !== 200) {
        const refusal = { status: answer.status, body: await readBeginning(answer.body) };
        return { isAnswer: false, refusal, verdict: judgeRefusal(refusal, model, { ...this.context, isListKnown }) };
      }
      return await this.judgeStream(request, model, answer.body);
    } catch (error) {
      const verdict = this.signal.aborted ? timeout : verdictOf(error, request.url);
      return { isAnswer: false, verdict: verdict.outcome === "timeout" && isListKnown ? stillLoading(model) : verdict };
    }
  }

  private async judgeStream(request: ProbeRequest, model: string, body: Parameters<typeof readFirstWords>[0]): Promise<ChatProbe> {
    const first = await readFirstWords(body, request.stream);
    // A body that ends because the time is up looks like any other end.
    this.signal.throwIfAborted();
    const verdict = judgeFirstWords(first, model, this.context);
    if (verdict === null) {
      return { isAnswer: true, hasThought: first.kind === "answers" && first.hasThought };
    }
    return { isAnswer: false, verdict, ...(first.kind === "error" ? { refusal: { status: 400, body: first.body } } : {}) };
  }
}

const timeout: Verdict = judgeFailure(new OutboundError("timeout", "", { host: null }));

function verdictOf(error: unknown, url: string): ProbeVerdict {
  if (error instanceof OutboundError) {
    return { ...judgeFailure(error), ...(error.code === "address_refused" ? { allow: allowableEntry(url, error) } : {}) };
  }
  throw error;
}

/** A model that thought before it answered thinks, whatever its list says. */
function thinking(model: string, models: readonly FoundModel[]): readonly FoundModel[] {
  return models.some(({ id }) => id === model)
    ? models.map((known) => (known.id === model ? { ...known, reasoning: true } : known))
    : [...models, { id: model, reasoning: true }];
}

function modelDialectOf(dialect: ProviderDialect, model: string): ModelDialect {
  return Object.hasOwn(dialect.models, model) ? (dialect.models[model] ?? {}) : {};
}

function answered(model: string, found: ProviderDialect, list: Verdict | null): Verdict {
  const noList = list === null ? "" : " It shows no list of its models, which does not matter.";
  return { outcome: "ok", message: `The provider works, and ${model} answers.${wantsOf(found, model)}${noList}` };
}

function wantsOf(found: ProviderDialect, model: string): string {
  const dialect = modelDialectOf(found, model);
  const parts = [
    ...(found.keyHeader === "authorization" ? ["its key as a bearer token"] : []),
    ...(dialect.limitField === undefined ? [] : [`the limit as ${dialect.limitField}`]),
    ...(dialect.omits ?? []).map((field) => `no ${field}`),
  ];
  const kept = parts.length === 0 ? "" : ` It wants ${parts.join(", ")}; agents ask it that way.`;
  return dialect.omits?.includes("tools") === true ? `${kept} An agent on this model can talk, but use no tools.` : kept;
}

function stillLoading(model: string): Verdict {
  return {
    outcome: "timeout",
    message: `The provider answers, but ${model} said nothing within 10 seconds. It may still be loading: test again in a moment.`,
  };
}

function listed(models: readonly FoundModel[]): Verdict {
  if (models.length === 0) {
    return { outcome: "ok", message: "The provider answers, but it lists no models. Enter one by hand." };
  }
  return {
    outcome: "ok",
    message: models.length === 1 ? "The provider works and lists one model." : `The provider works and lists ${models.length} models.`,
  };
}
