import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { StoredConversation } from "./conversations.types.js";

const listLimit = 500;

const conversationFields = {
  id: true,
  agentId: true,
  titleEncrypted: true,
  memoryGivenAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** Newest first: every page asks for it. */
const conversationsOfUser: PreparedStatement = {
  name: "conversations_of_user",
  text: `
    SELECT id, agent_id AS "agentId", title_encrypted AS "titleEncrypted", memory_given_at AS "memoryGivenAt", created_at AS "createdAt",
      updated_at AS "updatedAt"
    FROM conversations WHERE user_id = $1 ORDER BY updated_at DESC, id DESC LIMIT ${listLimit}`,
};

@Injectable()
export class ConversationsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Newest first. */
  async list(userId: string): Promise<StoredConversation[]> {
    return this.prisma.askPrepared<StoredConversation>(conversationsOfUser, [userId]);
  }

  /** `null` if the user has no such agent. */
  async create(
    userId: string,
    conversation: { id: string; agentId: string; titleEncrypted: string; now: Date },
  ): Promise<StoredConversation | null> {
    const { id, agentId, titleEncrypted, now } = conversation;
    return this.prisma.$transaction(async (tx) => {
      const owned = await tx.$queryRaw<
        unknown[]
      >`SELECT 1 FROM agents WHERE id = ${agentId}::uuid AND (owner_id = ${userId}::uuid OR (owner_id IS NULL AND EXISTS (
          SELECT 1 FROM users WHERE id = ${userId}::uuid AND role = 'admin' AND disabled_at IS NULL))) FOR KEY SHARE`;
      if (owned.length === 0) {
        return null;
      }
      await recordAudit(tx, { action: "conversation.create", target: { type: "conversation", id }, details: { agentId } });
      return tx.conversation.create({
        data: { id, userId, agentId, titleEncrypted, createdAt: now, updatedAt: now },
        select: conversationFields,
      });
    });
  }

  async find(userId: string, id: string): Promise<StoredConversation | null> {
    return this.prisma.conversation.findFirst({ where: { id, userId }, select: conversationFields });
  }

  async setMemoryGiven(userId: string, id: string, at: Date): Promise<void> {
    await this.prisma.conversation.updateMany({ where: { id, userId }, data: { memoryGivenAt: at } });
  }

  /** False if the user has no such conversation. The time of the last message stays: a new name does not move it up. */
  async rename(userId: string, id: string, titleEncrypted: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const changed =
        await tx.$executeRaw`UPDATE conversations SET title_encrypted = ${titleEncrypted} WHERE id = ${id}::uuid AND user_id = ${userId}::uuid`;
      if (changed > 0) {
        await recordAudit(tx, { action: "conversation.rename", target: { type: "conversation", id } });
      }
      return changed > 0;
    });
  }

  /** With its messages. False if the user has no such conversation. */
  async delete(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.conversation.deleteMany({ where: { id, userId } });
      if (count > 0) {
        await recordAudit(tx, { action: "conversation.delete", target: { type: "conversation", id } });
        await send(tx, { channel: "mosaic_turns", payload: { what: "gone", conversationId: id } });
      }
      return count > 0;
    });
  }
}
