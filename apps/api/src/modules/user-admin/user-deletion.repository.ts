import type { UserDeletionSummary } from "@mosaic/contracts/admin-users";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import { endEverythingOf } from "../auth/session-endings.js";

export type DeletionRefusal = "not_found" | "breakglass" | "self";

@Injectable()
export class UserDeletionRepository {
  constructor(private readonly prisma: PrismaService) {}

  async summary(id: string): Promise<UserDeletionSummary | null> {
    const counted = { agents: true, conversations: true, providers: true, accessTokens: true } as const;
    const row = await this.prisma.user.findUnique({ where: { id }, select: { _count: { select: counted } } });
    if (row === null) {
      return null;
    }
    const { agents, conversations, providers, accessTokens } = row._count;
    const sharedProviders = await this.prisma.llmProvider.count({ where: { ownerId: id, isShared: true } });
    return { agents, conversations, providers, tokens: accessTokens, sharedProviders };
  }

  /** Marks and disables the account, once: asking again goes on with what was begun. `null`: it may go on. */
  async begin(adminId: string, id: string, now: Date): Promise<DeletionRefusal | null> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      const include = {
        breakglass: { select: { userId: true } },
        _count: { select: { agents: true, conversations: true, providers: true } },
      };
      const user = await transaction.user.findUnique({ where: { id }, include });
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
      const { agents, conversations, providers } = user._count;
      await recordAudit(transaction, {
        action: "user.delete",
        target: { type: "user", id, name: user.username },
        details: { role: user.role, agents, conversations, providers },
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
        await transaction.$executeRaw`SELECT pg_notify('mosaic_agent_config', '*')`;
      }
      return true;
    });
  }
}
