import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { messageColumns, type SealedContent, type StoredMessage } from "../conversations/conversations.types.js";

/** A message on the path, another version of which is to be made. */
export interface ReplacedMessage {
  readonly conversationId: string;
  readonly role: string;
  /** Its agent has said it by itself. */
  readonly isUnasked: boolean;
  /** The message that it follows, or the conversation. */
  readonly parentId: string;
  /** The versions of it that are not shown. */
  readonly others: number;
  /** The answer that goes with it; itself if it is one. `null`: it has none. */
  readonly answerId: string | null;
  /** The agent's session of that answer. */
  readonly session: string;
  /** Something was said before its turn. */
  readonly hasBefore: boolean;
}

export type ShowResult =
  | { readonly kind: "shown"; readonly conversationId: string }
  | { readonly kind: "not_found" | "answering" | "waiting" };

/** What message `m` follows. A row of before there were branches names nothing: it is on the path, and follows the row before it there. */
export const followedByM = Prisma.sql`COALESCE(m.parent_id, (
  SELECT p.id FROM messages p WHERE p.conversation_id = m.conversation_id AND p.left_at IS NULL AND p.id < m.id ORDER BY p.id DESC LIMIT 1),
  m.conversation_id)`;

/** The rows of conversations as trees: which versions messages have, and which path is shown. */
@Injectable()
export class BranchesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** `hidden`: it is there, but not on the path. `null` if the user has no such message. */
  async find(userId: string, messageId: string): Promise<ReplacedMessage | "hidden" | null> {
    const [row] = await this.prisma.$queryRaw<(ReplacedMessage & { isShown: boolean })[]>`
      SELECT m.conversation_id AS "conversationId", m.role, m.agent_event_kind IS NOT NULL AS "isUnasked", m.left_at IS NULL AS "isShown", ${followedByM} AS "parentId", turn.answer_id AS "answerId",
        (SELECT count(*)::int FROM messages o WHERE o.parent_id = m.parent_id AND o.left_at IS NOT NULL) AS others,
        COALESCE((SELECT s.agent_session FROM messages s WHERE s.conversation_id = m.conversation_id AND s.agent_session IS NOT NULL AND s.left_at IS NULL
          AND s.id <= COALESCE(turn.answer_id, m.id) ORDER BY s.id DESC LIMIT 1), m.conversation_id::text) AS session,
        EXISTS (SELECT 1 FROM messages b WHERE b.conversation_id = m.conversation_id AND b.left_at IS NULL
          AND b.id < CASE WHEN m.role = 'user' THEN m.id ELSE ${followedByM} END) AS "hasBefore"
      FROM messages m JOIN conversations v ON v.id = m.conversation_id
      LEFT JOIN LATERAL (
        SELECT a.id AS answer_id FROM messages a WHERE a.conversation_id = m.conversation_id AND a.left_at IS NULL AND a.id >= m.id
          AND a.role = 'assistant' AND a.agent_event_kind IS NULL ORDER BY a.id LIMIT 1) turn ON true
      WHERE m.id = ${messageId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL`;
    if (row === undefined) {
      return null;
    }
    const { isShown, ...replaced } = row;
    return isShown ? replaced : "hidden";
  }

  /** A person's message. */
  async findQuestion(conversationId: string, id: string): Promise<StoredMessage | null> {
    const [row] = await this.prisma.$queryRaw<StoredMessage[]>`
      SELECT ${Prisma.raw(messageColumns)} FROM messages
      WHERE id = ${id}::uuid AND conversation_id = ${conversationId}::uuid AND role = 'user'`;
    return row ?? null;
  }

  /**
   * Shows the path through this message: from there down, each time the version that was shown last. Not while an answer is under way, or messages wait
   * for one. Locks the person's row first, as the beginning of a turn does. One that is shown stays so. Idempotent.
   */
  async show(userId: string, messageId: string, now: Date): Promise<ShowResult> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET last_seen_at = ${now} WHERE id = ${userId}::uuid`;
      const [place] = await tx.$queryRaw<{ conversationId: string; isShown: boolean }[]>`
        SELECT v.id AS "conversationId", m.left_at IS NULL AS "isShown" FROM conversations v JOIN messages m ON m.conversation_id = v.id
        WHERE m.id = ${messageId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL FOR NO KEY UPDATE OF v`;
      if (place === undefined) {
        return { kind: "not_found" };
      }
      const { conversationId } = place;
      if (place.isShown) {
        return { kind: "shown", conversationId };
      }
      const [busy] = await tx.$queryRaw<{ isAnswering: boolean; isWaiting: boolean }[]>`
        SELECT EXISTS (SELECT 1 FROM messages WHERE conversation_id = ${conversationId}::uuid AND status = 'streaming') AS "isAnswering",
          EXISTS (SELECT 1 FROM waiting_messages WHERE conversation_id = ${conversationId}::uuid) AS "isWaiting"`;
      if (busy?.isAnswering === true || busy?.isWaiting === true) {
        return { kind: busy.isAnswering ? "answering" : "waiting" };
      }
      await tx.$executeRaw(switching(conversationId, messageId, now));
      await recordAudit(tx, { action: "message.show_version", target: { type: "message", id: messageId }, details: { conversationId } });
      await send(tx, { channel: "mosaic_owner_events", payload: { userId, event: { type: "conversation", conversationId } } });
      return { kind: "shown", conversationId };
    });
  }

  /**
   * Puts messages on the path that its owner's program tells of, after `afterId` or at its beginning; what follows there leaves it. The agent knows nothing
   * of them: what comes next has a session of its own, named after the last of them. Their ids come after all that are there.
   */
  async tell(
    { userId, conversationId }: { userId: string; conversationId: string },
    afterId: string | null,
    messages: readonly ToldMessage[],
    { now, maxPerUser }: { readonly now: Date; readonly maxPerUser: number },
  ): Promise<"told" | "not_found" | "answering" | "too_many"> {
    const lastId = messages.at(-1)?.id;
    const rows = messages.map(({ id, role, contentEncrypted, contentFormat }, at) => ({
      id,
      role,
      parent: messages[at - 1]?.id ?? afterId ?? conversationId,
      content: contentEncrypted,
      format: contentFormat,
      session: id === lastId ? id : null,
    }));
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET last_seen_at = ${now} WHERE id = ${userId}::uuid`;
      const [place] = await tx.$queryRaw<{ isAnswering: boolean; inFlight: number }[]>`
        SELECT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id AND m.status = 'streaming') AS "isAnswering",
          (SELECT count(*)::int FROM messages m JOIN conversations w ON w.id = m.conversation_id
            WHERE m.status = 'streaming' AND w.user_id = v.user_id) AS "inFlight"
        FROM conversations v WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL FOR NO KEY UPDATE`;
      if (place === undefined || place.isAnswering) {
        return place === undefined ? "not_found" : "answering";
      }
      // The turn that they are told for would not begin, and whoever asks tells them again.
      if (place.inFlight >= maxPerUser) {
        return "too_many";
      }
      await tx.$executeRaw`
        UPDATE messages m SET left_at = ${now}, parent_id = ${followedByM}
        WHERE m.conversation_id = ${conversationId}::uuid AND m.left_at IS NULL AND (${afterId}::uuid IS NULL OR m.id > ${afterId}::uuid)`;
      await tx.$executeRaw`
        INSERT INTO messages (id, conversation_id, parent_id, agent_session, role, content_encrypted, content_format, status, created_at)
        SELECT m.id, ${conversationId}::uuid, m.parent, m.session, m.role, m.content, m.format, 'complete', ${now}
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS m (id uuid, parent uuid, session text, role text, content text, format text)`;
      const details = { messages: messages.length };
      await recordAudit(tx, { action: "conversation.tell", target: { type: "conversation", id: conversationId }, details });
      return "told";
    });
  }

  /** From this answer on, the agent's session is the one that was made for it. False if the answer is gone. */
  async setSession(answerId: string, session: string): Promise<boolean> {
    return (await this.prisma.$executeRaw`UPDATE messages SET agent_session = ${session} WHERE id = ${answerId}::uuid`) > 0;
  }
}

/** A message that is put on the path without a turn, sealed. */
export interface ToldMessage extends SealedContent {
  readonly id: string;
  readonly role: "user" | "assistant";
}

/** The two sets of rows have none in common: what leaves the path is on it, what comes onto it is not. */
function switching(conversationId: string, messageId: string, now: Date): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE up AS (
      SELECT m.id, m.parent_id FROM messages m WHERE m.id = ${messageId}::uuid AND m.left_at IS NOT NULL
      UNION ALL
      SELECT p.id, p.parent_id FROM up JOIN messages p ON p.id = up.parent_id AND p.conversation_id = ${conversationId}::uuid AND p.left_at IS NOT NULL),
    down AS (
      SELECT ${messageId}::uuid AS id
      UNION ALL
      SELECT child.id FROM down CROSS JOIN LATERAL (
        SELECT c.id FROM messages c WHERE c.parent_id = down.id AND c.left_at IS NOT NULL ORDER BY c.left_at DESC, c.id DESC LIMIT 1) child),
    top AS (SELECT NULLIF(up.parent_id, ${conversationId}::uuid) AS anchor FROM up ORDER BY up.id LIMIT 1),
    leaving AS (
      UPDATE messages m SET left_at = ${now}, parent_id = ${followedByM} FROM top
      WHERE m.conversation_id = ${conversationId}::uuid AND m.left_at IS NULL AND (top.anchor IS NULL OR m.id > top.anchor))
    UPDATE messages m SET left_at = NULL FROM (SELECT id FROM up UNION SELECT id FROM down) path WHERE m.id = path.id`;
}
