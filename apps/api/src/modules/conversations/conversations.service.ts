import { randomUUIDv7 } from "node:crypto";
import type { Conversation, ConversationWithMessages, CreateConversation } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { untitled } from "./conversation-title.js";
import { ConversationsRepository } from "./conversations.repository.js";
import { MessagePagesService } from "./message-pages.service.js";
import { openConversation, titleContext } from "./message-seal.js";

/** A person's conversations: their titles and messages are sealed for that person. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly pages: MessagePagesService,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(userId: string): Promise<Conversation[]> {
    return (await this.repository.list(userId)).map((stored) => openConversation(this.crypto, userId, stored));
  }

  /** Throws `not_found` for another's agent as for a missing one. */
  async create(userId: string, { agentId }: CreateConversation): Promise<Conversation> {
    const id = randomUUIDv7();
    const titleEncrypted = this.crypto.seal(untitled, titleContext(userId, id));
    const stored = await this.repository.create(userId, { id, agentId, titleEncrypted, now: this.clock.now() });
    if (stored === null) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "conversation", conversationId: id });
    return openConversation(this.crypto, userId, stored);
  }

  /** With its newest messages. Throws `not_found` for another's as for a missing one. */
  async get(userId: string, id: string): Promise<ConversationWithMessages> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    const { messages, hasOlder } = await this.pages.newest(userId, id);
    return { ...openConversation(this.crypto, userId, stored), messages, hasOlder };
  }

  async rename(userId: string, id: string, title: string): Promise<Conversation> {
    const hasChanged = await this.repository.rename(userId, id, this.crypto.seal(title, titleContext(userId, id)));
    const stored = hasChanged ? await this.repository.find(userId, id) : null;
    if (stored === null) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "conversation", conversationId: id });
    return openConversation(this.crypto, userId, stored);
  }

  /** An answer under way notices it and ends. */
  async delete(userId: string, id: string): Promise<void> {
    if (!(await this.repository.delete(userId, id))) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "conversation", conversationId: id });
  }
}
