import { randomUUIDv7 } from "node:crypto";
import type { Conversation, ConversationWithMessages, CreateConversation } from "@mosaic/contracts/chat";
import type { ConversationList, ConversationListQuery, UpdateConversation } from "@mosaic/contracts/conversations";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { ConversationListRepository } from "./conversation-list.repository.js";
import { untitled } from "./conversation-title.js";
import { ConversationsRepository } from "./conversations.repository.js";
import { DraftsService } from "./drafts.service.js";
import { cursorOf, placeOf } from "./list-place.js";
import { MessagePagesService } from "./message-pages.service.js";
import { openConversation, openWaiting, titleContext } from "./message-seal.js";

/** A person's conversations: their titles and messages are sealed for that person. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly lists: ConversationListRepository,
    private readonly pages: MessagePagesService,
    private readonly drafts: DraftsService,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One page. Throws `invalid_input` for a cursor of another list. */
  async list(userId: string, { agentId, folderId, isArchived, cursor, pageSize }: ConversationListQuery): Promise<ConversationList> {
    const after = cursor === undefined ? null : placeOf(cursor, isArchived);
    const found = await this.lists.page(userId, { agentId, folderId, isArchived, after, limit: pageSize + 1 });
    const shown = found.slice(0, pageSize);
    const last = found.length > pageSize ? shown.at(-1) : undefined;
    return {
      conversations: shown.map((stored) => openConversation(this.crypto, userId, stored)),
      nextCursor: last === undefined ? null : cursorOf(last),
    };
  }

  /** Open pages are told of a listed one. Throws `not_found` for another's agent or folder as for a missing one. */
  async create(
    userId: string,
    { agentId, folderId }: CreateConversation,
    { isListed = true, title = untitled }: { readonly isListed?: boolean; readonly title?: string } = {},
  ): Promise<Conversation> {
    const id = randomUUIDv7();
    const titleEncrypted = this.crypto.seal(title, titleContext(userId, id));
    const now = this.clock.now();
    const stored = await this.repository.create(userId, { id, agentId, folderId: folderId ?? null, titleEncrypted, isListed, now });
    if (stored === null) {
      throw new AppError("not_found");
    }
    if (isListed) {
      await this.events.publish(userId, { type: "conversation", conversationId: id });
    }
    return openConversation(this.crypto, userId, stored);
  }

  /** With its newest messages, and those that wait. Throws `not_found` for another's as for a missing one. */
  async get(userId: string, id: string): Promise<ConversationWithMessages> {
    const stored = await this.repository.find(userId, id);
    if (stored === null) {
      throw new AppError("not_found");
    }
    const [draft, { messages, hasOlder }] = await Promise.all([this.drafts.current(userId, id), this.pages.newest(userId, id)]);
    const waiting = stored.waiting.map((one) => openWaiting(this.crypto, userId, one));
    return { ...openConversation(this.crypto, userId, stored), messages, hasOlder, waiting, draft };
  }

  /** Throws `not_found` for another's conversation or folder as for a missing one. */
  async update(userId: string, id: string, { title, isPinned, isArchived, isListed, folderId }: UpdateConversation): Promise<Conversation> {
    const change = {
      ...(title === undefined ? {} : { titleEncrypted: this.crypto.seal(title, titleContext(userId, id)) }),
      ...(isPinned === undefined ? {} : { isPinned }),
      ...(isArchived === undefined ? {} : { isArchived }),
      ...(isListed === undefined ? {} : { isListed }),
      ...(folderId === undefined ? {} : { folderId }),
    };
    const stored = await this.repository.update(userId, id, change, this.clock.now());
    if (stored === null) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "conversation", conversationId: id });
    return openConversation(this.crypto, userId, stored);
  }
}
