import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { waitingFields, type StoredWaiting } from "../conversations/conversations.types.js";

export interface NextMessage {
  readonly id: string;
  readonly userId: string;
  readonly conversationId: string;
  readonly contentEncrypted: string;
}

export type AddResult = "added" | "not_found" | "nothing_answers" | "too_many";

/** The rows of messages that wait for an end. They go in the statement that begins their turn. */
@Injectable()
export class WaitingMessagesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Adds one if the user's conversation is being answered and fewer than `most` wait there. An end of that answer at the same moment comes either
   * before it, or after it and finds it.
   */
  async add(
    userId: string,
    conversationId: string,
    { id, contentEncrypted, most, now }: { id: string; contentEncrypted: string; most: number; now: Date },
  ): Promise<AddResult> {
    return this.prisma.$transaction(async (tx) => {
      const [place] = await tx.$queryRaw<{ isAnswering: boolean }[]>`
        SELECT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id AND m.status = 'streaming') AS "isAnswering"
        FROM conversations v WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL`;
      if (place?.isAnswering !== true) {
        return place === undefined ? "not_found" : "nothing_answers";
      }
      // In the order in which an end locks them: the answer, then the conversation.
      const answers = await tx.$queryRaw<unknown[]>`
        SELECT 1 FROM messages WHERE conversation_id = ${conversationId}::uuid AND status = 'streaming' FOR SHARE`;
      const places = await tx.$queryRaw<unknown[]>`
        SELECT 1 FROM conversations WHERE id = ${conversationId}::uuid AND deleted_at IS NULL FOR NO KEY UPDATE`;
      if (answers.length === 0 || places.length === 0) {
        return "nothing_answers";
      }
      const stored = await tx.$executeRaw`
        INSERT INTO waiting_messages (id, conversation_id, content_encrypted, created_at)
        SELECT ${id}::uuid, ${conversationId}::uuid, ${contentEncrypted}, ${now}
        WHERE (SELECT count(*) FROM waiting_messages WHERE conversation_id = ${conversationId}::uuid) < ${most}`;
      if (stored === 0) {
        return "too_many";
      }
      await recordAudit(tx, { action: "message.wait", target: { type: "conversation", id: conversationId } });
      await send(tx, changed(userId, conversationId));
      return "added";
    });
  }

  /** In the order in which they will be sent. `null` if the user has no such conversation. */
  async list(userId: string, conversationId: string): Promise<StoredWaiting[] | null> {
    const conversation = await this.prisma.conversation.findFirst({
      where: { id: conversationId, userId, deletedAt: null },
      select: {
        waiting: {
          select: waitingFields,
          orderBy: [{ isNext: "desc" }, { id: "asc" }],
        },
      },
    });
    return conversation?.waiting ?? null;
  }

  /** False if the user has no such message, or it was sent meanwhile. */
  async remove(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const [removed] = await tx.$queryRaw<{ conversationId: string }[]>`
        DELETE FROM waiting_messages w USING conversations v
        WHERE w.id = ${id}::uuid AND v.id = w.conversation_id AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL RETURNING v.id AS "conversationId"`;
      if (removed === undefined) {
        return false;
      }
      const { conversationId } = removed;
      await recordAudit(tx, { action: "message.take_back", target: { type: "message", id }, details: { conversationId } });
      await send(tx, changed(userId, conversationId));
      return true;
    });
  }

  /** Puts it before all others. Says where it waits, and for which answer, `null` if for none; `null` if the user has no such message. Idempotent. */
  async putNext(userId: string, id: string): Promise<{ readonly conversationId: string; readonly answerId: string | null } | null> {
    return this.prisma.$transaction(async (tx) => {
      const [put] = await tx.$queryRaw<{ conversationId: string; answerId: string | null }[]>`
        UPDATE waiting_messages w SET is_next = true FROM conversations v
        WHERE w.id = ${id}::uuid AND v.id = w.conversation_id AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL
        RETURNING v.id AS "conversationId", (SELECT m.id FROM messages m WHERE m.conversation_id = v.id AND m.status = 'streaming') AS "answerId"`;
      if (put === undefined) {
        return null;
      }
      const { conversationId } = put;
      await recordAudit(tx, { action: "message.send_next", target: { type: "message", id }, details: { conversationId } });
      await send(tx, changed(userId, conversationId));
      return put;
    });
  }

  /** The message that may be sent now: the last answer has ended well (or somebody wants this message next), and its owner may still sign in. */
  async findNext(conversationId: string): Promise<NextMessage | null> {
    const [next] = await this.prisma.$queryRaw<NextMessage[]>`
      SELECT w.id, v.user_id AS "userId", v.id AS "conversationId", w.content_encrypted AS "contentEncrypted"
      FROM waiting_messages w JOIN conversations v ON v.id = w.conversation_id JOIN users u ON u.id = v.user_id
      WHERE w.conversation_id = ${conversationId}::uuid AND u.disabled_at IS NULL AND v.deleted_at IS NULL
        AND (SELECT m.status = 'complete' OR (w.is_next AND m.status <> 'streaming') FROM messages m
          WHERE m.conversation_id = v.id AND m.left_at IS NULL AND m.agent_event_kind IS NULL ORDER BY m.id DESC LIMIT 1)
      ORDER BY w.is_next DESC, w.id LIMIT 1`;
    return next ?? null;
  }

  /**
   * Some of the conversations in which a message may be sent now, and nobody does: whoever should have was killed, or its owner had too many answers.
   * What was written before `since` is sent with its owner there, or not at all.
   */
  async findLeft(since: Date, limit: number): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ conversationId: string }[]>`
      SELECT v.id AS "conversationId" FROM conversations v
      WHERE v.id IN (SELECT w.conversation_id FROM waiting_messages w WHERE w.created_at > ${since})
        AND (SELECT m.status = 'complete' OR (m.status <> 'streaming' AND EXISTS (
          SELECT 1 FROM waiting_messages w WHERE w.conversation_id = v.id AND w.is_next)) FROM messages m
          WHERE m.conversation_id = v.id AND m.left_at IS NULL AND m.agent_event_kind IS NULL ORDER BY m.id DESC LIMIT 1)
        AND NOT EXISTS (SELECT 1 FROM conversations d WHERE d.id = v.id AND d.deleted_at IS NOT NULL)
      ORDER BY random() LIMIT ${limit}`;
    return rows.map(({ conversationId }) => conversationId);
  }
}

function changed(userId: string, conversationId: string) {
  return { channel: "mosaic_owner_events", payload: { userId, event: { type: "conversation", conversationId } } } as const;
}
