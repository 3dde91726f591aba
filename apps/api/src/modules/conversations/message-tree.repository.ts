import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { messageColumns, type StoredTreeMessage } from "./conversations.types.js";
import type { ConversationKey, PageBound } from "./message-pages.repository.js";

/** A row that names no message before it is on the path, and follows the row before it there. */
const treeStatement: PreparedStatement = {
  name: "messages_of_tree",
  text: `
    SELECT ${messageColumns}, is_shown AS "isShown", NULLIF(COALESCE(parent_id, (
        SELECT m.id FROM messages m WHERE m.conversation_id = $1 AND m.left_at IS NULL AND m.id < measured.id ORDER BY m.id DESC LIMIT 1)), $1) AS "parentId"
    FROM (
      SELECT next.*, left_at IS NULL AS is_shown, row_number() OVER ordered AS place, sum(octet_length(content_encrypted)) OVER ordered AS bytes
      FROM (
        SELECT * FROM messages WHERE conversation_id = $1 AND id > $3
          AND EXISTS (SELECT 1 FROM conversations WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL)
        ORDER BY id LIMIT $4::int
      ) next
      WINDOW ordered AS (ORDER BY id)
    ) measured
    WHERE place = 1 OR bytes <= $5::bigint ORDER BY place`,
};

const beforeAll = "00000000-0000-0000-0000-000000000000";

/** All messages of a conversation, on whatever branch. */
@Injectable()
export class MessageTreeRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Some of them, those after `afterId` in the order of their ids: a message comes after the one that it follows. The first one comes however long it
   * is. None for another's conversation as for a missing one; with none left, that was all.
   */
  async read({ userId, conversationId }: ConversationKey, afterId: string | null, bound: PageBound): Promise<StoredTreeMessage[]> {
    return this.prisma.askPrepared<StoredTreeMessage>(treeStatement, [
      conversationId,
      userId,
      afterId ?? beforeAll,
      bound.messages,
      bound.sealedBytes,
    ]);
  }
}
