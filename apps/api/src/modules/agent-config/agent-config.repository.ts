import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { storedAgentInclude, toStoredAgent, type StoredAgent } from "../agents/agents.types.js";
import type { LiveContainer } from "./agent-config.types.js";

@Injectable()
export class AgentConfigRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The container of a token, unless it is stopped. One query by a unique index, however many containers there are. */
  async findLive(tokenHash: Uint8Array<ArrayBuffer>): Promise<LiveContainer | null> {
    const row = await this.prisma.agentContainer.findUnique({
      where: { tokenHash, status: { in: ["starting", "running"] } },
      select: { agentId: true, name: true, endpointPort: true, agent: { select: { ownerId: true } } },
    });
    return row === null ? null : { agentId: row.agentId, ownerId: row.agent.ownerId, name: row.name, endpointPort: row.endpointPort };
  }

  /** `null` if there is no such agent. */
  async findAgent(agentId: string): Promise<StoredAgent | null> {
    const row = await this.prisma.agent.findUnique({ where: { id: agentId }, include: storedAgentInclude });
    return row === null ? null : toStoredAgent(row);
  }
}
