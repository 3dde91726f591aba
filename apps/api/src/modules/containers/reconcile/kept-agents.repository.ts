import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../../platform/database/prisma.service.js";
import { recordAudit } from "../../audit/audit-trail.js";

/** System agents: they are kept running as long as they are wanted. */
@Injectable()
export class KeptAgentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** System agents that should run and don't. */
  async missingSystemAgents(): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT a.id FROM agents a LEFT JOIN agent_containers c ON c.agent_id = a.id
      WHERE a.owner_id IS NULL AND a.is_wanted AND coalesce(c.status, 'stopped') IN ('stopped', 'error')`;
    return rows.map(({ id }) => id);
  }

  /** Of a system agent. Nothing happens when it is so already. */
  async setWanted(agentId: string, isWanted: boolean): Promise<void> {
    await this.prisma.$transaction(async (transaction) => {
      const where = { id: agentId, ownerId: null, isWanted: !isWanted };
      const agent = await transaction.agent.findFirst({ where, select: { name: true } });
      if (agent !== null && (await transaction.agent.updateMany({ where, data: { isWanted } })).count > 0) {
        await recordAudit(transaction, {
          action: "system_agent.update",
          target: { type: "agent", id: agentId, name: agent.name },
          details: { isKeptRunning: isWanted },
        });
      }
    });
  }
}
