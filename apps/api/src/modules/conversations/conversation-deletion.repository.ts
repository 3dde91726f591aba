import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { inBatches } from "../../platform/database/in-batches.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { conversationColumns, type StoredConversation } from "./conversations.types.js";

/** A deleted conversation is a row with a mark: everything that reads conversations for their owner leaves it out. */
@Injectable()
export class ConversationDeletionRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Marks it, and tells whatever answers in it to stop. False if the user has no such conversation, or has deleted it before. */
  async mark(userId: string, id: string, now: Date): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const marked = await tx.$executeRaw`
        UPDATE conversations SET deleted_at = ${now} WHERE id = ${id}::uuid AND user_id = ${userId}::uuid AND deleted_at IS NULL`;
      if (marked > 0) {
        await recordAudit(tx, { action: "conversation.delete", target: { type: "conversation", id } });
        await send(tx, { channel: "mosaic_turns", payload: { what: "gone", conversationId: id } });
      }
      return marked > 0;
    });
  }

  /** Marks those that are in no list and in which nobody has spoken since `until`, a few thousand at a time. Tells how many. */
  async markUnlisted(until: Date, now: Date): Promise<number> {
    return inBatches(
      async (limit) =>
        this.prisma.$executeRaw`
          UPDATE conversations SET deleted_at = ${now} WHERE id IN (
            SELECT v.id FROM conversations v WHERE NOT v.is_listed AND v.deleted_at IS NULL AND v.updated_at <= ${until}
            LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)`,
    );
  }

  /** Takes the mark off one that was deleted after `since`; one that has none stays as it is. `null` if the user has no such conversation. */
  async unmark(userId: string, id: string, since: Date): Promise<StoredConversation | null> {
    return this.prisma.$transaction(async (tx) => {
      const [stored] = await tx.$queryRaw<(StoredConversation & { deletedAt: Date | null })[]>`
        SELECT ${Prisma.raw(conversationColumns)}, deleted_at AS "deletedAt" FROM conversations
        WHERE id = ${id}::uuid AND user_id = ${userId}::uuid AND (deleted_at IS NULL OR deleted_at > ${since}) FOR NO KEY UPDATE`;
      if (stored === undefined) {
        return null;
      }
      const { deletedAt, ...conversation } = stored;
      if (deletedAt !== null) {
        await tx.$executeRaw`UPDATE conversations SET deleted_at = NULL WHERE id = ${id}::uuid`;
        await recordAudit(tx, { action: "conversation.restore", target: { type: "conversation", id } });
      }
      return conversation;
    });
  }

  /**
   * Removes what was deleted until `until`, messages first, a few thousand rows at a time. What another process is removing is left to it. Tells how
   * many conversations went. Idempotent: after a crash the rest goes.
   */
  async remove(until: Date): Promise<number> {
    await inBatches(async (limit) =>
      this.count(
        removingMessages(Prisma.sql`
            SELECT m.id FROM conversations v JOIN messages m ON m.conversation_id = v.id WHERE v.deleted_at <= ${until}
            LIMIT ${limit} FOR UPDATE OF m SKIP LOCKED`),
      ),
    );
    return inBatches(async (limit) =>
      this.count(
        removingConversations(Prisma.sql`
            SELECT v.id FROM conversations v
            WHERE v.deleted_at <= ${until} AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = v.id)
            LIMIT ${limit} FOR UPDATE SKIP LOCKED`),
      ),
    );
  }

  private async count(statement: Prisma.Sql): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ count: number }[]>(statement);
    return row?.count ?? 0;
  }
}

/** What the agents of removed messages and conversations remember of them is noted in the statement that removes them: neither is ever without the other. */
const noting = (rows: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`noted AS (INSERT INTO agent_sessions_to_delete (agent_id, session) ${rows} ON CONFLICT DO NOTHING)`;

/** `ids`: a query of ids of messages. Yields their `count`. */
function removingMessages(ids: Prisma.Sql): Prisma.Sql {
  const rows = Prisma.sql`
    SELECT DISTINCT v.agent_id, gone.agent_session FROM gone JOIN conversations v ON v.id = gone.conversation_id WHERE gone.agent_session IS NOT NULL`;
  return Prisma.sql`
    WITH gone AS (DELETE FROM messages WHERE id IN (${ids}) RETURNING conversation_id, agent_session), ${noting(rows)}
    SELECT count(*)::int AS count FROM gone`;
}

/** `ids`: a query of ids of conversations. Yields their `count`. */
function removingConversations(ids: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH gone AS (DELETE FROM conversations WHERE id IN (${ids}) RETURNING id, agent_id),
    ${noting(Prisma.sql`SELECT gone.agent_id, gone.id::text FROM gone`)}
    SELECT count(*)::int AS count FROM gone`;
}
