import type { AgentEventKind } from "@mosaic/contracts/agent-event";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { sendAll } from "../../platform/notices/notices.js";
import { rankSql, type SealedContent } from "../conversations/conversations.types.js";
import { pushing } from "../push/due-pushes.js";

export interface NewAgentEvent {
  readonly agentId: string;
  readonly kind: AgentEventKind;
  readonly now: Date;
  /** `null`: the one that was spoken in last, or a new one. */
  readonly conversationId: string | null;
  readonly newConversationId: string;
  /** `null`: it can't be sent again. */
  readonly keyHash: Uint8Array<ArrayBuffer> | null;
  /** Older keys are forgotten. */
  readonly keysSince: Date;
  readonly pace: { readonly burst: number; readonly everyMs: number };
  /** Makes its id too, so that it comes after all that stands where it is put. */
  readonly seal: (userId: string) => SealedContent & { readonly id: string };
  readonly sealTitle: (userId: string, conversationId: string, agentName: string) => string;
}

export type AppendResult =
  | { readonly kind: "said"; readonly conversationId: string; readonly messageId: string }
  | { readonly kind: "not_found" }
  | { readonly kind: "too_many"; readonly waitMs: number };

interface Place {
  readonly conversationId: string;
  readonly userId: string;
}

interface Said extends Place {
  readonly messageId: string;
}

/** An agent is told again of so many at most: of what is older, it is told nothing. */
const mostNotGiven = 20;

@Injectable()
export class AgentEventsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Puts a message at the end of a conversation, beside whatever is being answered there, and tells the owner's pages. An agent says one thing after the
   * other, on whatever process: its row of the rate is locked.
   */
  async append(event: NewAgentEvent): Promise<AppendResult> {
    return this.prisma.$transaction(async (tx) => {
      const allowedAt = await lockRate(tx, event);
      const known = await findKnown(tx, event);
      if (known !== null) {
        return { kind: "said", ...known };
      }
      const { now, pace } = event;
      const waitMs = allowedAt.getTime() - now.getTime() - (pace.burst - 1) * pace.everyMs;
      if (waitMs > 0) {
        return { kind: "too_many", waitMs };
      }
      const place = await findPlace(tx, event);
      if (place === null) {
        return { kind: "not_found" };
      }
      const messageId = await store(tx, event, place);
      const listed = Prisma.sql`SELECT 1 FROM conversations WHERE id = ${place.conversationId}::uuid AND is_listed`;
      await tx.$executeRaw(pushing({ userId: place.userId, messageId }, listed));
      const next = new Date(Math.max(allowedAt.getTime(), now.getTime()) + pace.everyMs);
      await tx.$executeRaw`UPDATE agent_event_rates SET allowed_at = ${next} WHERE agent_id = ${event.agentId}::uuid`;
      await remember(tx, event, { ...place, messageId });
      await tell(tx, event, { ...place, messageId });
      return { kind: "said", conversationId: place.conversationId, messageId };
    });
  }
}

async function lockRate(tx: Prisma.TransactionClient, { agentId, now }: NewAgentEvent): Promise<Date> {
  const [row] = await tx.$queryRaw<{ allowedAt: Date }[]>`
    INSERT INTO agent_event_rates (agent_id, allowed_at) VALUES (${agentId}::uuid, ${now})
    ON CONFLICT (agent_id) DO UPDATE SET agent_id = excluded.agent_id RETURNING allowed_at AS "allowedAt"`;
  return row?.allowedAt ?? now;
}

async function findKnown(
  tx: Prisma.TransactionClient,
  { agentId, keyHash, keysSince }: NewAgentEvent,
): Promise<{ conversationId: string; messageId: string } | null> {
  if (keyHash === null) {
    return null;
  }
  const [row] = await tx.$queryRaw<{ conversationId: string; messageId: string }[]>`
    SELECT conversation_id AS "conversationId", message_id AS "messageId" FROM agent_event_keys
    WHERE agent_id = ${agentId}::uuid AND key_hash = ${keyHash} AND created_at > ${keysSince}`;
  return row ?? null;
}

/** Locks it. `null`: the agent has no such one, or nobody to speak to. */
async function findPlace(tx: Prisma.TransactionClient, event: NewAgentEvent): Promise<Place | null> {
  const { agentId, now, newConversationId: id } = event;
  const wanted = event.conversationId ?? (await findLast(tx, agentId));
  if (wanted !== null) {
    const [row] = await tx.$queryRaw<Place[]>`
      SELECT v.id AS "conversationId", v.user_id AS "userId"
      FROM conversations v JOIN agents a ON a.id = v.agent_id JOIN users u ON u.id = v.user_id
      WHERE v.id = ${wanted}::uuid AND v.agent_id = ${agentId}::uuid AND v.deleted_at IS NULL AND u.disabled_at IS NULL
        AND (a.owner_id = v.user_id OR (a.owner_id IS NULL AND u.role = 'admin')) FOR NO KEY UPDATE OF v`;
    return row ?? null;
  }
  const [owner] = await tx.$queryRaw<{ userId: string; name: string }[]>`
    SELECT u.id AS "userId", a.name FROM agents a JOIN users u ON u.id = a.owner_id WHERE a.id = ${agentId}::uuid AND u.disabled_at IS NULL FOR KEY SHARE OF a`;
  if (owner === undefined) {
    return null;
  }
  const { userId, name } = owner;
  await tx.conversation.create({
    data: { id, userId, agentId, titleEncrypted: event.sealTitle(userId, id, name), createdAt: now, updatedAt: now },
  });
  return { conversationId: id, userId };
}

/** Of the owner's conversations with the agent: the one that was spoken in last, pinned, listed or archived. */
async function findLast(tx: Prisma.TransactionClient, agentId: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT last.id FROM agents a CROSS JOIN (VALUES (2), (1), (0)) AS places (place)
      CROSS JOIN LATERAL (
        SELECT v.id, v.updated_at FROM conversations v
        WHERE v.agent_id = a.id AND v.user_id = a.owner_id AND ${Prisma.raw(rankSql)} = places.place AND v.deleted_at IS NULL
        ORDER BY v.updated_at DESC, v.id DESC LIMIT 1) last
    WHERE a.id = ${agentId}::uuid ORDER BY last.updated_at DESC LIMIT 1`;
  return row?.id ?? null;
}

/**
 * At the end of the path. It names no message before it: it follows the row before it there, which may be of a turn that begins meanwhile. Of what its
 * agent was not told again, the oldest is let go. Returns its id.
 */
async function store(tx: Prisma.TransactionClient, { kind, now, seal }: NewAgentEvent, { conversationId, userId }: Place): Promise<string> {
  const { id: messageId, contentEncrypted, contentFormat } = seal(userId);
  await tx.$executeRaw`
    UPDATE messages SET given_to = id WHERE id IN (
      SELECT m.id FROM messages m WHERE m.conversation_id = ${conversationId}::uuid AND m.agent_event_kind IS NOT NULL AND m.given_to IS NULL
      ORDER BY m.id DESC OFFSET ${mostNotGiven - 1})`;
  await tx.$executeRaw`
    INSERT INTO messages (id, conversation_id, role, content_encrypted, content_format, status, agent_event_kind, created_at)
    VALUES (${messageId}::uuid, ${conversationId}::uuid, 'assistant', ${contentEncrypted}, ${contentFormat}, 'complete', ${kind}, ${now})`;
  await tx.$executeRaw`
    UPDATE conversations SET updated_at = ${now}, archived_at = NULL,
      unread_message_id = CASE WHEN is_listed THEN GREATEST(unread_message_id, ${messageId}::uuid) END
    WHERE id = ${conversationId}::uuid`;
  return messageId;
}

async function remember(
  tx: Prisma.TransactionClient,
  { agentId, keyHash, now, keysSince }: NewAgentEvent,
  { conversationId, messageId }: Said,
): Promise<void> {
  if (keyHash === null) {
    return;
  }
  await tx.$executeRaw`DELETE FROM agent_event_keys WHERE agent_id = ${agentId}::uuid AND created_at <= ${keysSince}`;
  await tx.$executeRaw`
    INSERT INTO agent_event_keys (agent_id, key_hash, conversation_id, message_id, created_at)
    VALUES (${agentId}::uuid, ${keyHash}, ${conversationId}::uuid, ${messageId}::uuid, ${now})`;
}

/** `agent_spoke` is for whoever tells people elsewhere; pages fetch the conversation. */
async function tell(
  tx: Prisma.TransactionClient,
  { agentId, kind }: NewAgentEvent,
  { userId, conversationId, messageId }: Said,
): Promise<void> {
  const spoke = { type: "agent_spoke", agentId, conversationId, messageId, kind } as const;
  await sendAll(tx, [
    { channel: "mosaic_owner_events", payload: { userId, event: { type: "conversation", conversationId } } },
    { channel: "mosaic_owner_events", payload: { userId, event: spoke } },
  ]);
}
