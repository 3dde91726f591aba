import { messageMaxVersions, type Message } from "@mosaic/contracts/chat";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AppError } from "../../platform/errors/app-error.js";
import { openMessage } from "../conversations/message-seal.js";
import { CryptoService } from "../crypto/crypto.service.js";
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

  private async find(userId: string, messageId: string, role: Message["role"]): Promise<ReplacedMessage> {
    const found = await this.repository.find(userId, messageId);
    if (found === null || (found !== "hidden" && found.role !== role)) {
      throw new AppError("not_found");
    }
    if (found === "hidden") {
      throw new AppError("conflict", { detail: "Another version of this message is shown now. Look at the conversation again." });
    }
    if (found.others + 1 >= messageMaxVersions) {
      throw new AppError("conflict", { detail: `A message has ${messageMaxVersions} versions at most. Write a new message instead.` });
    }
    return found;
  }
}

function branchOf(replacedId: string, { parentId, hasBefore, session, answerId }: ReplacedMessage): Branch {
  return { replacedId, parentId, common: hasBefore ? { session, answerId } : null };
}
