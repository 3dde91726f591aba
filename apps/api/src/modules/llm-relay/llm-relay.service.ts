import { pipeline } from "node:stream/promises";
import type { ServerResponse } from "node:http";
import type { ChosenModel } from "@mosaic/agent-backends/model-resolution";
import { redact } from "@mosaic/agent-backends/redact";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import type { OutboundStream } from "@mosaic/outbound/outbound-client";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { ModelCallsService } from "./model-calls.service.js";
import { keyHeaders, modelOf, relayUrl, returnedHeaders } from "./relay-rules.js";

export interface RelayCall {
  readonly agentId: string;
  readonly providerId: string;
  /** Below the provider's address. */
  readonly path: string;
  /** Called once it is known that the agent may call there at all. */
  readonly readBody: () => Promise<unknown>;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

type Offered = readonly [ChosenModel<StoredProvider>, ...ChosenModel<StoredProvider>[]];

/** A model that thinks, or that has to be loaded first, is as silent as one that hangs: the agent's own time-outs come before these. */
const limits = { headMs: 600_000, silenceMs: 600_000 };
const maxErrorBytes = 64 * 1024;
/** More than a person's turns and what the agent does beside them. */
const maxCallsPerAgent = 8;

/**
 * Stands between an agent and a provider whose key its owner must not have: what an admin shares, and what system agents use. The agent has
 * a token of its own that opens only this, for the models that it is set to use now; the key is added here and never leaves.
 */
@Injectable()
export class LlmRelayService {
  readonly #calls = new Map<string, number>();

  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly providers: LlmProvidersService,
    private readonly outbound: OutboundService,
    private readonly modelCalls: ModelCallsService,
  ) {}

  /**
   * Throws `not_found` for whatever the agent is not set to use now, `too_many_requests` for too many calls at once. A provider's own errors
   * are passed on, with keys blacked out.
   */
  async forward(call: RelayCall, response: ServerResponse): Promise<void> {
    const { agentId } = call;
    const count = (this.#calls.get(agentId) ?? 0) + 1;
    if (count > maxCallsPerAgent) {
      throw new AppError("too_many_requests", { detail: `At most ${maxCallsPerAgent} calls to models at once.` });
    }
    this.#calls.set(agentId, count);
    void this.modelCalls.record(agentId);
    try {
      await this.pass(call, response);
    } finally {
      const left = (this.#calls.get(agentId) ?? 1) - 1;
      if (left > 0) {
        this.#calls.set(agentId, left);
      } else {
        this.#calls.delete(agentId);
      }
    }
  }

  private async pass(call: RelayCall, response: ServerResponse): Promise<void> {
    const offered = await this.offeredTo(call);
    const [{ provider }] = offered;
    const url = relayUrl(provider.kind, provider.baseUrl ?? "", call.path);
    if (url === null) {
      throw new AppError("not_found");
    }
    const body = checkedBody(await call.readBody(), offered);
    const apiKey = this.providers.openKey(provider);
    const answer = await this.send(url, body, call.signal, {
      ...call.headers,
      "content-type": "application/json",
      ...keyHeaders(provider.kind, apiKey, provider.dialect.keyHeader),
    });
    if (answer.status >= 400) {
      await answerWithFault(answer, response, apiKey);
      return;
    }
    response.writeHead(answer.status, returnedHeaders(answer.headers));
    // Breaking off is told by breaking off: the agent's software knows how to read that.
    await pipeline(answer.body, response).catch(() => response.destroy());
  }

  /** The models of this provider that the agent uses now, if it is not its owner's own. */
  private async offeredTo({ agentId, providerId }: RelayCall): Promise<Offered> {
    const inUse = await this.agentConfig.modelsInUse(agentId).catch(asNone);
    const [first, ...others] = inUse?.models.filter(({ provider }) => provider.id === providerId) ?? [];
    if (first === undefined || first.provider.ownerId === inUse?.ownerId) {
      throw new AppError("not_found");
    }
    return [first, ...others];
  }

  private async send(url: string, body: string, signal: AbortSignal, headers: Record<string, string>): Promise<OutboundStream> {
    try {
      return await this.outbound.stream(url, { method: "POST", headers, body, signal }, limits);
    } catch (error) {
      if (error instanceof OutboundError) {
        throw new AppError(error.code === "timeout" ? "provider_timeout" : "provider_unreachable", { detail: error.message, cause: error });
      }
      throw error;
    }
  }
}

/**
 * Written anew from what was checked: a name that stands twice in JSON could mean one model here and another there. JSON can be read deeper
 * than it can be written, and nothing that deep is meant for a model.
 */
function checkedBody(body: unknown, offered: Offered): string {
  const model = modelOf(body);
  if (offered.every((candidate) => candidate.model !== model)) {
    throw new AppError("not_found");
  }
  try {
    return JSON.stringify(body);
  } catch (error) {
    throw new AppError("invalid_input", { detail: "The request is nested too deeply.", cause: error });
  }
}

/** An agent whose last model was taken away still asks for it. */
function asNone(error: unknown): null {
  if (error instanceof AppError && error.code === "model_not_assigned") {
    return null;
  }
  throw error;
}

/** Some providers quote the key, or a part of it, when they refuse it. */
async function answerWithFault(answer: OutboundStream, response: ServerResponse, apiKey: string | null): Promise<void> {
  const text = await readBounded(answer);
  const safe = redact(apiKey === null ? text : text.replaceAll(apiKey, "[hidden]"));
  response.writeHead(answer.status, returnedHeaders(answer.headers)).end(safe);
}

async function readBounded({ body }: OutboundStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxErrorBytes) {
        break;
      }
      chunks.push(chunk);
    }
  } catch {
    // The status says enough.
  }
  body.destroy();
  return Buffer.concat(chunks).toString("utf8");
}
