import {
  conversation,
  conversationList,
  conversationWithMessages,
  createConversation,
  messagePage,
  messagePageQuery,
  updateConversation,
  type Conversation,
  type ConversationList,
  type ConversationWithMessages,
  type CreateConversation,
  type MessagePage,
  type MessagePageQuery,
  type UpdateConversation,
} from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { ConversationsService } from "./conversations.service.js";
import { MessagePagesService } from "./message-pages.service.js";

@Controller("api/conversations")
@SignedIn("chat")
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly pages: MessagePagesService,
  ) {}

  /** Newest first. */
  @Get()
  @SignedIn("read", "chat")
  @ApiAnswer(200, conversationList)
  async list(@CurrentUser() user: SessionUser): Promise<ConversationList> {
    return { conversations: await this.conversations.list(user.id) };
  }

  @Post()
  @ApiAnswer(201, conversation)
  async create(@CurrentUser() user: SessionUser, @Body({ schema: createConversation }) body: CreateConversation): Promise<Conversation> {
    return this.conversations.create(user.id, body);
  }

  /** With its newest messages, oldest first. `GET …/messages` has those before. */
  @Get(":id")
  @SignedIn("read", "chat")
  @ApiAnswer(200, conversationWithMessages)
  async get(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<ConversationWithMessages> {
    return this.conversations.get(user.id, id);
  }

  /** As many messages as fit into one answer, oldest first. */
  @Get(":id/messages")
  @SignedIn("read", "chat")
  @ApiAnswer(200, messagePage)
  async messages(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Query({ schema: messagePageQuery }) query: MessagePageQuery,
  ): Promise<MessagePage> {
    return this.pages.page(user.id, id, query);
  }

  @Patch(":id")
  @ApiAnswer(200, conversation)
  async rename(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body({ schema: updateConversation }) body: UpdateConversation,
  ): Promise<Conversation> {
    return this.conversations.rename(user.id, id, body.title);
  }

  @Delete(":id")
  @HttpCode(204)
  async delete(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.conversations.delete(user.id, id);
  }
}
