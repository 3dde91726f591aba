import { randomUUIDv7 } from "node:crypto";
import type { Conversation } from "@mosaic/contracts/chat";
import type { SharedPage } from "@mosaic/contracts/shares";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { AppError } from "../../../platform/errors/app-error.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";
import { ConversationsService } from "../../conversations/conversations.service.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { hashToken } from "../../crypto/tokens.js";
import { OwnerEventsService } from "../../owner-events/owner-events.service.js";
import { AddedAmounts } from "../added-amounts.js";
import { ConversationDraft } from "../conversation-draft.js";
import { ImportRepository } from "../import.repository.js";
import { ShareLinksService } from "./share-links.service.js";
import { openPage, type CopyPage } from "./shared-copy.js";
import { SharesRepository } from "./shares.repository.js";
import { shareKeyContext, type StoredShare } from "./shares.types.js";

const limits = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 100,
  waitingPerKey: 2,
  longestWaitMs: 10_000,
  words: {
    ofKey: "You are already copying a conversation. Wait until that is done.",
    inAll: "Too many people are copying conversations right now. Try again in a minute.",
  },
} as const;

/** A copy, and the secret that opens it. */
interface OpenCopy {
  readonly share: StoredShare;
  readonly secret: string;
}

/** Reads copies: for members by their session, for everybody else by the token of a link. */
@Injectable()
export class SharedReadingService {
  private readonly gate = new FairGate(limits);

  constructor(
    private readonly repository: SharesRepository,
    private readonly links: ShareLinksService,
    private readonly imports: ImportRepository,
    private readonly amounts: AddedAmounts,
    private readonly conversations: ConversationsService,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `not_found` for a copy that is for others as for one that there is not. */
  async forMember(userId: string, id: string): Promise<OpenCopy> {
    const share = await this.repository.findFor(userId, id);
    if (share === null) {
      throw new AppError("not_found");
    }
    return { share, secret: this.crypto.open(share.keyEncrypted ?? "", shareKeyContext(share.ownerId, share.id)) };
  }

  /** Throws `not_found`: for a link that was revoked, one that never was, and all while an admin allows none. */
  async byLink(token: string): Promise<OpenCopy> {
    const share = (await this.links.isOn()) ? await this.repository.findByToken(hashToken(token)) : null;
    if (share === null) {
      throw new AppError("not_found", {
        detail: "There is no such conversation. Its owner may have stopped sharing it, or an admin does not allow links.",
      });
    }
    return { share, secret: token };
  }

  /** `onRead`: hears how many bytes it is kept as, before it is opened. Throws `not_found` beyond the last one. */
  async page({ share, secret }: OpenCopy, place: number, onRead?: (bytes: number) => void): Promise<SharedPage> {
    const { isLast, ...page } = await this.read({ share, secret }, place, onRead);
    return { ...page, ownerName: share.ownerName, createdAt: share.createdAt.toISOString(), nextPage: isLast ? null : place + 1 };
  }

  /** A conversation of the reader's own with all of the copy. Throws `not_found` for another's agent as for a missing one, and `too_many_requests`. */
  async continue(userId: string, copy: OpenCopy, agentId: string): Promise<Conversation> {
    this.amounts.assertRoom(userId);
    return this.gate.run(userId, async () => this.copyTo(userId, copy, agentId));
  }

  private async copyTo(userId: string, copy: OpenCopy, agentId: string): Promise<Conversation> {
    const target = { userId, agentId, now: this.clock.now() };
    const at = target.now.toISOString();
    let draft: ConversationDraft | null = null;
    let count = 0;
    for (let place = 0, isLast = false; !isLast; place += 1) {
      const page = await this.read(copy, place);
      isLast = page.isLast;
      const line = {
        type: "conversation",
        source: "mosaic",
        id: `shared ${randomUUIDv7()}`,
        title: page.title.slice(0, 120),
        activeMessageId: null,
      } as const;
      draft ??= new ConversationDraft({ ...line, isPinned: false, isArchived: false, createdAt: at, updatedAt: at }, target, this.crypto);
      for (const { role, parts, createdAt } of page.messages) {
        const parentId = count === 0 ? null : String(count);
        count += 1;
        draft.add({ type: "message", id: String(count), parentId, role, parts, status: "complete", usage: null, createdAt });
      }
    }
    if (draft === null || (await this.imports.store(target, draft, "conversation.continue")) !== "added") {
      throw new AppError("not_found");
    }
    this.amounts.add(userId, draft.messages);
    await this.events.publish(userId, { type: "conversation", conversationId: draft.id });
    const { messages: _messages, hasOlder: _hasOlder, ...conversation } = await this.conversations.get(userId, draft.id);
    return conversation;
  }

  private async read({ share, secret }: OpenCopy, place: number, onRead?: (bytes: number) => void): Promise<CopyPage> {
    const sealed = await this.repository.page(share.id, place);
    if (sealed === null) {
      throw new AppError("not_found");
    }
    onRead?.(sealed.length);
    return openPage(secret, share.id, place, sealed);
  }
}
