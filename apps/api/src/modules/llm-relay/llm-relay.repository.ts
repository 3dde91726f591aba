import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

export interface RelayingContainer {
  readonly ownerId: string | null;
  readonly tokenEncrypted: string;
}

@Injectable()
export class LlmRelayRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The container of an agent, unless it is stopped or its owner may not come in any more. */
  async findLive(agentId: string): Promise<RelayingContainer | null> {
    const row = await this.prisma.agentContainer.findUnique({
      where: {
        agentId,
        status: { in: ["starting", "running"] },
        agent: { OR: [{ ownerId: null }, { owner: { disabledAt: null, deletingAt: null } }] },
      },
      select: { tokenEncrypted: true, agent: { select: { ownerId: true } } },
    });
    return row === null ? null : { ownerId: row.agent.ownerId, tokenEncrypted: row.tokenEncrypted };
  }

  async recordCall(agentId: string, at: Date): Promise<void> {
    await this.prisma.$executeRaw`UPDATE agent_containers SET last_model_call_at = ${at} WHERE agent_id = ${agentId}::uuid`;
  }

  async lastCallAt(agentId: string): Promise<Date | null> {
    const row = await this.prisma.agentContainer.findUnique({ where: { agentId }, select: { lastModelCallAt: true } });
    return row?.lastModelCallAt ?? null;
  }
}
