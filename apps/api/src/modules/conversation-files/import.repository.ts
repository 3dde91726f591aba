import type { AuditAction } from "@mosaic/contracts/audit-actions";
import { Injectable } from "@nestjs/common";
import { z } from "zod";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { ConversationDraft, DraftMessage } from "./conversation-draft.js";

/** Whose it will be, and with which of their agents. */
export interface ImportTarget {
  readonly userId: string;
  readonly agentId: string;
  readonly now: Date;
}

/** `known`: its owner has it already. `deleted`: they deleted it, and can still take that back. `no_agent`: there is no such agent of theirs. */
type Stored = "added" | "known" | "deleted" | "no_agent";

const rowsAtOnce = 500;
const uuid = z.uuid();

@Injectable()
export class ImportRepository {
  constructor(private readonly prisma: PrismaService) {}

  async hasAgent(userId: string, agentId: string): Promise<boolean> {
    return (
      (
        await this.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM agents WHERE id = ${agentId}::uuid AND owner_id = ${userId}::uuid`
      ).length > 0
    );
  }

  /** All of a conversation or nothing. Idempotent: what is there already stays as it is. */
  async store(
    { userId, agentId, now }: ImportTarget,
    draft: ConversationDraft,
    action: Extract<AuditAction, "conversation.import" | "conversation.continue"> = "conversation.import",
  ): Promise<Stored> {
    const { id, source, originalId, importKey, titleEncrypted, pinnedAt, archivedAt, createdAt, updatedAt } = draft;
    const ownId = source === "mosaic" && uuid.safeParse(originalId).success ? originalId : null;
    return this.prisma.$transaction(
      async (tx) => {
        const owned = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM agents WHERE id = ${agentId}::uuid AND owner_id = ${userId}::uuid FOR KEY SHARE`;
        if (owned.length === 0) {
          return "no_agent";
        }
        const [there] = await tx.$queryRaw<{ isDeleted: boolean }[]>`
          SELECT deleted_at IS NOT NULL AS "isDeleted" FROM conversations
          WHERE user_id = ${userId}::uuid AND (import_key = ${importKey} OR id = ${ownId}::uuid)
          ORDER BY deleted_at DESC NULLS FIRST LIMIT 1`;
        if (there !== undefined) {
          return there.isDeleted ? "deleted" : "known";
        }
        const added = await tx.$executeRaw`
          INSERT INTO conversations (id, user_id, agent_id, title_encrypted, pinned_at, archived_at, created_at, updated_at, imported_at, import_key)
          VALUES (${id}::uuid, ${userId}::uuid, ${agentId}::uuid, ${titleEncrypted}, ${pinnedAt}, ${archivedAt}, ${createdAt}, ${updatedAt}, ${now}, ${importKey})
          ON CONFLICT (user_id, import_key) WHERE import_key IS NOT NULL DO NOTHING`;
        if (added === 0) {
          return "known";
        }
        const shown = draft.shown();
        for (let start = 0; start < draft.messages.length; start += rowsAtOnce) {
          await tx.$executeRaw`
            INSERT INTO messages (id, conversation_id, parent_id, left_at, role, content_encrypted, content_format, status, input_tokens, output_tokens, cached_tokens,
              context_tokens, context_window, cost_micros, model, created_at)
            SELECT m.id, ${id}::uuid, COALESCE(m.parent, ${id}::uuid), CASE WHEN m.shown THEN NULL ELSE ${now}::timestamptz END, m.role, m.content, m.format, m.status, m.input, m.output, m.cached,
              m.context, m."contextWindow", m.cost, m.model, m.at
            FROM jsonb_to_recordset(${rowsOf(draft.messages.slice(start, start + rowsAtOnce), shown)}::jsonb) AS m
              (id uuid, parent uuid, shown boolean, role text, content text, format text, status text, input int, output int, cached int,
              context int, "contextWindow" int, cost bigint, model text, at timestamptz)`;
        }
        const details = { agentId, source, messages: draft.messages.length };
        await recordAudit(tx, { action, target: { type: "conversation", id }, details });
        return "added";
      },
      { timeout: 60_000 },
    );
  }
}

function rowsOf(messages: readonly DraftMessage[], shown: ReadonlySet<string>): string {
  return JSON.stringify(
    messages.map(({ id, parentId, role, contentEncrypted, contentFormat, status, usage, createdAt }) => ({
      id,
      parent: parentId,
      shown: shown.has(id),
      role,
      content: contentEncrypted,
      format: contentFormat,
      status,
      input: usage?.inputTokens ?? null,
      output: usage?.outputTokens ?? null,
      cached: usage?.cachedTokens ?? null,
      context: usage?.contextTokens ?? null,
      contextWindow: usage?.contextWindow ?? null,
      cost: usage?.costMicros ?? null,
      model: usage?.model ?? null,
      at: createdAt.toISOString(),
    })),
  );
}
