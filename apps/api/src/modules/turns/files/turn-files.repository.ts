import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../../platform/database/prisma.service.js";

@Injectable()
export class TurnFilesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Whose model a conversation's message goes to. `null` if the user has no such conversation. */
  async findAgent(userId: string, conversationId: string): Promise<{ readonly agentId: string; readonly backendId: string } | null> {
    const [agent] = await this.prisma.$queryRaw<{ agentId: string; backendId: string }[]>`
      SELECT a.id AS "agentId", a.backend_id AS "backendId" FROM conversations v JOIN agents a ON a.id = v.agent_id
      WHERE v.id = ${conversationId}::uuid AND v.user_id = ${userId}::uuid AND v.deleted_at IS NULL`;
    return agent ?? null;
  }
}
