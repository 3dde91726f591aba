import { randomUUIDv7 } from "node:crypto";
import { messageMaxVersions, type Message } from "@mosaic/contracts/chat";
import { textParts } from "@mosaic/contracts/message-parts";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { openMessage, sealParts } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { maxPerUser } from "./turn-limits.js";
import { BranchesRepository, type ReplacedMessage } from "./branches.repository.js";

/** Where a turn leaves the path, and what its agent may go on from. */
export interface Branch {
  /** It and what follows it leaves the path. */
  readonly replacedId: string;
  /** What the new version follows. */
  readonly parentId: string;
  /** `null`: nothing was said before. `answerId`: what was said before its turn is what the two branches have in common. */
  readonly common: { readonly session: string; readonly answerId: string | null } | null;
}

/** A message has as many versions as it may have. */
export class VersionsFullError extends AppError {}

/** What somebody has said, as a program tells of it. */
export interface Said {
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** Other versions of messages, and which of them are shown. */
@Injectable()
export class BranchesService {
  constructor(
    private readonly repository: BranchesRepository,
    private readonly crypto: CryptoService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For another version of a person's message. Throws `not_found`, also for an answer, and `conflict` if it is not shown or has too many versions. */
  async edit(userId: string, conversationId: string, messageId: string): Promise<Branch> {
    const replaced = await this.find(userId, messageId, "user");
    if (replaced.conversationId !== conversationId) {
      throw new AppError("not_found");
    }
    return branchOf(messageId, replaced);
  }

  /** For another answer to the same message, which comes along. Throws as `edit` does. */
  async again(
    userId: string,
    answerId: string,
  ): Promise<{ readonly conversationId: string; readonly branch: Branch; readonly question: Message }> {
    const replaced = await this.find(userId, answerId, "assistant");
    const question = replaced.isUnasked ? null : await this.repository.findQuestion(replaced.conversationId, replaced.parentId);
    if (question === null) {
      throw new AppError("conflict", { detail: "The agent said this by itself. There is no message to answer again." });
    }
    return {
      conversationId: replaced.conversationId,
      branch: branchOf(answerId, replaced),
      question: openMessage(this.crypto, userId, question),
    };
  }

  /** Shows the path through this message, on every page. Idempotent. Throws `not_found`, or `turn_in_progress` or `conflict` while something is on its way. */
  async show(userId: string, messageId: string): Promise<void> {
    const { kind } = await this.repository.show(userId, messageId, this.clock.now());
    switch (kind) {
      case "shown":
        return;
      case "not_found":
        throw new AppError("not_found");
      case "answering":
        throw new AppError("turn_in_progress", { detail: "Wait for the answer, or stop it, before you look at another version." });
      case "waiting":
        throw new AppError("conflict", {
          detail: "Messages wait in this conversation. Send them or take them back before you look at another version.",
        });
    }
  }

  /**
   * Takes over what a program says was said before, after this message of the path or at its beginning; what follows there becomes a branch. Throws `not_found`, or
   * `turn_in_progress` or `too_many_requests`; then nothing was taken over.
   */
  async tell(userId: string, conversationId: string, afterId: string | null, said: readonly Said[]): Promise<void> {
    // Of one millisecond they are in no order, and messages are read in the order of their ids.
    const ids = said.map(() => randomUUIDv7()).toSorted();
    const messages = said.flatMap(({ role, text }, at) => {
      const id = ids[at];
      return id === undefined ? [] : [{ id, role, ...sealParts(this.crypto, { userId, messageId: id }, textParts(text)) }];
    });
    const kind = await this.repository.tell({ userId, conversationId }, afterId, messages, { now: this.clock.now(), maxPerUser });
    if (kind !== "told") {
      throw new AppError(kind === "answering" ? "turn_in_progress" : kind === "too_many" ? "too_many_requests" : "not_found");
    }
  }

  private async find(userId: string, messageId: string, role: Message["role"]): Promise<ReplacedMessage> {
    const found = await this.repository.find(userId, messageId);
    if (found === null || (found !== "hidden" && found.role !== role)) {
      throw new AppError("not_found");
    }
    if (found === "hidden") {
      throw new AppError("conflict", { detail: "Another version of this message is shown now. Look at the conversation again." });
    }
    if (found.others + 1 >= messageMaxVersions) {
      throw new VersionsFullError("conflict", {
        detail: `A message has ${messageMaxVersions} versions at most. Write a new message instead.`,
      });
    }
    return found;
  }
}

function branchOf(replacedId: string, { parentId, hasBefore, session, answerId }: ReplacedMessage): Branch {
  return { replacedId, parentId, common: hasBefore ? { session, answerId } : null };
}
