import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { sending } from "../../platform/notices/notices.js";
import type { StoredDraft } from "./conversations.types.js";
import type { ConversationKey } from "./message-pages.repository.js";

/** One statement each: they come while somebody types. */
@Injectable()
export class DraftsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** `null` if the user has no such conversation. */
  async find(userId: string, conversationId: string): Promise<{ readonly draft: StoredDraft | null } | null> {
    const [row] = await this.prisma.askNamed<StoredDraft | Record<keyof StoredDraft, null>>(
      "find_draft",
      Prisma.sql`
      SELECT d.revision, d.content_encrypted AS "contentEncrypted", d.updated_at AS "updatedAt"
      FROM conversations v LEFT JOIN drafts d ON d.conversation_id = v.id WHERE ${owned({ userId, conversationId })}`,
    );
    if (row === undefined) {
      return null;
    }
    return { draft: row.revision === null ? null : row };
  }

  /** False if the user has no such conversation. */
  async save(key: ConversationKey, { revision, contentEncrypted, updatedAt }: StoredDraft): Promise<boolean> {
    const change = Prisma.sql`
          INSERT INTO drafts (conversation_id, revision, content_encrypted, updated_at)
          SELECT place.id, ${revision}::uuid, ${contentEncrypted}, ${updatedAt} FROM place
          ON CONFLICT (conversation_id) DO UPDATE
            SET revision = excluded.revision, content_encrypted = excluded.content_encrypted, updated_at = excluded.updated_at
          WHERE drafts.revision <> excluded.revision RETURNING 1`;
    return this.change("save_draft", key, change, revision);
  }

  /** False if the user has no such conversation. */
  async drop(key: ConversationKey, revision: string): Promise<boolean> {
    const change = Prisma.sql`DELETE FROM drafts d USING place WHERE d.conversation_id = place.id AND d.revision = ${revision}::uuid RETURNING 1`;
    return this.change("drop_draft", key, change, null);
  }

  /** Tells the owner's pages if anything has changed. */
  private async change(name: string, key: ConversationKey, change: Prisma.Sql, revision: string | null): Promise<boolean> {
    const { userId, conversationId } = key;
    const event = { type: "conversation", conversationId, draft: { revision } } as const;
    const rows = await this.prisma.askNamed(
      name,
      Prisma.sql`
      WITH place AS (SELECT v.id FROM conversations v WHERE ${owned(key)}), changed AS (${change})
      SELECT place.id, CASE WHEN EXISTS (SELECT 1 FROM changed) THEN ${sending({ channel: "mosaic_owner_events", payload: { userId, event } })} END FROM place`,
    );
    return rows.length > 0;
  }
}

function owned({ userId, conversationId }: ConversationKey): Prisma.Sql {
  return Prisma.sql`v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL`;
}
