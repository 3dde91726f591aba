import {
  conversation,
  conversationWithMessages,
  createConversation,
  messagePage,
  messagePageQuery,
  type Conversation,
  type ConversationWithMessages,
  type CreateConversation,
  type MessagePage,
  type MessagePageQuery,
} from "@mosaic/contracts/chat";
import {
  conversationList,
  conversationListQuery,
  updateConversation,
  type ConversationList,
  type ConversationListQuery,
  type UpdateConversation,
} from "@mosaic/contracts/conversations";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { ConversationDeletionService } from "./conversation-deletion.service.js";
import { ConversationsService } from "./conversations.service.js";
import { MessagePagesService } from "./message-pages.service.js";

@Controller("api/conversations")
@SignedIn("chat")
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly pages: MessagePagesService,
    private readonly deletion: ConversationDeletionService,
  ) {}

  /** A page of the list, or of the archive: the pinned ones first, then the one that was spoken in last. The next page is asked for by `nextCursor`. */
  @Get()
  @SignedIn("read", "chat")
  @ApiAnswer(200, conversationList)
  async list(
    @CurrentUser() user: SessionUser,
    @Query({ schema: conversationListQuery }) query: ConversationListQuery,
  ): Promise<ConversationList> {
    return this.conversations.list(user.id, query);
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

  /** Renames, pins or archives; what is left out stays. A new message takes a conversation out of the archive. */
  @Patch(":id")
  @ApiAnswer(200, conversation)
  async update(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body({ schema: updateConversation }) body: UpdateConversation,
  ): Promise<Conversation> {
    return this.conversations.update(user.id, id, body);
  }

  /** It is gone at once, and can be brought back for two minutes: see `restore`. */
  @Delete(":id")
  @HttpCode(204)
  async delete(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.deletion.delete(user.id, id);
  }

  /** Takes back a deletion of the last two minutes. The answer that it stopped stays stopped. */
  @Post(":id/restore")
  @HttpCode(200)
  @ApiAnswer(200, conversation)
  async restore(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<Conversation> {
    return this.deletion.restore(user.id, id);
  }
}
