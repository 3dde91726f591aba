import { pipeline } from "node:stream/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ChosenModel } from "@mosaic/agent-backends/model-resolution";
import { redact } from "@mosaic/agent-backends/redact";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import type { OutboundStream } from "@mosaic/outbound/outbound-client";
import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { readBeginning } from "@mosaic/incoming/bounded-body";
import { Logger } from "../../platform/logging/logger.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { jsonMembers } from "./json-members.js";
import { JsonTextError } from "./json-scanner.js";
import { ModelCallsService } from "./model-calls.service.js";
import { announcedBytes, readBody } from "./relay-body.js";
import { FaultLines, wordsForMembers } from "./relay-faults.js";
import { inDialect, maxAnswerTokens, modelOf, passedFields, type RelayField } from "./relay-fields.js";
import { RELAY_LIMITS, RelayPlaces, type RelayCaller, type RelayLimits } from "./relay-places.js";
import { keyHeadersFor, relayUrl, returnedHeaders } from "./relay-rules.js";

export interface RelayCall {
  readonly caller: RelayCaller;
  readonly providerId: string;
  /** Below the provider's address. */
  readonly path: string;
  /** Its body is read once it is known that the agent may call there at all, and that there is room for it. */
  readonly request: IncomingMessage;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

type Offered = readonly [ChosenModel<StoredProvider>, ...ChosenModel<StoredProvider>[]];

/** A model that thinks, or that has to be loaded first, is as silent as one that hangs: the agent's own time-outs come before these. */
const silences = { headMs: 600_000, silenceMs: 600_000 };
const maxLoggedWords = 300;
const faultLogEveryMs = 5_000;
/** They may quote what was sent, which is a conversation. */
const quotesRequest: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * Stands between an agent and a provider whose key its owner must not have: what an admin shares, and what system agents use. The agent has
 * a token of its own that opens only this, for the models that it is set to use now; the key is added here and never leaves.
 */
@Injectable()
export class LlmRelayService {
  readonly places: RelayPlaces;
  private readonly loggedAtMs = new Map<string, number>();

  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly providers: LlmProvidersService,
    private readonly outbound: OutboundService,
    private readonly modelCalls: ModelCallsService,
    private readonly logger: Logger,
    @Inject(RELAY_LIMITS) private readonly limits: RelayLimits,
  ) {
    this.places = new RelayPlaces(limits);
  }

  /**
   * Throws `not_found` for whatever the agent is not set to use now, `too_many_requests` for too much at once. A provider's own errors
   * are passed on, without keys and addresses.
   */
  async forward(call: RelayCall, response: ServerResponse): Promise<void> {
    await this.places.call(call.caller, async () => {
      void this.modelCalls.record(call.caller.agentId);
      await this.pass(call, response);
    });
  }

  private async pass(call: RelayCall, response: ServerResponse): Promise<void> {
    const offered = await this.offeredTo(call);
    const [{ provider }] = offered;
    const url = relayUrl(provider.kind, provider.baseUrl ?? "", call.path);
    if (url === null) {
      throw new AppError("not_found");
    }
    const apiKey = this.providers.openKey(provider);
    const secrets = { baseUrl: provider.baseUrl ?? "", apiKey };
    const answer = await this.ask(call, offered, url, apiKey);
    if (answer.status >= 400) {
      const words = await readBeginning(answer.body);
      this.logFault(provider, answer.status, words);
      response.writeHead(answer.status, returnedHeaders(answer.headers)).end(wordsForMembers(words, secrets));
      return;
    }
    response.writeHead(answer.status, returnedHeaders(answer.headers));
    const hideFaults = new FaultLines((words) => {
      this.logFault(provider, answer.status, words);
      return wordsForMembers(words, secrets);
    });
    // Breaking off is told by breaking off: the agent's software knows how to read that.
    await pipeline(answer.body, hideFaults, response).catch(() => response.destroy());
  }

  /** As OpenAI lists models: those of a provider that the agent may use now. Throws `not_found` for whatever it is not set to use. */
  async modelsFor(call: Pick<RelayCall, "caller" | "providerId">): Promise<readonly string[]> {
    return (await this.offeredTo(call)).map(({ model }) => model);
  }

  /** The models of this provider that the agent uses now. Its owner's own it reaches by itself, unless its kind reaches all of them through here. */
  private async offeredTo({ caller: { agentId }, providerId }: Pick<RelayCall, "caller" | "providerId">): Promise<Offered> {
    const inUse = await this.agentConfig.modelsInUse(agentId).catch(asNone);
    const [first, ...others] = inUse?.models.filter(({ provider }) => provider.id === providerId) ?? [];
    if (inUse === null || first === undefined || (first.provider.ownerId === inUse.ownerId && inUse.backend.models !== "relay")) {
      throw new AppError("not_found");
    }
    return [first, ...others];
  }

  /** The body is in memory from here until the provider's system has it, and within the bounds of all. */
  private async ask(call: RelayCall, offered: Offered, url: string, apiKey: string | null): Promise<OutboundStream> {
    const bytes = announcedBytes(call.request, this.limits.maxBodyBytes);
    const free = await this.places.keep(call.caller.ownerId, bytes, call.signal);
    try {
      const shared = providerOf(offered);
      const headers = { ...call.headers, "content-type": "application/json", ...keyHeadersFor(call.path, shared, apiKey) };
      const limits = { maxBytes: bytes, arrivalMs: this.limits.arrivalMs };
      // Another name for any of it would hold what is sent for as long as the answer is waited for: this array empties.
      const body = inDialect(await checkedFields(await readBody(call.request, limits), offered, call), call.path, shared);
      return await this.outbound.stream(url, { method: "POST", headers, body, signal: call.signal, onSent: free }, silences);
    } catch (error) {
      throw error instanceof OutboundError ? unreached(error, providerOf(offered), call.caller) : error;
    } finally {
      free();
    }
  }

  /** Seldom: an agent that calls without end must not fill the log. */
  private logFault(provider: StoredProvider, status: number, words: string): void {
    const nowMs = performance.now();
    if (nowMs - (this.loggedAtMs.get(provider.id) ?? -Infinity) < faultLogEveryMs) {
      return;
    }
    this.loggedAtMs.set(provider.id, nowMs);
    this.logger.warn("a shared provider answered with a fault", {
      providerId: provider.id,
      baseUrl: provider.baseUrl,
      status,
      ...(quotesRequest.has(status) ? {} : { words: redact(words.slice(0, maxLoggedWords)) }),
    });
  }
}

function providerOf([{ provider: shared }]: Offered): StoredProvider {
  return shared;
}

/** What goes on of a call: for a model that the agent may use, and only the fields that its API describes. */
async function checkedFields(body: Buffer, offered: Offered, { path, signal }: RelayCall): Promise<RelayField[]> {
  const members = await jsonMembers(body, signal).catch((error: unknown) => {
    throw error instanceof JsonTextError ? new AppError("invalid_input", { detail: error.message, cause: error }) : error;
  });
  const given = [...members].map(([name, { start, end }]): RelayField => [name, body.subarray(start, end)]);
  const model = modelOf(providerOf(offered).kind, path, given);
  const chosen = offered.find((candidate) => candidate.model === model);
  if (chosen === undefined) {
    throw new AppError("not_found");
  }
  const known = chosen.provider.models.find(({ id }) => id === chosen.model);
  return passedFields(chosen.provider.kind, path, given, { maxTokens: known?.maxTokens ?? maxAnswerTokens });
}

/** An agent whose last model was taken away still asks for it. */
function asNone(error: unknown): null {
  if (error instanceof AppError && (error.code === "model_not_assigned" || error.code === "demo_model_off")) {
    return null;
  }
  throw error;
}

/** The fault's own words name the address, which only the provider's owner may know: otherwise they go to the log. */
function unreached(error: OutboundError, { id, name, ownerId }: StoredProvider, caller: RelayCaller): AppError {
  const isOwn = ownerId === caller.ownerId;
  const meta = { providerId: id, host: error.host, outbound: error.code, reason: error.reason, words: error.message };
  if (error.code === "timeout") {
    const detail = isOwn ? `The provider "${name}" did not answer in time.` : `The shared provider "${name}" did not answer in time.`;
    return new AppError("provider_timeout", { detail, cause: error, meta });
  }
  const detail = isOwn
    ? `Mosaic can't reach the provider "${name}", which this kind of agent uses through Mosaic. ${error.message}`
    : `Mosaic can't reach the shared provider "${name}". Tell an admin: Mosaic's log says why.`;
  return new AppError("provider_unreachable", { detail, cause: error, meta });
}
