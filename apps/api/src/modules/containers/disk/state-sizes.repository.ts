import { Injectable } from "@nestjs/common";
import { PrismaService } from "../../../platform/database/prisma.service.js";
import { nearLimitShare } from "./disk-limits.js";

/** Whose state is to be measured, and what is known of it. */
export interface StateToMeasure {
  readonly agentId: string;
  readonly name: string;
  readonly backendId: string;
  readonly image: string;
  readonly formerBytes: number | null;
  readonly limitBytes: number;
}

interface Row {
  agent_id: string;
  name: string;
  backend_id: string;
  image: string;
  state_bytes: bigint | null;
  state_limit_bytes: bigint;
}

/** Sizes of agents' states as they were measured. */
@Injectable()
export class StateSizesRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * Takes up to `limit` of those that run and were measured longest ago, before `before`, then of those that came to rest since. Each is given
   * to one process: who takes it writes down that it does. `state_measured_at` says when it was last tried: what can't be counted keeps its old size.
   */
  async claim(before: Date, now: Date, limit: number): Promise<StateToMeasure[]> {
    const running = await this.prisma.$queryRaw<Row[]>`
      WITH due AS (
        SELECT agent_id FROM agent_containers
        WHERE status IN ('starting', 'running', 'stopping') AND (state_measured_at IS NULL OR state_measured_at < ${before})
        ORDER BY state_measured_at NULLS FIRST LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      UPDATE agent_containers c SET state_measured_at = ${now} FROM due, agents a, backends b
      WHERE c.agent_id = due.agent_id AND a.id = c.agent_id AND b.id = a.backend_id
      RETURNING c.agent_id, c.name, b.id AS backend_id, b.image, c.state_bytes, b.state_limit_bytes`;
    const rested = await this.prisma.$queryRaw<Row[]>`
      WITH due AS (
        SELECT agent_id FROM agent_containers
        WHERE status IN ('stopped', 'error') AND (state_measured_at IS NULL OR state_measured_at < status_since)
        ORDER BY state_measured_at NULLS LAST, status_since LIMIT ${limit - running.length} FOR UPDATE SKIP LOCKED)
      UPDATE agent_containers c SET state_measured_at = greatest(${now}, c.status_since) FROM due, agents a, backends b
      WHERE c.agent_id = due.agent_id AND a.id = c.agent_id AND b.id = a.backend_id
      RETURNING c.agent_id, c.name, b.id AS backend_id, b.image, c.state_bytes, b.state_limit_bytes`;
    return [...running, ...rested].map((row) => ({
      agentId: row.agent_id,
      name: row.name,
      backendId: row.backend_id,
      image: row.image,
      formerBytes: row.state_bytes === null ? null : Number(row.state_bytes),
      limitBytes: Number(row.state_limit_bytes),
    }));
  }

  /**
   * Those that were taken and not looked at are due again, after all others: what fails for a batch must not come first every time. One that runs
   * is so by the time of this try.
   */
  async giveBack(agentIds: readonly string[]): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE agent_containers SET state_measured_at = NULL
      WHERE agent_id = ANY(${[...agentIds]}::uuid[]) AND status IN ('stopped', 'error')`;
  }

  async store(agentId: string, bytes: number): Promise<void> {
    // Not `updated_at`: an idle agent stays as idle as it was.
    await this.prisma.$executeRaw`UPDATE agent_containers SET state_bytes = ${BigInt(bytes)} WHERE agent_id = ${agentId}::uuid`;
  }

  /** Since when it runs, in milliseconds; `null` if it does not. */
  async runningMs(agentId: string): Promise<number | null> {
    const [row] = await this.prisma.$queryRaw<{ ms: number }[]>`
      SELECT (extract(epoch FROM now() - status_since) * 1000)::float8 AS ms FROM agent_containers
      WHERE agent_id = ${agentId}::uuid AND status IN ('starting', 'running')`;
    return row?.ms ?? null;
  }

  /** How many agents are near or above their limit, of the thousand that keep most. */
  async summary(): Promise<{ near: number; above: number }> {
    const least = await this.prisma.backend.aggregate({ _min: { stateLimitBytes: true } });
    const from = BigInt(Math.floor(Number(least._min.stateLimitBytes ?? 0) * nearLimitShare));
    const [row] = await this.prisma.$queryRaw<{ near: bigint; above: bigint }[]>`
      SELECT count(*) FILTER (WHERE c.state_bytes > b.state_limit_bytes * ${nearLimitShare}::float8 AND c.state_bytes <= b.state_limit_bytes) AS near,
             count(*) FILTER (WHERE c.state_bytes > b.state_limit_bytes) AS above
      FROM (SELECT agent_id, state_bytes FROM agent_containers WHERE state_bytes > ${from} ORDER BY state_bytes DESC LIMIT 1000) c
      JOIN agents a ON a.id = c.agent_id JOIN backends b ON b.id = a.backend_id`;
    return { near: Number(row?.near ?? 0), above: Number(row?.above ?? 0) };
  }
}
