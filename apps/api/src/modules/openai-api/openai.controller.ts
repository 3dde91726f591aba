import { Controller, Get, HttpCode, Param, Post, Req, Res } from "@nestjs/common";
import type { Request, Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import type { SessionUser } from "@mosaic/contracts/identity";
import type { Caller } from "../auth/auth.types.js";
import { CurrentCaller, CurrentUser } from "../auth/current-user.decorator.js";
import { PlainModelsService } from "../plain-models/plain-models.service.js";
import { ChatCompletionsService } from "./chat-completions.service.js";
import { OpenAiBodies, type ReadBody } from "./openai-bodies.js";
import { OpenAiModelsService, type ListedModel } from "./openai-models.service.js";
import { ResponsesService } from "./responses.service.js";

/** OpenAI's API before a person's own agents. Everything below it, its errors too, has OpenAI's shape (`platform/errors/openai-error.ts`). */
@Controller("v1")
@SignedIn("chat")
export class OpenAiController {
  constructor(
    private readonly models: OpenAiModelsService,
    private readonly chat: ChatCompletionsService,
    private readonly responses: ResponsesService,
    private readonly plainModels: PlainModelsService,
    private readonly bodies: OpenAiBodies,
  ) {}

  @Get("models")
  async list(@CurrentUser() user: SessionUser): Promise<{ object: "list"; data: ListedModel[] }> {
    return { object: "list", data: await this.models.list(user.id) };
  }

  /** The id has a slash, which programs send as it is or encoded. */
  @Get("models/*id")
  async get(@CurrentUser() user: SessionUser, @Param("id") id: string | string[]): Promise<ListedModel> {
    return this.models.get(user.id, [id].flat().join("/"));
  }

  @Post("chat/completions")
  @HttpCode(200)
  async complete(@CurrentCaller() caller: Caller, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.answer(caller, request, response, async (read) => this.chat.answer(caller, request, response, read));
  }

  @Post("responses")
  @HttpCode(200)
  async respond(@CurrentCaller() caller: Caller, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.answer(caller, request, response, async (read) => this.responses.answer(caller, request, response, read));
  }

  @Post("embeddings")
  @HttpCode(200)
  async embed(@CurrentUser() user: SessionUser, @Req() request: Request, @Res() response: Response): Promise<void> {
    const { body, free } = await this.bodies.with(user.id, request, response, async (read) => Promise.resolve(read));
    try {
      await this.plainModels.embeddings(user, body as Record<string, unknown>, response, goneSignal(response));
    } finally {
      free();
    }
  }

  private async answer(
    caller: Caller,
    request: Request,
    response: Response,
    prepare: (read: ReadBody) => Promise<() => Promise<void>>,
  ): Promise<void> {
    let free = (): void => undefined;
    const answer = await this.bodies.with(caller.user.id, request, response, async (read) => {
      free = () => read.free();
      return prepare(read);
    });
    try {
      await answer();
    } finally {
      free();
    }
  }
}
