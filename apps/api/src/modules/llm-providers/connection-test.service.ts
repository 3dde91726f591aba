import type { ProviderTestResult, TestProvider } from "@mosaic/contracts/provider";
import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Listeners } from "../../platform/http/listeners.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { connectionDialects, type FoundModel, type TestTarget } from "./connection-dialects.js";
import { judgeChat, judgeFailure, judgeList, parseJson, type Verdict } from "./connection-judgement.js";
import { callLlm, LlmCallError, type LlmAnswer } from "./llm-client.js";
import { LlmProvidersService } from "./llm-providers.service.js";
import type { StoredProvider } from "./llm-providers.types.js";
import { isSameAddress } from "./provider-change.js";

const testTimeoutMs = 10_000;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i;

/** Really calls an endpoint: its list of models, then one token of a model. Says in words what is wrong. */
@Injectable()
export class ConnectionTestService {
  constructor(
    private readonly providers: LlmProvidersService,
    private readonly runtimeHost: RuntimeHostService,
    private readonly listeners: Listeners,
    @Inject(ENV) private readonly env: Env,
  ) {}

  /** Throws only for a request that can't be tested: another's provider, or a stored key meant for another address. */
  async test(userId: string, input: TestProvider): Promise<ProviderTestResult> {
    return this.run(await this.targetOf(userId, input), input.model ?? null);
  }

  /** Tests a stored provider as it is. */
  async testStored(stored: StoredProvider, model: string | null): Promise<ProviderTestResult> {
    return this.run(await this.storedTarget(stored), model);
  }

  private async run(target: TestTarget, model: string | null): Promise<ProviderTestResult> {
    const startedAt = performance.now();
    const { verdict, models } = await probe(target, model, AbortSignal.timeout(testTimeoutMs));
    const hint = verdict.outcome === "ok" && target.kind !== "demo" ? await this.loopbackHint(target.baseUrl) : "";
    return {
      outcome: verdict.outcome,
      message: `${verdict.message}${hint}`,
      models: [...models],
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  private async targetOf(userId: string, input: TestProvider): Promise<TestTarget> {
    if (input.providerId === undefined) {
      return { kind: input.kind, baseUrl: await this.addressOf(input.kind, input.baseUrl ?? null), apiKey: input.apiKey ?? null };
    }
    const stored = await this.providers.getStored(userId, input.providerId);
    const asked = input.baseUrl ?? stored.baseUrl;
    const isSame = input.kind === stored.kind && isSameAddress(asked, stored.baseUrl);
    if (input.apiKey === undefined && !isSame && stored.apiKeyEncrypted !== null) {
      const message = "Enter the key again: the stored one is not sent to a new address";
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "apiKey", message }] });
    }
    const apiKey = input.apiKey === undefined ? this.providers.openKey(stored) : input.apiKey;
    return { kind: input.kind, baseUrl: await this.addressOf(input.kind, asked), apiKey };
  }

  private async storedTarget(stored: StoredProvider): Promise<TestTarget> {
    return { kind: stored.kind, baseUrl: await this.addressOf(stored.kind, stored.baseUrl), apiKey: this.providers.openKey(stored) };
  }

  /** The demo model is ours, on the internal port: asking it over HTTP tests what an agent will use. */
  private async addressOf(kind: TestTarget["kind"], baseUrl: string | null): Promise<string> {
    if (kind === "demo") {
      const port = await this.listeners.listen("internal", "127.0.0.1", this.env.MOSAIC_INTERNAL_PORT);
      return `http://127.0.0.1:${port}/demo/v1`;
    }
    if (baseUrl === null) {
      const message = "The address of the provider is needed";
      throw new AppError("invalid_input", { detail: message, errors: [{ path: "baseUrl", message }] });
    }
    return baseUrl;
  }

  /** The API reaches this machine's loopback, an agent in a container does not. */
  private async loopbackHint(baseUrl: string): Promise<string> {
    if (!loopback.test(new URL(baseUrl).hostname) || (await this.runtimeHost.kind()) === "process") {
      return "";
    }
    return " But this address means this machine to Mosaic, and itself to an agent in a container: agents in containers need an address of this machine that they can reach.";
  }
}

interface Probe {
  readonly verdict: Verdict;
  readonly models: readonly FoundModel[];
}

async function probe(target: TestTarget, model: string | null, signal: AbortSignal): Promise<Probe> {
  const list = await probeList(target, signal);
  if (model === null || (list.verdict !== null && list.isListMissing !== true)) {
    return { verdict: list.verdict ?? listed(list.models), models: list.models };
  }
  const chat = await probeChat(target, model, list.verdict === null, signal);
  const isAddressWrong = list.verdict !== null && chat.outcome === "not_llm";
  return { verdict: isAddressWrong ? (list.verdict ?? chat) : chat, models: list.models };
}

interface ListProbe {
  /** `null`: the list is there. */
  readonly verdict: Verdict | null;
  readonly isListMissing?: true;
  readonly models: readonly FoundModel[];
}

async function probeList(target: TestTarget, signal: AbortSignal): Promise<ListProbe> {
  const dialect = connectionDialects[target.kind];
  const answer = await attempt(() =>
    callLlm({ method: "GET", url: dialect.modelsUrl(target.baseUrl), headers: dialect.headers(target.apiKey), signal }),
  );
  if ("outcome" in answer) {
    return { verdict: answer, models: [] };
  }
  const verdict = judgeList(answer, target.apiKey !== null);
  if (verdict !== null) {
    return { verdict, models: [], ...(verdict.isListMissing === true ? { isListMissing: true } : {}) };
  }
  const models = dialect.readModels(parseJson(answer.body));
  if (models === null) {
    return {
      verdict: {
        outcome: "not_llm",
        message: "Something answers at this address, but not with a list of models. The address of an API often ends in /v1.",
      },
      models: [],
    };
  }
  return { verdict: null, models };
}

async function probeChat(target: TestTarget, model: string, isListKnown: boolean, signal: AbortSignal): Promise<Verdict> {
  const dialect = connectionDialects[target.kind];
  const answer = await attempt(() =>
    callLlm({
      method: "POST",
      url: dialect.chatUrl(target.baseUrl),
      headers: dialect.headers(target.apiKey),
      body: dialect.chatBody(model),
      signal,
    }),
  );
  if ("outcome" in answer) {
    return answer.outcome === "timeout" && isListKnown
      ? {
          outcome: "timeout",
          message: `The provider answers, but ${model} said nothing within 10 seconds. It may still be loading: test again in a moment.`,
        }
      : answer;
  }
  const verdict = judgeChat(answer, model, { hasKey: target.apiKey !== null, isListKnown });
  if (verdict !== null && verdict.outcome !== "ok") {
    return verdict;
  }
  if (verdict === null && !dialect.isChatAnswer(parseJson(answer.body))) {
    return {
      outcome: "not_llm",
      message: "Something answers at this address, but not as an LLM endpoint does. The address of an API often ends in /v1.",
    };
  }
  return { outcome: "ok", message: `The provider works, and ${model} answers.` };
}

async function attempt(call: () => Promise<LlmAnswer>): Promise<LlmAnswer | Verdict> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof LlmCallError) {
      return judgeFailure(error.failure);
    }
    throw error;
  }
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
