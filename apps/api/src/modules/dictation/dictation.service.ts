import { dictationMaxBytes, type Transcription } from "@mosaic/contracts/dictation";
import type { SessionUser } from "@mosaic/contracts/identity";
import { providerDefinitions } from "@mosaic/contracts/provider";
import { receiveBody } from "@mosaic/incoming/bounded-body";
import { Injectable } from "@nestjs/common";
import type { Request } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { ClientGoneError } from "../../platform/http/gone-signal.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { LlmProvidersService } from "../llm-providers/llm-providers.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { audioKindOf } from "./audio-kind.js";
import { transcribe } from "./transcription-call.js";

const arrivalMs = 30_000;
/** Each holds a recording in memory, most of the time waiting for the provider. */
const limits = {
  atOnce: 8,
  atOncePerKey: 1,
  waiting: 50,
  waitingPerKey: 1,
  longestWaitMs: 15_000,
  words: {
    ofKey: "Your last recording is still being transcribed. Wait until that is done.",
    inAll: "Too many recordings are being transcribed right now. Try again in a few seconds.",
  },
};

const retryAfterSeconds = 5;

type Transcriber = StoredProvider & { readonly baseUrl: string; readonly transcriptionModel: string };

/** Has what somebody says to an agent written down, by the provider that the agent uses. Nothing of it is kept. */
@Injectable()
export class DictationService {
  private readonly gate = new FairGate(limits);
  /** Who has a recording written down, or waits for that: a second one of theirs is refused at once. */
  private readonly busy = new Set<string>();

  constructor(
    private readonly models: ModelResolutionService,
    private readonly providers: LlmProvidersService,
    private readonly outbound: OutboundService,
  ) {}

  /** Throws `not_found` for another's agent as for a missing one, `conflict` where its provider writes nothing down, and `overloaded`. */
  async writeDown(user: SessionUser, agentId: string, request: Request, left: AbortSignal): Promise<Transcription> {
    const provider = await this.providerOf(user, agentId);
    const work = async (): Promise<Transcription> => {
      const audio = await receiveBody(request, { maxBytes: dictationMaxBytes, arrivalMs }, refusalOf);
      const kind = audioKindOf(audio);
      if (kind === null) {
        throw new AppError("invalid_input", { detail: "Mosaic can't read this recording. Send WebM, Ogg, MP4, WAV, FLAC or MP3." });
      }
      const { baseUrl, transcriptionModel: model, ownerId } = provider;
      const call = {
        baseUrl,
        model,
        apiKey: this.providers.openKey(provider),
        audio: new Uint8Array(audio),
        kind,
        isQuoted: ownerId === user.id,
      };
      return { text: await transcribe(this.outbound.clientOf(user.id), call, left) };
    };
    return this.alone(user.id, async () => this.gate.run(user.id, work, left));
  }

  private async alone<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
    if (this.busy.has(userId)) {
      throw new AppError("overloaded", { detail: limits.words.ofKey, retryAfterSeconds });
    }
    this.busy.add(userId);
    try {
      return await work();
    } finally {
      this.busy.delete(userId);
    }
  }

  private async providerOf(user: SessionUser, agentId: string): Promise<Transcriber> {
    const agent = await this.models.sourcesOfAgent(agentId);
    const ownerId = agent?.sources.ownerId;
    if (agent === null || (ownerId !== user.id && !(ownerId === null && user.role === "admin"))) {
      throw new AppError("not_found");
    }
    const [model = null, ...fallbacks] = agent.models;
    const resolution = this.models.resolve(agent.sources, { backend: agent.backend, model, fallbacks });
    const provider = resolution.outcome === "none" ? null : resolution.models[0].provider;
    if (provider === null || !isTranscriber(provider)) {
      throw new AppError("conflict", {
        detail: "The agent's provider has no dictation model. Its owner can set one under Settings → Providers.",
      });
    }
    return provider;
  }
}

function isTranscriber(provider: StoredProvider): provider is Transcriber {
  const { kind, baseUrl, transcriptionModel } = provider;
  return providerDefinitions[kind].transcribes && baseUrl !== null && typeof transcriptionModel === "string";
}

function refusalOf(fault: "too_large" | "late" | "broken_off" | "gone"): Error {
  switch (fault) {
    case "too_large":
      return new AppError("body_too_large", { detail: `A recording has at most ${dictationMaxBytes / 1024 / 1024} MB.` });
    case "late":
      return new AppError("body_too_slow", { detail: `The recording did not arrive within ${arrivalMs / 1000} seconds.` });
    case "broken_off":
      return new AppError("malformed_body", { detail: "The connection ended before the recording did." });
    case "gone":
      return new ClientGoneError();
  }
}
