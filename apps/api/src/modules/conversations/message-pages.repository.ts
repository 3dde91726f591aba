import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { messageColumns, type StoredPathMessage } from "./conversations.types.js";

/** A conversation, as its owner names it. */
export interface ConversationKey {
  readonly userId: string;
  readonly conversationId: string;
}

/** What one read takes at most. The first message comes however long it is. */
export interface PageBound {
  readonly messages: number;
  readonly sealedBytes: number;
}

export type PageDirection = "older" | "newer";

export interface PageOf {
  /** Without it, from the newest on. */
  readonly from?: { readonly messageId: string; readonly direction: PageDirection; readonly isIncluded: boolean };
  readonly bound: PageBound;
}

export interface StoredPage {
  /** Oldest first. */
  readonly messages: StoredPathMessage[];
  /** There are others beyond them, in the direction that was read. */
  readonly hasMore: boolean;
}

/**
 * Of the path that is shown. A version that is not has left it, so an index of those alone knows whether a message has others. Ids grow with time and differ where times do not, so they alone make the order. The length of a value is known without reading it: what does not
 * fit is never taken from the disk.
 */
const pageStatement = (direction: PageDirection): PreparedStatement => {
  const [beyond, order] = direction === "older" ? ["<", "DESC"] : [">", "ASC"];
  return {
    name: `messages_${direction}`,
    text: `
    SELECT ${messageColumns}, found,
      ARRAY(SELECT other.id::text FROM messages other WHERE other.parent_id = measured.parent_id AND other.left_at IS NOT NULL ORDER BY other.id) AS "otherVersions"
    FROM (
      SELECT near.*, row_number() OVER ordered AS place, sum(octet_length(content_encrypted)) OVER ordered AS bytes, (count(*) OVER ())::int AS found
      FROM (
        SELECT * FROM messages WHERE conversation_id = $1 AND left_at IS NULL AND id ${beyond}= $3
          AND ($4 OR id <> $3) AND EXISTS (SELECT 1 FROM conversations WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL)
        ORDER BY id ${order} LIMIT $5::int + 1
      ) near
      WINDOW ordered AS (ORDER BY id ${order})
    ) measured
    WHERE place <= $5::int AND (place = 1 OR bytes <= $6::bigint) ORDER BY place`,
  };
};

const statements: Readonly<Record<PageDirection, PreparedStatement>> = { older: pageStatement("older"), newer: pageStatement("newer") };

const beyondAll = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const whetherThere: PreparedStatement = {
  name: "message_of_conversation",
  text: `
    SELECT 1 FROM conversations c WHERE c.id = $1 AND c.user_id = $2 AND c.deleted_at IS NULL
      AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM messages WHERE id = $3 AND conversation_id = c.id AND left_at IS NULL))`,
};

@Injectable()
export class MessagePagesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** No messages for another's conversation as for a missing one. */
  async read({ userId, conversationId }: ConversationKey, { from, bound }: PageOf): Promise<StoredPage> {
    const { messageId, direction, isIncluded } = from ?? { messageId: beyondAll, direction: "older", isIncluded: true };
    const rows = await this.prisma.askPrepared<StoredPathMessage & { found: number }>(statements[direction], [
      conversationId,
      userId,
      messageId,
      isIncluded,
      bound.messages,
      bound.sealedBytes,
    ]);
    const messages = rows.map(({ found: _found, ...message }) => message);
    return { messages: direction === "older" ? messages.toReversed() : messages, hasMore: (rows[0]?.found ?? 0) > rows.length };
  }

  /** Whether the user has such a conversation, and it shows such a message if one is named. */
  async exists({ userId, conversationId }: ConversationKey, messageId: string | null): Promise<boolean> {
    return (await this.prisma.askPrepared(whetherThere, [conversationId, userId, messageId])).length > 0;
  }
}
