import { findBackend } from "@mosaic/agent-backends/registry";
import { Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { toOpenAiError } from "../../platform/errors/openai-error.js";
import type { Caller } from "../auth/auth.types.js";
import { PlainModelsService } from "../plain-models/plain-models.service.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { ChatFrames, completionOf, endingOf } from "./chat-frames.js";
import { readChatRequest, type ClientRequest } from "./chat-request.js";
import { digest } from "./client-history.js";
import { conversationKeyOf, conversationNameOf } from "./conversation-key.js";
import { OpenAiAnswersService } from "./openai-answers.service.js";
import type { ReadBody } from "./openai-bodies.js";
import { OpenAiModelsService } from "./openai-models.service.js";
import type { ProgramRequest } from "./openai-turns.service.js";
import type { ProgramAgent } from "./openai-turns.types.js";
import { isSidePrompt } from "./side-prompts.js";

const maxKeyCharacters = 255;

/** `POST /v1/chat/completions`. */
@Injectable()
export class ChatCompletionsService {
  constructor(
    private readonly models: OpenAiModelsService,
    private readonly answers: OpenAiAnswersService,
    private readonly plainModels: PlainModelsService,
  ) {}

  /** Throws what can be refused before the answer begins. */
  async answer(caller: Caller, request: Request, response: Response, { body, free }: ReadBody): Promise<() => Promise<void>> {
    const asked = readChatRequest(body);
    const { model, isStreamed, wantsUsage } = asked;
    const agent = await this.models.agentOf(caller.user.id, model);
    const isPlain = caller.kind === "token" && caller.usesPlainModel;
    if (isPlain || isSidePrompt(request.headers, asked)) {
      return this.plain(caller, agent, model, body as Record<string, unknown>, response);
    }
    const taken = takenBy(agent, asked);
    const program = programRequestOf(caller, request, agent, taken);
    const headers: Record<string, string> = taken.ignored.length === 0 ? {} : { "x-mosaic-ignored": taken.ignored.join(", ") };
    const to = { caller, response, headers, free };
    const headOf = (answerId: string) => ({ answerId, model, createdAt: new Date() });
    if (!isStreamed) {
      return async () =>
        this.answers.whole(to, program, (answerId, message) => {
          const ending = endingOf(message);
          if (ending.kind === "failed") {
            throw new AppError(
              message.error?.code ?? "internal",
              message.error?.detail === undefined ? {} : { detail: message.error.detail },
            );
          }
          return completionOf({ ...headOf(answerId), createdAt: new Date(message.createdAt) }, message, ending.reason);
        });
    }
    const options = { wantsUsage, wantsEvents: request.headers["x-mosaic-events"] === "1" };
    return async () =>
      this.answers.stream(to, program, (answerId) => {
        const frames = new ChatFrames(headOf(answerId), options);
        return {
          begin: () => frames.begin(),
          next: (event) => frames.next(event),
          fail: (error) => frames.fail(toOpenAiError(error)),
        };
      });
  }

  private plain(
    { user }: Caller,
    { id }: ProgramAgent,
    model: string,
    body: Record<string, unknown>,
    response: Response,
  ): () => Promise<void> {
    return async () => this.plainModels.chat(user, id, body, model, response, goneSignal(response));
  }
}

/** Without the tools of the program, where the agent's backend takes none. */
export function takenBy({ backend }: Pick<ProgramAgent, "backend">, asked: ClientRequest): ClientRequest {
  if (asked.tools.length === 0 || findBackend(backend)?.clientTools === true) {
    return asked;
  }
  return { ...asked, tools: [], toolChoice: null, ignored: [...asked.ignored, "tools"] };
}

/** Who asks what, and whether they may have asked it before. */
export function programRequestOf(
  caller: Caller,
  { headers }: Pick<Request, "headers">,
  agent: ProgramAgent,
  request: ClientRequest,
): ProgramRequest {
  const tokenId = caller.kind === "token" ? caller.tokenId : null;
  const isListed = caller.kind === "session" || caller.showsConversations;
  const asking = { userId: caller.user.id, tokenId, agentId: agent.id, isListed };
  const name = conversationNameOf(headers, request.names);
  const key = headers["idempotency-key"];
  const isKeyed = typeof key === "string" && key !== "" && key.length <= maxKeyCharacters;
  const conversation = conversationKeyOf(name, { ...asking, instructions: request.instructions, messages: request.messages });
  const said = JSON.stringify([request.messages, request.instructions, request.tools, request.toolChoice, request.after]);
  const body = digest([conversation, said]);
  const requestKey = isKeyed ? digest(["key", tokenId ?? "", key]) : digest(["body", tokenId ?? "", body]);
  const retries = retryCountOf(headers["x-stainless-retry-count"]);
  return { asking, name, request, requestKey, body, isKeyed, retries, arrivedAt: new Date(), mayBeAgain: isKeyed || retries > 0 };
}

/** What OpenAI's clients send with each try: 0 with the first. */
function retryCountOf(value: string | string[] | undefined): number {
  return typeof value === "string" && /^\d{1,3}$/.test(value) ? Number(value) : 0;
}
