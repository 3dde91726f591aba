import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { sending } from "../../platform/notices/notices.js";
import type { ConversationKey } from "./message-pages.repository.js";

@Injectable()
export class ReadMarksRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Takes the mark off unless it is of a later message, and tells the owner's pages if it did. Ids grow with time, so a mark that comes late, or
   * from a page that slept, takes nothing off that it has not seen. False if the user has no such conversation.
   */
  async mark({ userId, conversationId }: ConversationKey, messageId: string): Promise<boolean> {
    const event = { type: "conversation", conversationId, isRead: true } as const;
    const rows = await this.prisma.askNamed(
      "mark_read",
      Prisma.sql`
      WITH place AS (
        SELECT id FROM conversations WHERE id = ${conversationId}::uuid AND user_id = ${userId}::uuid AND deleted_at IS NULL),
      seen AS (
        UPDATE conversations v SET unread_message_id = NULL FROM place WHERE v.id = place.id AND v.unread_message_id <= ${messageId}::uuid RETURNING v.id)
      SELECT place.id, CASE WHEN seen.id IS NOT NULL THEN ${sending({ channel: "mosaic_owner_events", payload: { userId, event } })} END
      FROM place LEFT JOIN seen ON true`,
    );
    return rows.length > 0;
  }
}
