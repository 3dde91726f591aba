import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import {
  conversationColumns,
  waitingFields,
  type ConversationChange,
  type StoredConversation,
  type StoredWaiting,
} from "./conversations.types.js";

const conversationFields = {
  id: true,
  agentId: true,
  titleEncrypted: true,
  memoryGivenAt: true,
  importedAt: true,
  folderId: true,
  pinnedAt: true,
  archivedAt: true,
  isListed: true,
  unreadMessageId: true,
  createdAt: true,
  updatedAt: true,
} as const;

export interface NewConversation {
  readonly id: string;
  readonly agentId: string;
  readonly folderId: string | null;
  readonly titleEncrypted: string;
  readonly isListed: boolean;
  readonly now: Date;
}

@Injectable()
export class ConversationsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** `null` if the user has no such agent, or no such folder. */
  async create(userId: string, conversation: NewConversation): Promise<StoredConversation | null> {
    const { id, agentId, folderId, titleEncrypted, isListed, now } = conversation;
    return this.prisma.$transaction(async (tx) => {
      const owned = await tx.$queryRaw<
        unknown[]
      >`SELECT 1 FROM agents WHERE id = ${agentId}::uuid AND (owner_id = ${userId}::uuid OR (owner_id IS NULL AND EXISTS (
          SELECT 1 FROM users WHERE id = ${userId}::uuid AND role = 'admin' AND disabled_at IS NULL))) FOR KEY SHARE`;
      if (owned.length === 0 || (folderId !== null && !(await hasFolder(tx, userId, folderId)))) {
        return null;
      }
      const details = { agentId, ...(isListed ? {} : { isListed }) };
      await recordAudit(tx, { action: "conversation.create", target: { type: "conversation", id }, details });
      return tx.conversation.create({
        data: { id, userId, agentId, folderId, titleEncrypted, isListed, createdAt: now, updatedAt: now },
        select: conversationFields,
      });
    });
  }

  /** With what waits in it, in the order in which it will be sent. */
  async find(userId: string, id: string): Promise<(StoredConversation & { readonly waiting: StoredWaiting[] }) | null> {
    return this.prisma.conversation.findFirst({
      where: { id, userId, deletedAt: null },
      select: { ...conversationFields, waiting: { select: waitingFields, orderBy: [{ isNext: "desc" }, { id: "asc" }] } },
    });
  }

  async setMemoryGiven(userId: string, id: string, at: Date): Promise<void> {
    await this.prisma.conversation.updateMany({ where: { id, userId }, data: { memoryGivenAt: at } });
  }

  /** `null` if the user has no such conversation, or no such folder. The time of the last message stays: a change does not move it up. */
  async update(userId: string, id: string, change: ConversationChange, now: Date): Promise<StoredConversation | null> {
    const { titleEncrypted, isPinned, isArchived, isListed, folderId } = change;
    return this.prisma.$transaction(async (tx) => {
      if (folderId != null && !(await hasFolder(tx, userId, folderId))) {
        return null;
      }
      const [changed] = await tx.$queryRaw<StoredConversation[]>`
        UPDATE conversations SET title_encrypted = COALESCE(${titleEncrypted ?? null}, title_encrypted),
          pinned_at = ${sinceSql("pinned_at", isPinned, isArchived, now)}, archived_at = ${sinceSql("archived_at", isArchived, isPinned, now)},
          is_listed = is_listed OR ${isListed === true}, folder_id = ${folderId === undefined ? Prisma.sql`folder_id` : Prisma.sql`${folderId}::uuid`}
        WHERE id = ${id}::uuid AND user_id = ${userId}::uuid AND deleted_at IS NULL RETURNING ${Prisma.raw(conversationColumns)}`;
      if (changed === undefined) {
        return null;
      }
      if (isListed === true) {
        await letBeFound(tx, id);
      }
      await noteChange(tx, id, change);
      return changed;
    });
  }
}

/** One entry for each kind of change. */
async function noteChange(tx: Prisma.TransactionClient, id: string, change: ConversationChange): Promise<void> {
  const { titleEncrypted, isPinned, isArchived, isListed, folderId } = change;
  const target = { type: "conversation", id } as const;
  if (titleEncrypted !== undefined) {
    await recordAudit(tx, { action: "conversation.rename", target });
  }
  if ((isPinned ?? isArchived) !== undefined) {
    const details = { ...(isPinned === undefined ? {} : { isPinned }), ...(isArchived === undefined ? {} : { isArchived }) };
    await recordAudit(tx, { action: "conversation.update", target, details });
  }
  if (isListed === true) {
    await recordAudit(tx, { action: "conversation.list", target });
  }
  if (folderId !== undefined) {
    await recordAudit(tx, { action: "conversation.move", target, details: { folderId } });
  }
}

/**
 * The search has passed over an unlisted one. Every message is written, also one that was not passed over yet: whoever is at it notices, and looks again.
 */
async function letBeFound(tx: Prisma.TransactionClient, id: string): Promise<void> {
  await tx.$executeRaw`UPDATE messages SET is_indexed = false WHERE conversation_id = ${id}::uuid`;
  await tx.$executeRaw`UPDATE conversations SET indexed_title = NULL WHERE id = ${id}::uuid`;
}

/** Until the end of the transaction. */
async function hasFolder(tx: Prisma.TransactionClient, userId: string, folderId: string): Promise<boolean> {
  const found = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM folders WHERE id = ${folderId}::uuid AND user_id = ${userId}::uuid FOR KEY SHARE`;
  return found.length > 0;
}

/** Since when it is pinned or archived, of which one ends the other. */
function sinceSql(column: "pinned_at" | "archived_at", is: boolean | undefined, isOther: boolean | undefined, now: Date): Prisma.Sql {
  if (is === true) {
    return Prisma.sql`COALESCE(${Prisma.raw(column)}, ${now})`;
  }
  return is === false || isOther === true ? Prisma.sql`NULL` : Prisma.raw(column);
}
