import { randomUUIDv7 } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  maxShares,
  type CreatedShare,
  type CreateShare,
  type OwnShare,
  type ShareLists,
  type SharedMessage,
} from "@mosaic/contracts/shares";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../../platform/clock/clock.js";
import { AppError } from "../../../platform/errors/app-error.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";
import { CryptoService } from "../../crypto/crypto.service.js";
import { hashToken, newToken } from "../../crypto/tokens.js";
import { ownPart } from "../conversation-draft.js";
import { ExportService } from "../export.service.js";
import { ShareLinksService } from "./share-links.service.js";
import { pagesOf, sealPages } from "./shared-copy.js";
import { SharesRepository, type NotShared } from "./shares.repository.js";
import { shareKeyContext, shareTitleContext, type StoredOwnShare } from "./shares.types.js";

/** A copy that is being made is in memory as a whole. */
const limits = {
  atOnce: 4,
  atOncePerKey: 1,
  waiting: 100,
  waitingPerKey: 2,
  longestWaitMs: 10_000,
  words: {
    ofKey: "You are already sharing a conversation. Wait until its copy is made.",
    inAll: "Too many people are sharing conversations right now. Try again in a minute.",
  },
} as const;

const copyMaxMessages = 2_000;
const copyMaxCharacters = 8 * 1024 * 1024;
/** A message comes whole, so this is what one page of a copy has at most. */
const messageMaxCharacters = 1024 * 1024;

/** Copies of one's conversations for others to read. What is said later does not come into a copy. */
@Injectable()
export class SharesService {
  private readonly gate = new FairGate(limits);

  constructor(
    private readonly repository: SharesRepository,
    private readonly exports: ExportService,
    private readonly links: ShareLinksService,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `not_found` for another's conversation as for a missing one, `invalid_input`, `conflict`, `overloaded`, and `forbidden` for a link while an admin allows none. */
  async create(userId: string, conversationId: string, wish: CreateShare): Promise<CreatedShare> {
    if (wish.kind === "link") {
      await this.links.assertOn();
    }
    return this.gate.run(userId, async () => this.createNow(userId, conversationId, wish));
  }

  private async createNow(userId: string, conversationId: string, wish: CreateShare): Promise<CreatedShare> {
    const { head, messages } = await this.copy(userId, conversationId, wish);
    const id = randomUUIDv7();
    const secret = newToken();
    const now = this.clock.now();
    const usernames = wish.kind === "link" ? [] : [...new Set(wish.usernames)];
    const fault = await this.repository.create(userId, {
      id,
      conversationId,
      tokenHash: wish.kind === "link" ? hashToken(secret) : null,
      keyEncrypted: wish.kind === "link" ? null : this.crypto.seal(secret, shareKeyContext(userId, id)),
      titleEncrypted: this.crypto.seal(head.title, shareTitleContext(userId, id)),
      messageCount: messages.length,
      usernames,
      pages: sealPages(secret, id, pagesOf(head, messages)),
      now,
    });
    if (fault !== null) {
      throw refusal(fault);
    }
    const share = {
      id,
      conversationId,
      kind: wish.kind,
      title: head.title,
      members: usernames,
      messageCount: messages.length,
      createdAt: now.toISOString(),
    };
    return { share, token: wish.kind === "link" ? secret : null };
  }

  async lists(userId: string): Promise<ShareLists> {
    const [own, received, hasLinks] = [await this.repository.own(userId), await this.repository.received(userId), await this.links.isOn()];
    return {
      own: own.map((share) => this.opened(userId, share)),
      received: received.map(({ id, ownerId, ownerName, titleEncrypted, messageCount, createdAt }) => {
        const title = this.crypto.open(titleEncrypted, shareTitleContext(ownerId, id));
        return { id, title, ownerName, messageCount, createdAt: createdAt.toISOString() };
      }),
      hasLinks,
    };
  }

  /** Throws `not_found` for another's as for a missing one. */
  async revoke(userId: string, id: string): Promise<void> {
    if (!(await this.repository.remove(userId, id))) {
      throw new AppError("not_found");
    }
  }

  private async copy(userId: string, conversationId: string, { hasTools, hasFiles }: CreateShare) {
    const shown = await this.exports.shown(userId, conversationId);
    const messages: SharedMessage[] = [];
    let characters = 0;
    for await (const { role, parts, createdAt } of shown.messages) {
      const kept = parts.filter((part) => isShared(part, { hasTools, hasFiles })).map(sharedPart);
      if (kept.length === 0) {
        continue;
      }
      const size = JSON.stringify(kept).length;
      if (size > messageMaxCharacters) {
        throw new AppError("conflict", {
          detail: `One message of this conversation is too long to be shared. ${hasTools ? "Leave out thoughts and tools, or export" : "Export"} the conversation instead.`,
        });
      }
      messages.push({ role, parts: kept, createdAt });
      characters += size;
      if (messages.length > copyMaxMessages || characters > copyMaxCharacters) {
        throw new AppError("conflict", { detail: "This conversation is too long to be shared. Export it instead." });
      }
      await nextTurn();
    }
    if (messages.length === 0) {
      throw new AppError("conflict", { detail: "This conversation has nothing to share yet." });
    }
    return { head: { title: shown.title, agentName: shown.agentName, agentEmoji: shown.agentEmoji }, messages };
  }

  private opened(userId: string, { titleEncrypted, createdAt, members, ...share }: StoredOwnShare): OwnShare {
    const title = this.crypto.open(titleEncrypted, shareTitleContext(userId, share.id));
    return { ...share, members: [...members], title, createdAt: createdAt.toISOString() };
  }
}

/** A notice is what Mosaic says: an imported conversation may hold words that only look like it. */
function isShared({ type }: MessagePart, { hasTools, hasFiles }: { readonly hasTools: boolean; readonly hasFiles: boolean }): boolean {
  return type === "text" || (hasTools && (type === "tool_call" || type === "reasoning")) || (hasFiles && type === "file");
}

/** A file keeps its id: a copy goes with its conversation, and so do the conversation's files. */
function sharedPart(part: MessagePart): MessagePart {
  if (part.type !== "file" || part.id === undefined) {
    return ownPart(part);
  }
  const { type, id, name, mediaType, sizeBytes } = part;
  return { type, id, name, mediaType, sizeBytes };
}

function refusal(fault: NotShared): AppError {
  switch (fault.why) {
    case "not_found":
      return new AppError("not_found");
    case "too_many":
      return new AppError("conflict", { detail: `You share ${maxShares} copies already. Stop sharing one of them first.` });
    case "unknown_members": {
      const names = fault.usernames.map((name) => `“${name}”`).join(", ");
      return new AppError("invalid_input", { detail: `No other member is called ${names}. Check the user name.` });
    }
  }
}
