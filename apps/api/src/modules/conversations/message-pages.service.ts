import type { Message, MessagePage, MessagePageQuery } from "@mosaic/contracts/chat";
import { textOfParts } from "@mosaic/contracts/message-parts";
import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import {
  MessagePagesRepository,
  type ConversationKey,
  type PageBound,
  type PageDirection,
  type StoredPage,
} from "./message-pages.repository.js";
import { openMessages } from "./message-seal.js";
import { TurnLogService } from "./turn-log.service.js";

const bound: PageBound = { messages: 100, sealedBytes: 1024 * 1024 };
/** Of the messages before one, and of those after it. */
const halfBound: PageBound = { messages: bound.messages / 2, sealedBytes: bound.sealedBytes / 2 };

interface Page extends Omit<MessagePage, "messages"> {
  readonly messages: StoredPage["messages"];
}

/** The messages of a conversation, as many at once as one answer carries. */
@Injectable()
export class MessagePagesService {
  constructor(
    private readonly repository: MessagePagesRepository,
    private readonly log: TurnLogService,
    private readonly crypto: CryptoService,
  ) {}

  /** Empty for another's conversation as for a missing one. */
  async newest(userId: string, conversationId: string): Promise<MessagePage> {
    return this.open(userId, async () => this.readNewest({ userId, conversationId }));
  }

  /** Throws `not_found` for another's conversation or message as for a missing one. */
  async page(userId: string, conversationId: string, { before, after, around }: MessagePageQuery): Promise<MessagePage> {
    const key = { userId, conversationId };
    if (!(await this.repository.exists(key, before ?? after ?? around ?? null))) {
      throw new AppError("not_found");
    }
    return this.open(userId, async () => {
      if (around !== undefined) return this.readAround(key, around);
      if (before !== undefined) return this.readBeyond(key, before, "older");
      return after === undefined ? this.readNewest(key) : this.readBeyond(key, after, "newer");
    });
  }

  private async readNewest(key: ConversationKey): Promise<Page> {
    const { messages, hasMore } = await this.repository.read(key, { bound });
    return { messages, hasOlder: hasMore, hasNewer: false };
  }

  private async readBeyond(key: ConversationKey, messageId: string, direction: PageDirection): Promise<Page> {
    const { messages, hasMore } = await this.repository.read(key, { from: { messageId, direction, isIncluded: false }, bound });
    return direction === "older" ? { messages, hasOlder: hasMore, hasNewer: true } : { messages, hasOlder: true, hasNewer: hasMore };
  }

  private async readAround(key: ConversationKey, messageId: string): Promise<Page> {
    const [older, newer] = await Promise.all([
      this.repository.read(key, { from: { messageId, direction: "older", isIncluded: true }, bound: halfBound }),
      this.repository.read(key, { from: { messageId, direction: "newer", isIncluded: false }, bound: halfBound }),
    ]);
    return { messages: [...older.messages, ...newer.messages], hasOlder: older.hasMore, hasNewer: newer.hasMore };
  }

  /** What an answer in flight has said is in the log of its turn; without one its turn has ended meanwhile, or has said nothing yet. */
  private async open(userId: string, read: () => Promise<Page>): Promise<MessagePage> {
    const page = await this.opened(userId, await read());
    const inFlight = page.messages.find(({ status }) => status === "streaming");
    if (inFlight === undefined) {
      return page;
    }
    const parts = await this.log.partsOf({ userId, answerId: inFlight.id });
    if (parts === null) {
      return this.opened(userId, await read());
    }
    const withParts = (message: Message): Message =>
      message.id === inFlight.id ? { ...message, content: textOfParts(parts), parts: [...parts] } : message;
    return { ...page, messages: page.messages.map(withParts) };
  }

  private async opened(userId: string, page: Page): Promise<MessagePage> {
    return { ...page, messages: await openMessages(this.crypto, userId, page.messages) };
  }
}
