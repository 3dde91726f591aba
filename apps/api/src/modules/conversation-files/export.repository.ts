import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { messageColumns } from "../conversations/conversations.types.js";
import type { FileMessage, MessagePlace, StoredFile } from "./conversation-files.types.js";

/** Of one person. Whoever has more exports the newest. */
const maxConversations = 100_000;

const conversationIds: PreparedStatement = {
  name: "conversation_ids",
  text: `SELECT id FROM conversations WHERE user_id = $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT $2`,
};

const conversationFile: PreparedStatement = {
  name: "conversation_file",
  text: `
    SELECT v.id, v.title_encrypted AS "titleEncrypted", a.name AS "agentName", a.emoji AS "agentEmoji", v.pinned_at AS "pinnedAt", v.archived_at AS "archivedAt",
      v.created_at AS "createdAt", v.updated_at AS "updatedAt"
    FROM conversations v JOIN agents a ON a.id = v.agent_id WHERE v.id = $2 AND v.user_id = $1 AND v.deleted_at IS NULL`,
};

/**
 * A message that names none before it is on the path that is shown, and follows the one before it there. An answer under way is left out; nothing follows it.
 */
const places: PreparedStatement = {
  name: "message_places",
  text: `
    SELECT m.id, m.left_at IS NULL AS "isShown", octet_length(m.content_encrypted) AS bytes,
      NULLIF(COALESCE(m.parent_id, lag(m.id) OVER (PARTITION BY m.left_at IS NULL ORDER BY m.id)), v.id) AS "parentId"
    FROM conversations v JOIN messages m ON m.conversation_id = v.id
    WHERE v.id = $2 AND v.user_id = $1 AND v.deleted_at IS NULL AND m.status <> 'streaming' ORDER BY m.id`,
};

const messagesById: PreparedStatement = {
  name: "messages_by_id",
  text: `
    SELECT ${messageColumns} FROM messages
    WHERE conversation_id = $2 AND id = ANY($3::uuid[]) AND status <> 'streaming'
      AND EXISTS (SELECT 1 FROM conversations WHERE id = $2 AND user_id = $1 AND deleted_at IS NULL)`,
};

/** Reads conversations as a whole, a few messages at a time. Another's is a missing one. */
@Injectable()
export class ExportRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The newest first. */
  async ids(userId: string): Promise<string[]> {
    return (await this.prisma.askPrepared<{ id: string }>(conversationIds, [userId, maxConversations])).map(({ id }) => id);
  }

  async find(userId: string, id: string): Promise<StoredFile | null> {
    const [file] = await this.prisma.askPrepared<StoredFile>(conversationFile, [userId, id]);
    return file ?? null;
  }

  /** All that is final, on whatever branch: in the order of the ids, so parents come first. */
  async places(userId: string, id: string): Promise<MessagePlace[]> {
    return this.prisma.askPrepared<MessagePlace>(places, [userId, id]);
  }

  /** In any order; those that are gone are left out. */
  async messages(userId: string, id: string, messageIds: readonly string[]): Promise<FileMessage[]> {
    return this.prisma.askPrepared<FileMessage>(messagesById, [userId, id, [...messageIds]]);
  }
}
