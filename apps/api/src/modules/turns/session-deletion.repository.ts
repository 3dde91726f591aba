import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../platform/database/prisma.service.js";

export interface SessionToDelete {
  readonly agentId: string;
  readonly session: string;
  readonly attempts: number;
}

/** Sessions of agents that are to go, since their conversations have. They go with their agent, too. */
@Injectable()
export class SessionDeletionRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Some that are due, of agents that run, a few of each, for this process alone until `retryAt`. */
  async claim(now: Date, retryAt: Date, limits: { readonly inAll: number; readonly ofAgent: number }): Promise<SessionToDelete[]> {
    return this.prisma.$queryRaw<SessionToDelete[]>`
      WITH due AS (
        SELECT d.agent_id, d.session FROM agent_containers c CROSS JOIN LATERAL (
          SELECT s.agent_id, s.session, s.next_at FROM agent_sessions_to_delete s WHERE s.agent_id = c.agent_id AND s.next_at <= ${now}
          ORDER BY s.next_at LIMIT ${limits.ofAgent}) d
        WHERE c.status = 'running' ORDER BY d.next_at LIMIT ${limits.inAll}),
      free AS (
        SELECT s.agent_id, s.session FROM due JOIN agent_sessions_to_delete s ON s.agent_id = due.agent_id AND s.session = due.session
        WHERE s.next_at <= ${now} FOR UPDATE OF s SKIP LOCKED)
      UPDATE agent_sessions_to_delete s SET next_at = ${retryAt}, attempts = s.attempts + 1 FROM free
      WHERE s.agent_id = free.agent_id AND s.session = free.session
      RETURNING s.agent_id AS "agentId", s.session, s.attempts`;
  }

  /** A session that no conversation goes on in. Nothing for an agent that is gone. Idempotent. */
  async add(agentId: string, session: string): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO agent_sessions_to_delete (agent_id, session) SELECT a.id, ${session} FROM agents a WHERE a.id = ${agentId}::uuid
      ON CONFLICT DO NOTHING`;
  }

  async done({ agentId, session }: SessionToDelete): Promise<void> {
    await this.prisma.$executeRaw`DELETE FROM agent_sessions_to_delete WHERE agent_id = ${agentId}::uuid AND session = ${session}`;
  }

  async putOff({ agentId, session }: Pick<SessionToDelete, "agentId" | "session">, until: Date): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE agent_sessions_to_delete SET next_at = ${until} WHERE agent_id = ${agentId}::uuid AND session = ${session}`;
  }

  /** All that are due, or were claimed, of an agent that can't be asked now. */
  async putOffAll(agentId: string, dueUntil: Date, until: Date): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE agent_sessions_to_delete SET next_at = ${until} WHERE agent_id = ${agentId}::uuid AND next_at <= ${dueUntil}`;
  }
}
