import { sendMessage, type SendMessage } from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, HttpCode, Post, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { EventStream } from "../../platform/http/event-stream.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { TurnsService } from "../conversations/turns.service.js";
import { TurnRunner } from "./turn-runner.js";

@Controller("api/conversations")
export class ChatProxyController {
  constructor(
    private readonly turns: TurnsService,
    private readonly runner: TurnRunner,
    private readonly shutdown: Shutdown,
  ) {}

  /** One turn. What can be refused is refused before the stream begins; closing the stream stops the turn. */
  @Post(":id/messages")
  @SignedIn("chat")
  @HttpCode(200)
  @ApiOkResponse({
    description: "Server-sent events of the schema TurnEvent",
    content: { "text/event-stream": { schema: { type: "string" } } },
  })
  async send(
    @CurrentUser() user: SessionUser,
    @PathId() conversationId: string,
    @Body({ schema: sendMessage }) body: SendMessage,
    @Res() response: Response,
  ): Promise<void> {
    const { turn, userMessage } = await this.turns.begin(user.id, conversationId, body.content);
    const running = this.runner.run(turn, userMessage, new EventStream(response));
    this.shutdown.waitFor(running);
    await running;
  }
}
