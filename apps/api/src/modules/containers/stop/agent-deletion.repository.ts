import { Injectable } from "@nestjs/common";
import { inBatches } from "../../../platform/database/in-batches.js";
import { PrismaService } from "../../../platform/database/prisma.service.js";
import { recordAudit } from "../../audit/audit-trail.js";

@Injectable()
export class AgentDeletionRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** How much goes with an agent, of what its owner can see. */
  async countContents(agentId: string): Promise<{ conversations: number; messages: number; hasState: boolean }> {
    const [conversations, messages, containers] = await Promise.all([
      this.prisma.conversation.count({ where: { agentId, deletedAt: null } }),
      this.prisma.message.count({ where: { conversation: { agentId, deletedAt: null } } }),
      this.prisma.agentContainer.count({ where: { agentId } }),
    ]);
    return { conversations, messages, hasState: containers > 0 };
  }

  /** With everything that belongs to it. Its messages go before, a few thousand at a time. */
  async deleteAgent(agentId: string): Promise<void> {
    await inBatches(
      async (limit) => this.prisma.$executeRaw`
        DELETE FROM messages WHERE id IN (
          SELECT m.id FROM conversations v JOIN messages m ON m.conversation_id = v.id WHERE v.agent_id = ${agentId}::uuid LIMIT ${limit})`,
    );
    await this.prisma.$transaction(async (transaction) => {
      const agent = await transaction.agent.findUnique({ where: { id: agentId }, select: { name: true, ownerId: true } });
      if (agent !== null) {
        await transaction.agent.delete({ where: { id: agentId } });
        await recordAudit(transaction, {
          action: agent.ownerId === null ? "system_agent.delete" : "agent.delete",
          target: { type: "agent", id: agentId, name: agent.name },
        });
      }
    });
  }
}
