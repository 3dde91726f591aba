import type { Draft, SaveDraft } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { CryptoService } from "../crypto/crypto.service.js";
import type { StoredDraft } from "./conversations.types.js";
import { DraftsRepository } from "./drafts.repository.js";
import { draftContext } from "./message-seal.js";

/** What a person has typed in their conversations and not sent, sealed as what they have said. */
@Injectable()
export class DraftsService {
  constructor(
    private readonly repository: DraftsRepository,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `null` for another's conversation as for one without a draft. */
  async current(userId: string, conversationId: string): Promise<Draft | null> {
    const found = await this.repository.find(userId, conversationId);
    return found === null ? null : this.opened(userId, conversationId, found.draft);
  }

  /** Throws `not_found` for another's conversation as for a missing one. */
  async currentOf(userId: string, conversationId: string): Promise<Draft | null> {
    const found = await this.repository.find(userId, conversationId);
    if (found === null) {
      throw new AppError("not_found");
    }
    return this.opened(userId, conversationId, found.draft);
  }

  /** Throws `not_found` as `currentOf`. The same revision again changes nothing. */
  async save(userId: string, conversationId: string, { revision, content }: SaveDraft): Promise<void> {
    const contentEncrypted = this.crypto.seal(content, draftContext(userId, conversationId));
    if (!(await this.repository.save({ userId, conversationId }, { revision, contentEncrypted, updatedAt: this.clock.now() }))) {
      throw new AppError("not_found");
    }
  }

  /** Only this revision. Throws `not_found` as `currentOf`. */
  async drop(userId: string, conversationId: string, revision: string): Promise<void> {
    if (!(await this.repository.drop({ userId, conversationId }, revision))) {
      throw new AppError("not_found");
    }
  }

  private opened(userId: string, conversationId: string, stored: StoredDraft | null): Draft | null {
    if (stored === null) {
      return null;
    }
    const { revision, contentEncrypted, updatedAt } = stored;
    const content = this.crypto.open(contentEncrypted, draftContext(userId, conversationId));
    return { revision, content, updatedAt: updatedAt.toISOString() };
  }
}
