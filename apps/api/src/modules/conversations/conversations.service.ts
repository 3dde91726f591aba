import { randomUUIDv7 } from "node:crypto";
import type { Conversation, ConversationWithMessages, CreateConversation, Message } from "@mosaic/contracts/chat";
import { textOfParts } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { untitled } from "./conversation-title.js";
import { ConversationsRepository } from "./conversations.repository.js";
import { openConversation, openMessage, titleContext } from "./message-seal.js";
import { TurnLogService } from "./turn-log.service.js";

/** A person's conversations: their titles and messages are sealed for that person. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly log: TurnLogService,
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

  async get(userId: string, id: string): Promise<ConversationWithMessages> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    return { ...openConversation(this.crypto, userId, stored), messages: await this.messages(userId, id) };
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

  /** What an answer in flight has said is in the log of its turn; without one its turn has ended meanwhile, or has said nothing yet. */
  private async messages(userId: string, id: string): Promise<Message[]> {
    const messages = await this.openMessages(userId, id);
    const inFlight = messages.find(({ status }) => status === "streaming");
    if (inFlight === undefined) {
      return messages;
    }
    const parts = await this.log.partsOf({ userId, answerId: inFlight.id });
    return parts === null
      ? this.openMessages(userId, id)
      : messages.map((message) => (message.id === inFlight.id ? { ...message, content: textOfParts(parts), parts: [...parts] } : message));
  }

  private async openMessages(userId: string, id: string): Promise<Message[]> {
    return (await this.repository.messages(userId, id)).map((message) => openMessage(this.crypto, userId, message));
  }
}
