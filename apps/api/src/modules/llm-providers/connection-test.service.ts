import type { ProviderTestResult, TestProvider } from "@mosaic/contracts/provider";
import { createAddressPolicy } from "@mosaic/outbound/address-policy";
import { createOutboundClient, type OutboundClient } from "@mosaic/outbound/outbound-client";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Listeners } from "../../platform/http/listeners.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { RuntimeHostService } from "../runtime-host/runtime-host.service.js";
import { connectionDialects, type ConnectionDialect, type FoundModel, type TestTarget } from "./connection-dialects.js";
import { allowableEntry, judgeChat, judgeFailure, judgeList, parseJson, type LlmAnswer, type Verdict } from "./connection-judgement.js";
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
    private readonly outbound: OutboundService,
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
    const prober = new Prober(this.clientFor(target), target, AbortSignal.timeout(testTimeoutMs));
    const { verdict, models } = await prober.probe(model);
    const hint = verdict.outcome === "ok" && target.kind !== "demo" ? await this.loopbackHint(target.baseUrl) : "";
    return {
      outcome: verdict.outcome,
      message: `${verdict.message}${hint}`,
      allow: verdict.allow ?? null,
      models: [...models],
      durationMs: Math.round(performance.now() - startedAt),
    };
  }

  /** The demo model is our own, on this machine's loopback: nothing else there is opened for it. */
  private clientFor({ kind, baseUrl }: TestTarget): Pick<OutboundClient, "fetch"> {
    return kind === "demo" ? createOutboundClient({ policy: () => createAddressPolicy([new URL(baseUrl).host]) }) : this.outbound;
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

interface ProbeVerdict extends Verdict {
  /** What an admin would enter to let the call through. */
  readonly allow?: string | null;
}

interface Probe {
  readonly verdict: ProbeVerdict;
  readonly models: readonly FoundModel[];
}

interface ListProbe {
  /** `null`: the list is there. */
  readonly verdict: ProbeVerdict | null;
  readonly isListMissing?: true;
  readonly models: readonly FoundModel[];
}

/** One test of one endpoint. */
class Prober {
  readonly #dialect: ConnectionDialect;

  constructor(
    private readonly client: Pick<OutboundClient, "fetch">,
    private readonly target: TestTarget,
    private readonly signal: AbortSignal,
  ) {
    this.#dialect = connectionDialects[target.kind];
  }

  async probe(model: string | null): Promise<Probe> {
    const list = await this.probeList();
    if (model === null || (list.verdict !== null && list.isListMissing !== true)) {
      return { verdict: list.verdict ?? listed(list.models), models: list.models };
    }
    const chat = await this.probeChat(model, list.verdict === null);
    const isAddressWrong = list.verdict !== null && chat.outcome === "not_llm";
    return { verdict: isAddressWrong ? (list.verdict ?? chat) : chat, models: list.models };
  }

  private async probeList(): Promise<ListProbe> {
    const answer = await this.call("GET", this.#dialect.modelsUrl(this.target.baseUrl));
    if ("outcome" in answer) {
      return { verdict: answer, models: [] };
    }
    const verdict = judgeList(answer, this.target.apiKey !== null);
    if (verdict !== null) {
      return { verdict, models: [], ...(verdict.isListMissing === true ? { isListMissing: true } : {}) };
    }
    const models = this.#dialect.readModels(parseJson(answer.body));
    return models === null ? { verdict: noListAt, models: [] } : { verdict: null, models };
  }

  private async probeChat(model: string, isListKnown: boolean): Promise<ProbeVerdict> {
    const answer = await this.call("POST", this.#dialect.chatUrl(this.target.baseUrl), this.#dialect.chatBody(model));
    if ("outcome" in answer) {
      return answer.outcome === "timeout" && isListKnown ? stillLoading(model) : answer;
    }
    const verdict = judgeChat(answer, model, { hasKey: this.target.apiKey !== null, isListKnown });
    if (verdict !== null && verdict.outcome !== "ok") {
      return verdict;
    }
    const isAnswer = verdict !== null || this.#dialect.isChatAnswer(parseJson(answer.body));
    return isAnswer ? { outcome: "ok", message: `The provider works, and ${model} answers.` } : noLlmAt;
  }

  private async call(method: "GET" | "POST", url: string, body?: object): Promise<LlmAnswer | ProbeVerdict> {
    try {
      const response = await this.client.fetch(url, {
        method,
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...this.#dialect.headers(this.target.apiKey),
        },
        signal: this.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      if (error instanceof OutboundError) {
        const isRefused = error.code === "address_refused";
        return { ...judgeFailure(error), ...(isRefused ? { allow: allowableEntry(url, error) } : {}) };
      }
      throw error;
    }
  }
}

const noListAt: ProbeVerdict = {
  outcome: "not_llm",
  message: "Something answers at this address, but not with a list of models. The address of an API often ends in /v1.",
};
const noLlmAt: ProbeVerdict = {
  outcome: "not_llm",
  message: "Something answers at this address, but not as an LLM endpoint does. The address of an API often ends in /v1.",
};

function stillLoading(model: string): ProbeVerdict {
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
