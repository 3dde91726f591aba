import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { LeakyBuckets } from "../../platform/http/leaky-buckets.js";
import type { SealedContent } from "../conversations/conversations.types.js";

const megabyte = 1024 * 1024;
/** What a row takes beside its content, in tables and indexes. */
const leastBytes = 1024;
/** In megabytes: what people bring from elsewhere comes at once, and after that two gigabytes a day. */
const rate = { points: 2_048, perSecond: 0.025 };

/** Bounds how much one person adds by imports and copies: of all that fills the database, these alone come as fast as anybody can send. */
@Injectable()
export class AddedAmounts {
  private readonly added = new LeakyBuckets(rate);

  /** Throws `too_many_requests`. */
  assertRoom(userId: string): void {
    const seconds = this.added.waitSeconds(userId);
    if (seconds > 0) {
      const minutes = Math.ceil(seconds / 60);
      const detail = `You have added ${rate.points / 1024} GB of conversations in a short time. Go on in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
      throw new AppError("too_many_requests", { detail, retryAfterSeconds: seconds });
    }
  }

  /** As the database keeps them: a message that says little takes its row all the same. */
  add(userId: string, messages: readonly Pick<SealedContent, "contentEncrypted">[]): void {
    const bytes = messages.reduce((sum, { contentEncrypted }) => sum + Math.max(contentEncrypted.length, leastBytes), 0);
    this.added.add(userId, bytes / megabyte);
  }
}
