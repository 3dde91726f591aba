import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../../platform/database/prisma.service.js";

/** What supervisors say of their containers. */
@Injectable()
export class SupervisorReportsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async setGeneration(agentId: string, generation: string): Promise<void> {
    await this.prisma.agentContainer.updateMany({ where: { agentId, status: { in: ["starting", "running"] } }, data: { generation } });
  }

  /** Whether somebody waits for an answer of the agent. */
  async isAwaited(agentId: string): Promise<boolean> {
    const [row] = await this.prisma.$queryRaw<{ found: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM conversations c JOIN messages m ON m.conversation_id = c.id
        WHERE c.agent_id = ${agentId}::uuid AND m.status = 'streaming') AS found`;
    return row?.found ?? false;
  }

  /** Marks a running agent to be restarted when it answers nobody. False if it does not run, or is marked already. Idempotent. */
  async markOutdated(agentId: string): Promise<boolean> {
    const { count } = await this.prisma.agentContainer.updateMany({
      where: { agentId, status: { in: ["starting", "running"] }, restartPendingSince: null },
      data: { restartPendingSince: new Date() },
    });
    return count > 0;
  }

  /** Of a start under way. When it had another one and `isOtherMemory`: since when its memory is lost; else `null`. */
  async takeStateMark(agentId: string, mark: string, isOtherMemory: boolean): Promise<Date | null> {
    const rows = await this.prisma.$queryRaw<{ lost_at: Date | null }[]>`
      UPDATE agent_containers c SET state_mark = ${mark},
        memory_lost_at = CASE WHEN before.state_mark IS NOT NULL AND ${isOtherMemory} THEN now() ELSE c.memory_lost_at END
      FROM (SELECT agent_id, state_mark FROM agent_containers WHERE agent_id = ${agentId}::uuid FOR UPDATE) before
      WHERE c.agent_id = before.agent_id AND c.status = 'starting' AND before.state_mark IS DISTINCT FROM ${mark}
      RETURNING CASE WHEN before.state_mark IS NOT NULL AND ${isOtherMemory} THEN c.memory_lost_at END AS lost_at`;
    return rows[0]?.lost_at ?? null;
  }

  /** Milliseconds since the agent or a provider that it is assigned was changed last; `null` for an agent that is gone. */
  async msSinceChange(agentId: string): Promise<number | null> {
    const [row] = await this.prisma.$queryRaw<{ age_ms: number }[]>`
      SELECT (extract(epoch FROM now() - greatest(a.updated_at, (
        SELECT max(p.updated_at) FROM (
          SELECT m.provider_id FROM model_assignments m WHERE m.agent_id = a.id
          UNION SELECT m.provider_id FROM model_assignments m WHERE m.agent_id IS NULL AND m.user_id = a.owner_id
          UNION SELECT m.provider_id FROM model_assignments m WHERE m.agent_id IS NULL AND m.user_id IS NULL) u
        CROSS JOIN LATERAL (SELECT l.updated_at FROM llm_providers l WHERE l.id = u.provider_id OFFSET 0) p))) * 1000)::float8 AS age_ms
      FROM agents a WHERE a.id = ${agentId}::uuid`;
    return row === undefined ? null : Math.max(0, row.age_ms);
  }
}
