import type { ChosenModel } from "@mosaic/agent-backends/model-resolution";
import type { SessionUser } from "@mosaic/contracts/identity";
import { modelId } from "@mosaic/contracts/provider";
import { Inject, Injectable } from "@nestjs/common";
import type { Response } from "express";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import type { StoredProvider } from "../llm-providers/llm-providers.types.js";
import { ModelResolutionService } from "../llm-providers/model-resolution.service.js";
import { ProviderReachService } from "../llm-providers/provider-reach.service.js";
import { answerChat } from "./chat-call.js";
import { embeddingProvider } from "./embedding-provider.js";
import { answerEmbeddings } from "./embeddings-call.js";
import type { Asked, CallEnds, ProviderCall } from "./provider-call.js";

/** Of one call with all that it tries, to the last byte of the answer: one that comes drop by drop would keep a place for ever. */
const totalMs = 300_000;
/** The model in use and its fallbacks. */
const maxModels = 3;

/** A chat client asks for a title, tags and follow-ups at once, after each answer. */
const chatLimits = {
  atOnce: 32,
  atOncePerKey: 4,
  waiting: 200,
  waitingPerKey: 12,
  longestWaitMs: 30_000,
  words: {
    ofKey: "Too many of your requests to models are under way. Wait for those.",
    inAll: "Too many requests to models are under way right now. Try again in a few seconds.",
  },
};

/** Each holds up to 16 MB of embeddings in memory. */
const embeddingLimits = {
  atOnce: 6,
  atOncePerKey: 2,
  waiting: 100,
  waitingPerKey: 16,
  longestWaitMs: 30_000,
  words: {
    ofKey: "Too many of your requests for embeddings are under way. Wait for those.",
    inAll: "Too many requests for embeddings are under way right now. Try again in a few seconds.",
  },
};

/** Has a person's model answer without an agent: nothing of it is kept, and no agent remembers it. */
@Injectable()
export class PlainModelsService {
  private readonly chats = new FairGate(chatLimits);
  private readonly embeddingCalls = new FairGate(embeddingLimits);

  constructor(
    private readonly agentConfig: AgentConfigService,
    private readonly resolution: ModelResolutionService,
    private readonly reach: ProviderReachService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Has the model that this agent of `user` is set to use answer a request for OpenAI's chat API, and its fallbacks where it fails at once. The model is
   * called `shownModel`. Throws `not_found` for another's agent as for a missing one, what a turn throws for the same fault, `invalid_input` for what the
   * provider refuses about the request, and `overloaded`, as long as nothing is written; from then on a fault is a frame of the stream. Rejects with the
   * reason of `left` when the client left.
   */
  async chat(
    user: SessionUser,
    agentId: string,
    body: Record<string, unknown>,
    shownModel: string,
    response: Response,
    left: AbortSignal,
  ): Promise<void> {
    const models = await this.agentConfig.modelsFor(user, agentId);
    const request = { body, shownModel, createdAt: this.clock.now() };
    const work = async (): Promise<void> => {
      const ends = endsWith(left);
      await firstAnswer(models.slice(0, maxModels), async (chosen) => answerChat(await this.target(user, chosen), request, response, ends));
    };
    await this.chats.run(user.id, work, left);
  }

  /**
   * Answers a request for OpenAI's embeddings. Throws as `chat` does, `not_found` for a model that no provider of the person lists, and `conflict` where its
   * provider is of a kind without embeddings.
   */
  async embeddings(user: SessionUser, body: Record<string, unknown>, response: Response, left: AbortSignal): Promise<void> {
    const { success, data: model } = modelId.safeParse(body["model"]);
    if (!success) {
      throw invalid("model", "Say which model is to make the embeddings.");
    }
    if (typeof body["input"] !== "string" && !Array.isArray(body["input"])) {
      throw invalid("input", "Send a text, or a list of texts.");
    }
    const sources = await this.resolution.sourcesOf(user.id);
    const provider = embeddingProvider(user.id, sources.providers, this.resolution.defaultOf(sources), model);
    const work = async (): Promise<void> => answerEmbeddings(await this.target(user, { provider, model }), body, response, endsWith(left));
    await this.embeddingCalls.run(user.id, work, left);
  }

  private async target(
    user: SessionUser,
    { provider: stored, model }: ChosenModel<StoredProvider>,
  ): Promise<Asked & Pick<ProviderCall, "client">> {
    const provider = await this.reach.open(stored);
    return {
      providerId: stored.id,
      provider,
      model,
      isQuoted: stored.ownerId === user.id,
      client: this.reach.clientFor(user.id, provider),
    };
  }
}

function endsWith(left: AbortSignal): CallEnds {
  return { left, late: AbortSignal.timeout(totalMs) };
}

/** Throws what the model in use failed with: that is the one to be set right. */
async function firstAnswer(
  models: readonly ChosenModel<StoredProvider>[],
  ask: (chosen: ChosenModel<StoredProvider>) => Promise<void>,
): Promise<void> {
  let first: AppError | undefined;
  for (const chosen of models) {
    try {
      await ask(chosen);
      return;
    } catch (error) {
      if (!(error instanceof AppError && error.code.startsWith("provider_"))) {
        throw error;
      }
      first ??= error;
    }
  }
  throw first ?? new AppError("model_not_assigned");
}

function invalid(path: string, message: string): AppError {
  return new AppError("invalid_input", { detail: message, errors: [{ path, message }] });
}
