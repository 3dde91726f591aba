import { Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { toOpenAiError } from "../../platform/errors/openai-error.js";
import type { Caller } from "../auth/auth.types.js";
import { programRequestOf, takenBy } from "./chat-completions.service.js";
import { endingOf } from "./chat-frames.js";
import type { ClientMessage } from "./chat-request.js";
import { OpenAiAnswersService } from "./openai-answers.service.js";
import { OpenAiConversationsService } from "./openai-conversations.service.js";
import type { ReadBody } from "./openai-bodies.js";
import { OpenAiModelsService } from "./openai-models.service.js";
import { ResponseFrames, responseOf } from "./responses-frames.js";
import { noSuchAnswer, readResponsesRequest, type ResponsesRequest } from "./responses-request.js";
import { isSidePrompt } from "./side-prompts.js";

/**
 * `POST /v1/responses`: the turn of `chat/completions`, told in another way. It asks nothing of a backend but a turn, so it is there for all of them. A
 * response is an answer in a conversation, and `previous_response_id` goes on from it.
 */
@Injectable()
export class ResponsesService {
  constructor(
    private readonly models: OpenAiModelsService,
    private readonly conversations: OpenAiConversationsService,
    private readonly answers: OpenAiAnswersService,
  ) {}

  /** Throws what can be refused before the answer begins. */
  async answer(caller: Caller, request: Request, response: Response, { body, free }: ReadBody): Promise<() => Promise<void>> {
    const asked = readResponsesRequest(body);
    const { told } = asked;
    const isPlain = caller.kind === "token" && caller.usesPlainModel;
    if (isPlain || isSidePrompt(request.headers, asked.request)) {
      throw new AppError("invalid_input", {
        detail: "This is for the model alone, not for an agent. Models alone answer at /v1/chat/completions. Send it there.",
      });
    }
    const { model, isStreamed } = asked.request;
    const agent = await this.models.agentOf(caller.user.id, model);
    const before = await this.before(caller.user.id, agent.id, asked);
    // The answer that a request goes on from tells its conversation, whatever else may name one.
    const sent = {
      ...(asked.conversation === null ? {} : { [nameHeader]: asked.conversation }),
      ...request.headers,
      ...(before === null ? {} : { [nameHeader]: before.conversationId }),
    };
    const taken = takenBy(agent, asked.request);
    const asSent = programRequestOf(caller, { headers: sent }, agent, taken);
    const program = before === null ? asSent : { ...asSent, request: { ...taken, messages: [before.said, ...taken.messages] } };
    const headers: Record<string, string> = taken.ignored.length === 0 ? {} : { "x-mosaic-ignored": taken.ignored.join(", ") };
    const to = { caller, response, headers, free };
    const headOf = (answerId: string, createdAt: Date) => ({ answerId, model, createdAt, told });
    // A program that asked for `background` is answered as any other: nothing here could be asked for the rest later. Its turn goes on if it leaves.
    if (!isStreamed) {
      return async () =>
        this.answers.whole(to, program, (answerId, message) => {
          if (endingOf(message).kind === "failed") {
            throw new AppError(
              message.error?.code ?? "internal",
              message.error?.detail === undefined ? {} : { detail: message.error.detail },
            );
          }
          return responseOf(headOf(answerId, new Date(message.createdAt)), message);
        });
    }
    return async () =>
      this.answers.stream(to, program, (answerId) => {
        const frames = new ResponseFrames(headOf(answerId, new Date()));
        return {
          begin: () => frames.begin(),
          begun: (id) => frames.begun(id),
          next: (event) => frames.next(event),
          fail: (error) => frames.fail(toOpenAiError(error)),
        };
      });
  }

  /** The answer that a request goes on from. `null`: it names none. Throws `invalid_input` for one that is not there. */
  private async before(
    userId: string,
    agentId: string,
    { request, afterPath }: ResponsesRequest,
  ): Promise<{ conversationId: string; said: ClientMessage } | null> {
    const before = request.after === null ? null : await this.conversations.answerBefore(userId, agentId, request.after);
    if (before === null && request.after !== null) {
      throw noSuchAnswer(afterPath);
    }
    return before;
  }
}

const nameHeader = "x-mosaic-conversation";
