import { stageProgress, type ContainerStatus } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { AgentTarget, ContainerRecord, ReconciledAgent } from "./containers.types.js";

interface Row {
  agent_id: string;
  owner_id: string | null;
  idle_timeout_seconds: number;
  backend_id: string;
  image: string;
  memory_limit_bytes: bigint;
  nano_cpus: bigint;
  pids_limit: number;
  ready_timeout_ms: number;
  name: string | null;
  status: ContainerStatus;
  token_encrypted: string;
  token_hash: Uint8Array;
  endpoint_host: string | null;
  endpoint_port: number | null;
  stage: unknown;
  error_code: string | null;
  error_detail: string | null;
  generation: string | null;
  last_active_at: Date | null;
  updated_at: Date;
}

type ReconciledRow = Pick<Row, "agent_id" | "status" | "endpoint_host" | "endpoint_port"> & { readonly name: string };

const selection = Prisma.sql`
  SELECT a.id AS agent_id, a.owner_id, a.idle_timeout_seconds, b.id AS backend_id, b.image, b.memory_limit_bytes, b.nano_cpus,
         b.pids_limit, b.ready_timeout_ms, c.name, c.status, c.token_encrypted, c.token_hash, c.endpoint_host, c.endpoint_port, c.stage,
         c.error_code, c.error_detail, c.generation, c.last_active_at, c.updated_at
  FROM agents a JOIN backends b ON b.id = a.backend_id`;

/** Agents with their running sides, as they are stored. */
@Injectable()
export class ContainersRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** One query: the way to a running agent. `null` if there is no such agent. */
  async find(agentId: string): Promise<AgentTarget | null> {
    const rows = await this.prisma.$queryRaw<
      Row[]
    >`${selection} LEFT JOIN agent_containers c ON c.agent_id = a.id WHERE a.id = ${agentId}::uuid`;
    return rows[0] === undefined ? null : toTarget(rows[0]);
  }

  async findRunning(): Promise<AgentTarget[]> {
    const rows = await this.prisma.$queryRaw<
      Row[]
    >`${selection} JOIN agent_containers c ON c.agent_id = a.id WHERE c.status = 'running' AND c.endpoint_host IS NOT NULL`;
    return rows.map(toTarget);
  }

  /** Those that should be at work, and those of the names that the engine has: not all that were ever started. */
  async findForReconciliation(names: readonly string[]): Promise<ReconciledAgent[]> {
    const rows = await this.prisma.$queryRaw<ReconciledRow[]>`
      SELECT c.agent_id, c.name, c.status, c.endpoint_host, c.endpoint_port FROM agent_containers c
      WHERE c.status IN ('starting', 'running', 'stopping')
      UNION SELECT c.agent_id, c.name, c.status, c.endpoint_host, c.endpoint_port FROM unnest(${[...names]}::text[]) AS observed (name)
        JOIN agent_containers c ON c.name = observed.name
      ORDER BY 1`;
    return rows.map(({ agent_id: agentId, name, status, endpoint_host: host, endpoint_port: port }) => ({
      agentId,
      container: { name, status, endpoint: host === null || port === null ? null : { host, port } },
    }));
  }
}

function toTarget(row: Row): AgentTarget {
  return {
    agentId: row.agent_id,
    ownerId: row.owner_id,
    idleTimeoutSeconds: row.idle_timeout_seconds,
    backend: {
      id: row.backend_id,
      image: row.image,
      memoryLimitBytes: Number(row.memory_limit_bytes),
      nanoCpus: Number(row.nano_cpus),
      pidsLimit: row.pids_limit,
      readyTimeoutMs: row.ready_timeout_ms,
    },
    container: row.name === null ? null : toContainer(row, row.name),
  };
}

function toContainer(row: Row, name: string): ContainerRecord {
  const { endpoint_host: host, endpoint_port: port } = row;
  const stage = stageProgress.safeParse(row.stage);
  return {
    name,
    status: row.status,
    tokenEncrypted: row.token_encrypted,
    tokenHash: Buffer.from(row.token_hash).toString("hex"),
    endpoint: host === null || port === null ? null : { host, port },
    stage: stage.success ? stage.data : null,
    error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? "" },
    generation: row.generation,
    lastActiveAt: row.last_active_at,
    updatedAt: row.updated_at,
  };
}
