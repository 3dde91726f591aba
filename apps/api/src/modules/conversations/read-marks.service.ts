import { Injectable } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import type { ConversationKey } from "./message-pages.repository.js";
import { ReadMarksRepository } from "./read-marks.repository.js";

/** What a person has seen of their conversations, on whatever device. */
@Injectable()
export class ReadMarksService {
  constructor(private readonly repository: ReadMarksRepository) {}

  /** Everything up to this message was seen. Throws `not_found` for another's conversation as for a missing one. Idempotent. */
  async mark(key: ConversationKey, messageId: string): Promise<void> {
    if (!(await this.repository.mark(key, messageId))) {
      throw new AppError("not_found");
    }
  }
}
