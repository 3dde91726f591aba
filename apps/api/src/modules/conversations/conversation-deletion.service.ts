import type { Conversation } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { Logger } from "../../platform/logging/logger.js";
import { Periodic } from "../../platform/periodic/periodic.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { OwnerEventsService } from "../owner-events/owner-events.service.js";
import { ConversationDeletionRepository } from "./conversation-deletion.repository.js";
import { DELETION_TIMES, type DeletionTimes } from "./deletion-times.js";
import { openConversation } from "./message-seal.js";

/** Deletes conversations: for their owner at once, in the database once it can't be undone any more. */
@Injectable()
export class ConversationDeletionService {
  constructor(
    private readonly repository: ConversationDeletionRepository,
    private readonly events: OwnerEventsService,
    private readonly crypto: CryptoService,
    private readonly logger: Logger,
    @Inject(DELETION_TIMES) private readonly times: DeletionTimes,
    @Inject(CLOCK) private readonly clock: Clock,
    periodic: Periodic,
  ) {
    periodic.every(times.removeEveryMs, { what: "removing deleted conversations", run: async () => this.removeDue() });
    periodic.every(times.removeEveryMs, { what: "deleting unlisted conversations", run: async () => this.deleteUnlisted() });
  }

  /** An answer under way notices it and ends. Throws `not_found` for another's as for a missing one. */
  async delete(userId: string, id: string): Promise<void> {
    if (!(await this.repository.mark(userId, id, this.clock.now()))) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "conversation", conversationId: id });
  }

  /** Idempotent: one that is not deleted stays as it is. Throws `not_found` once it is too late, as for a missing one. */
  async restore(userId: string, id: string): Promise<Conversation> {
    const stored = await this.repository.unmark(userId, id, this.ago(this.times.undoMs));
    if (stored === null) {
      throw new AppError("not_found");
    }
    await this.events.publish(userId, { type: "conversation", conversationId: id });
    return openConversation(this.crypto, userId, stored);
  }

  /** Resolves when everything is gone that was due at this moment and that no other process is removing. */
  async removeDue(): Promise<void> {
    const count = await this.repository.remove(this.ago(this.times.keptMs));
    if (count > 0) {
      this.logger.log("deleted conversations were removed", { count });
    }
  }

  /** Those that nobody has spoken in for a long time. They are removed as any deleted one. */
  async deleteUnlisted(): Promise<void> {
    const count = await this.repository.markUnlisted(this.ago(this.times.unlistedKeptMs), this.clock.now());
    if (count > 0) {
      this.logger.log("unlisted conversations were deleted", { count });
    }
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }
}
