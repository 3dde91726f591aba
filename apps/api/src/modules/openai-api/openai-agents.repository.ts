import { Injectable } from "@nestjs/common";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import type { ProgramAgent } from "./openai-turns.types.js";

const agentsOfOwner: PreparedStatement = {
  name: "openai_agents_of_owner",
  text: `
    SELECT a.id, a.backend_id AS backend, a.name, a.created_at AS "createdAt", COALESCE(c.status = 'running', false) AS "isAwake"
    FROM agents a LEFT JOIN agent_containers c ON c.agent_id = a.id WHERE a.owner_id = $1 ORDER BY a.id`,
};

@Injectable()
export class OpenAiAgentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Oldest first. */
  async list(ownerId: string): Promise<ProgramAgent[]> {
    return this.prisma.askPrepared<ProgramAgent>(agentsOfOwner, [ownerId]);
  }
}
