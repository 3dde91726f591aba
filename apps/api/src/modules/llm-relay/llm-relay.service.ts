import { pipeline } from "node:stream/promises";
import type { ServerResponse } from "node:http";
import { redact } from "@mosaic/agent-backends/redact";
import { OutboundError } from "@mosaic/outbound/outbound-error";
import type { OutboundStream } from "@mosaic/outbound/outbound-client";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { keyHeaders, modelOf, relayUrl, returnedHeaders } from "./relay-rules.js";

export interface RelayCall {
  readonly agentId: string;
  readonly providerId: string;
  /** Below the provider's address. */
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A model that thinks, or that has to be loaded first, is as silent as one that hangs: the agent's own time-outs come before these. */
const limits = { headMs: 600_000, silenceMs: 600_000 };
const maxErrorBytes = 64 * 1024;

/**
 * Stands between an agent and a provider whose key its owner must not have: what an admin shares, and what system agents use. The agent has
 * a token of its own that opens only this, for the models that it is set to use now; the key is added here and never leaves.
 */
@Injectable()
export class LlmRelayService {
  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly providers: LlmProvidersService,
    private readonly outbound: OutboundService,
  ) {}

  /** Throws `not_found` for whatever the agent is not set to use now. A provider's own errors are passed on, with keys blacked out. */
  async forward(call: RelayCall, response: ServerResponse): Promise<void> {
    const provider = await this.providerOf(call);
    const url = relayUrl(provider.kind, provider.baseUrl ?? "", call.path);
    if (url === null) {
      throw new AppError("not_found");
    }
    const apiKey = this.providers.openKey(provider);
    const answer = await this.send(url, call, {
      ...call.headers,
      "content-type": "application/json",
      ...keyHeaders(provider.kind, apiKey),
    });
    if (answer.status >= 400) {
      await answerWithFault(answer, response, apiKey);
      return;
    }
    response.writeHead(answer.status, returnedHeaders(answer.headers));
    // Breaking off is told by breaking off: the agent's software knows how to read that.
    await pipeline(answer.body, response).catch(() => response.destroy());
  }

  /** The provider if the agent uses it now, by this model, and not as its owner's own. */
  private async providerOf({ agentId, providerId, body }: RelayCall): Promise<StoredProvider> {
    const inUse = await this.agentConfig.modelsInUse(agentId).catch(asNone);
    const model = modelOf(body);
    const chosen = inUse?.models.find((candidate) => candidate.provider.id === providerId && candidate.model === model);
    if (chosen === undefined || chosen.provider.ownerId === inUse?.ownerId) {
      throw new AppError("not_found");
    }
    return chosen.provider;
  }

  private async send(url: string, { body, signal }: RelayCall, headers: Record<string, string>): Promise<OutboundStream> {
    try {
      // Written anew from what was checked: a name that stands twice in JSON could mean one model here and another there.
      return await this.outbound.stream(url, { method: "POST", headers, body: JSON.stringify(body), signal }, limits);
    } catch (error) {
      if (error instanceof OutboundError) {
        throw new AppError(error.code === "timeout" ? "provider_timeout" : "provider_unreachable", { detail: error.message, cause: error });
      }
      throw error;
    }
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
