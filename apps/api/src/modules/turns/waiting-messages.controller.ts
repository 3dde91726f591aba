import {
  addWaitingMessage,
  waitingMessage,
  waitingMessages,
  type AddWaitingMessage,
  type WaitingMessage,
  type WaitingMessages,
} from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Post } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { WaitingMessagesService } from "./waiting-messages.service.js";

@Controller("api")
@SignedIn("chat")
export class WaitingMessagesController {
  constructor(private readonly waiting: WaitingMessagesService) {}

  /** In the order in which they will be sent. */
  @Get("conversations/:id/waiting")
  @SignedIn("read", "chat")
  @ApiAnswer(200, waitingMessages)
  async list(@CurrentUser() user: SessionUser, @PathId() conversationId: string): Promise<WaitingMessages> {
    return { waiting: await this.waiting.list(user.id, conversationId) };
  }

  /** While an answer is under way: the message is sent when that has ended well, whoever is there. */
  @Post("conversations/:id/waiting")
  @ApiAnswer(201, waitingMessage)
  @BodyLimit(400 * 1024)
  async add(
    @CurrentUser() user: SessionUser,
    @PathId() conversationId: string,
    @Body({ schema: addWaitingMessage }) body: AddWaitingMessage,
  ): Promise<WaitingMessage> {
    return this.waiting.add(user.id, conversationId, body.content);
  }

  /** Stops the answer that it waits for, and sends it next. Idempotent. */
  @Post("waiting/:id/send")
  @HttpCode(204)
  async sendNow(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.waiting.sendNow(user.id, id);
  }

  /** Takes it back before it was sent. */
  @Delete("waiting/:id")
  @HttpCode(204)
  async takeBack(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.waiting.takeBack(user.id, id);
  }
}
