import type { UserDeletionSummary } from "@mosaic/contracts/admin-users";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { inBatches } from "../../platform/database/in-batches.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { endEverythingOf } from "../auth/session-endings.js";

const filesAtOnce = 50;

export type DeletionRefusal = "not_found" | "breakglass" | "self";

@Injectable()
export class UserDeletionRepository {
  constructor(private readonly prisma: PrismaService) {}

  async summary(id: string): Promise<UserDeletionSummary | null> {
    if ((await this.prisma.user.findUnique({ where: { id }, select: { id: true } })) === null) {
      return null;
    }
    const [held, tokens, sharedProviders] = await Promise.all([
      countHeld(this.prisma, id),
      this.prisma.accessToken.count({ where: { userId: id } }),
      this.prisma.llmProvider.count({ where: { ownerId: id, isShared: true } }),
    ]);
    return { ...held, tokens, sharedProviders };
  }

  /** Marks and disables the account, once: asking again goes on with what was begun. `null`: it may go on. */
  async begin(adminId: string, id: string, now: Date): Promise<DeletionRefusal | null> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      const user = await transaction.user.findUnique({ where: { id }, include: { breakglass: { select: { userId: true } } } });
      if (user === null) {
        return "not_found";
      }
      if (user.breakglass !== null || id === adminId) {
        return user.breakglass === null ? "self" : "breakglass";
      }
      if (user.deletingAt !== null) {
        return null;
      }
      await transaction.user.update({ where: { id }, data: { deletingAt: now, disabledAt: user.disabledAt ?? now } });
      await endEverythingOf(transaction, id);
      await recordAudit(transaction, {
        action: "user.delete",
        target: { type: "user", id, name: user.username },
        details: { role: user.role, ...(await countHeld(transaction, id)) },
      });
      return null;
    });
  }

  /** Whose deletion has begun and not ended. */
  async underWay(): Promise<string[]> {
    const rows = await this.prisma.user.findMany({ where: { deletingAt: { not: null } }, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  async agentIds(userId: string): Promise<string[]> {
    const rows = await this.prisma.agent.findMany({ where: { ownerId: userId }, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  /** Files with all their pieces, a few at a time: nothing else that is deleted takes so long. */
  async deleteFiles(userId: string): Promise<void> {
    let count: number;
    do {
      count = await this.prisma.$executeRaw`
        DELETE FROM files WHERE id IN (SELECT f.id FROM files f WHERE f.user_id = ${userId}::uuid LIMIT ${filesAtOnce})`;
    } while (count > 0);
  }

  /** Agents that outlive their person, a system's, are to forget them. Most of what somebody has is what was said: it goes first, a few thousand rows at a time, and the row's own transaction stays short. */
  async deleteMessages(userId: string): Promise<void> {
    await inBatches(async (limit) =>
      this.count(Prisma.sql`
        WITH gone AS (
          DELETE FROM messages WHERE id IN (
            SELECT m.id FROM conversations v JOIN messages m ON m.conversation_id = v.id WHERE v.user_id = ${userId}::uuid LIMIT ${limit})
          RETURNING conversation_id, agent_session),
        noted AS (
          INSERT INTO agent_sessions_to_delete (agent_id, session)
          SELECT DISTINCT v.agent_id, gone.agent_session FROM gone JOIN conversations v ON v.id = gone.conversation_id
          WHERE gone.agent_session IS NOT NULL ON CONFLICT DO NOTHING)
        SELECT count(*)::int AS count FROM gone`),
    );
    await inBatches(async (limit) =>
      this.count(Prisma.sql`
        WITH gone AS (
          DELETE FROM conversations WHERE id IN (SELECT v.id FROM conversations v WHERE v.user_id = ${userId}::uuid LIMIT ${limit})
          RETURNING id, agent_id),
        noted AS (INSERT INTO agent_sessions_to_delete (agent_id, session) SELECT agent_id, id::text FROM gone ON CONFLICT DO NOTHING)
        SELECT count(*)::int AS count FROM gone`),
    );
  }

  private async count(statement: Prisma.Sql): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ count: number }[]>(statement);
    return row?.count ?? 0;
  }

  /**
   * Deletes the row, and with it sessions, tokens, keys and conversations. False if there are agents left, whose containers and state would
   * stay behind: nobody can add one while the row is locked.
   */
  async deleteWithoutAgents(id: string): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR UPDATE`;
      if ((await transaction.agent.count({ where: { ownerId: id } })) > 0) {
        return false;
      }
      const { count } = await transaction.user.deleteMany({ where: { id, deletingAt: { not: null } } });
      if (count > 0) {
        // What they shared is gone for all who used it.
        await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: null } });
      }
      return true;
    });
  }
}

async function countHeld(
  database: Pick<Prisma.TransactionClient, "agent" | "conversation" | "llmProvider">,
  userId: string,
): Promise<{ agents: number; conversations: number; providers: number }> {
  const agents = await database.agent.count({ where: { ownerId: userId } });
  const conversations = await database.conversation.count({ where: { userId, deletedAt: null } });
  return { agents, conversations, providers: await database.llmProvider.count({ where: { ownerId: userId } }) };
}
