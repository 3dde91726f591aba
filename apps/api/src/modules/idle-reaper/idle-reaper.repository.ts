import type { ContainerStatus } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { IdleCandidate } from "./idle-decision.js";

interface Row {
  agent_id: string;
  status: ContainerStatus;
  idle_timeout_seconds: number;
  last_active_at: Date;
  has_turn: boolean;
}

@Injectable()
export class IdleReaperRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** The running agents that may become idle at all. */
  async running(): Promise<(IdleCandidate & { readonly agentId: string })[]> {
    const rows = await this.prisma.$queryRaw<Row[]>`
      SELECT c.agent_id, c.status, a.idle_timeout_seconds, coalesce(c.last_active_at, c.updated_at) AS last_active_at,
        EXISTS (SELECT 1 FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE v.agent_id = a.id AND m.status = 'streaming') AS has_turn
      FROM agent_containers c JOIN agents a ON a.id = c.agent_id
      WHERE c.status = 'running' AND a.idle_timeout_seconds > 0`;
    return rows.map((row) => ({
      agentId: row.agent_id,
      status: row.status,
      idleTimeoutSeconds: row.idle_timeout_seconds,
      lastActiveAt: row.last_active_at,
      hasTurnInFlight: row.has_turn,
    }));
  }
}
