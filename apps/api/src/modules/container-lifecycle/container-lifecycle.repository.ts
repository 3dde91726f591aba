import { stageProgress, type ContainerStatus, type StageProgress } from "@mosaic/contracts/agent";
import type { AuditAction } from "@mosaic/contracts/audit-actions";
import { Injectable } from "@nestjs/common";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";
import { Prisma } from "../../generated/prisma/client.js";
import { inBatches } from "../../platform/database/in-batches.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { AgentTarget, ContainerRecord, ReconciledAgent } from "./container-lifecycle.types.js";
import { transitions, type ContainerEvent } from "./container-state.js";

/** What a change of status brings with it. What is left out stays. */
export interface StatusPatch {
  /** A cold start's new token: `starting` only. */
  readonly token?: { readonly encrypted: string; readonly hash: string };
  readonly stage?: StageProgress | null;
  readonly endpoint?: Endpoint | null;
  readonly error?: { readonly code: string; readonly detail: string } | null;
  readonly lastActiveAt?: Date;
}

/** What must hold besides the status. */
export interface StatusCondition {
  /** Only for the start that has this token. */
  readonly tokenHash?: string;
  /** Only if it is idle at this time: `isIdle`. */
  readonly idleAt?: Date;
  /** Only if nothing touched the row since it was read. */
  readonly version?: string;
}

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

/** What of a container's life somebody wants to read later: what was asked for, and what went wrong. */
const audited: Partial<Record<ContainerEvent, AuditAction>> = {
  start_requested: "container.start",
  stop_requested: "container.stop",
  failed: "container.fail",
};

const selection = Prisma.sql`
  SELECT a.id AS agent_id, a.owner_id, a.idle_timeout_seconds, b.id AS backend_id, b.image, b.memory_limit_bytes, b.nano_cpus,
         b.pids_limit, b.ready_timeout_ms, c.name, c.status, c.token_encrypted, c.token_hash, c.endpoint_host, c.endpoint_port, c.stage,
         c.error_code, c.error_detail, c.generation, c.last_active_at, c.updated_at
  FROM agents a JOIN backends b ON b.id = a.backend_id`;

const answersNobody = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE v.agent_id = c.agent_id AND m.status = 'streaming')`;

@Injectable()
export class ContainerLifecycleRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** One query: the way to a running agent. `null` if there is no such agent. */
  async find(agentId: string): Promise<AgentTarget | null> {
    const rows = await this.prisma.$queryRaw<
      Row[]
    >`${selection} LEFT JOIN agent_containers c ON c.agent_id = a.id WHERE a.id = ${agentId}::uuid`;
    return rows[0] === undefined ? null : toTarget(rows[0]);
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

  async findRunning(): Promise<AgentTarget[]> {
    const rows = await this.prisma.$queryRaw<
      Row[]
    >`${selection} JOIN agent_containers c ON c.agent_id = a.id WHERE c.status = 'running' AND c.endpoint_host IS NOT NULL`;
    return rows.map(toTarget);
  }

  async isOwner(userId: string, agentId: string): Promise<boolean> {
    return (await this.prisma.agent.count({ where: { id: agentId, ownerId: userId } })) > 0;
  }

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

  async isSystemAgent(agentId: string): Promise<boolean> {
    return (await this.prisma.agent.count({ where: { id: agentId, ownerId: null } })) > 0;
  }

  /** How much goes with an agent. */
  async countContents(agentId: string): Promise<{ conversations: number; messages: number; hasState: boolean }> {
    const [conversations, messages, containers] = await Promise.all([
      this.prisma.conversation.count({ where: { agentId } }),
      this.prisma.message.count({ where: { conversation: { agentId } } }),
      this.prisma.agentContainer.count({ where: { agentId } }),
    ]);
    return { conversations, messages, hasState: containers > 0 };
  }

  /** Running containers that wait for the end of a turn to be restarted, and that nobody is being answered by, as of this row's version. */
  async restartable(): Promise<{ agentId: string; version: string }[]> {
    const rows = await this.prisma.$queryRaw<{ agent_id: string; version: string }[]>`
      SELECT c.agent_id, c.xmin::text AS version FROM agent_containers c
      WHERE c.status = 'running' AND c.restart_pending_since IS NOT NULL AND ${answersNobody}`;
    return rows.map((row) => ({ agentId: row.agent_id, version: row.version }));
  }

  /** For `changeStatus` to look at again: somebody may begin a turn at any moment. */
  async idle(now: Date): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ agent_id: string }[]>`SELECT c.agent_id FROM agent_containers c WHERE ${isIdle(now)}`;
    return rows.map((row) => row.agent_id);
  }

  /** Idempotent: an existing row stays as it is. */
  async createIfAbsent(agentId: string, name: string, token: { encrypted: string; hash: string }): Promise<void> {
    const data = { agentId, name, tokenEncrypted: token.encrypted, tokenHash: fromHex(token.hash) };
    await this.prisma.agentContainer.createMany({ data: [data], skipDuplicates: true });
  }

  /** The one place that changes a status: a compare-and-set, so of several who want to, one does. Tells whether it was this one. */
  async changeStatus(agentId: string, event: ContainerEvent, patch: StatusPatch = {}, condition: StatusCondition = {}): Promise<boolean> {
    const { from, to } = transitions[event];
    return this.prisma.$transaction(async (transaction) => {
      const changed = await transaction.$executeRaw`
        UPDATE agent_containers c SET status = ${to}, status_since = now(), updated_at = now() ${patchSql(patch)}
          ${event === "start_requested" || event === "came_to_rest" ? Prisma.sql`, restart_pending_since = NULL` : Prisma.empty}
        WHERE c.agent_id = ${agentId}::uuid AND c.status = ANY(${[...from]}) ${conditionSql(condition)}`;
      const action = audited[event];
      if (changed > 0 && action !== undefined) {
        const agent = await transaction.agent.findUnique({ where: { id: agentId }, select: { name: true } });
        await recordAudit(transaction, {
          action,
          target: { type: "agent", id: agentId, name: agent?.name ?? "" },
          ...(event === "failed" ? { outcome: "failed", details: { code: patch.error?.code ?? null } } : {}),
          ...(condition.idleAt === undefined ? {} : { details: { reason: "idle" } }),
        });
      }
      return changed > 0;
    });
  }

  /** Tells whether the start that has this token is still the one under way. */
  async setStage(agentId: string, tokenHash: string, stage: StageProgress): Promise<boolean> {
    const result = await this.prisma.agentContainer.updateMany({ where: underWay(agentId, tokenHash), data: { stage } });
    return result.count > 0;
  }

  async isUnderWay(agentId: string, tokenHash: string): Promise<boolean> {
    return (await this.prisma.agentContainer.count({ where: underWay(agentId, tokenHash) })) > 0;
  }

  /** Of a start under way, or of a running container that moved. */
  async setEndpoint(agentId: string, tokenHash: string, endpoint: Endpoint): Promise<boolean> {
    const result = await this.prisma.agentContainer.updateMany({
      where: { agentId, tokenHash: fromHex(tokenHash), status: { in: ["starting", "running"] } },
      data: { endpointHost: endpoint.host, endpointPort: endpoint.port },
    });
    return result.count > 0;
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

  async setGeneration(agentId: string, generation: string): Promise<void> {
    await this.prisma.agentContainer.updateMany({ where: { agentId, status: { in: ["starting", "running"] } }, data: { generation } });
  }

  async touch(agentId: string, at: Date): Promise<void> {
    await this.prisma.agentContainer.updateMany({ where: { agentId }, data: { lastActiveAt: at } });
  }

  /** With everything that belongs to it. Its messages go before, a few thousand at a time. */
  async deleteAgent(agentId: string): Promise<void> {
    await inBatches(
      async (limit) => this.prisma.$executeRaw`
        DELETE FROM messages WHERE id IN (
          SELECT m.id FROM conversations v JOIN messages m ON m.conversation_id = v.id WHERE v.agent_id = ${agentId}::uuid LIMIT ${limit})`,
    );
    await this.prisma.$transaction(async (transaction) => {
      const agent = await transaction.agent.findUnique({ where: { id: agentId }, select: { name: true, ownerId: true } });
      if (agent !== null) {
        await transaction.agent.delete({ where: { id: agentId } });
        await recordAudit(transaction, {
          action: agent.ownerId === null ? "system_agent.delete" : "agent.delete",
          target: { type: "agent", id: agentId, name: agent.name },
        });
      }
    });
  }

  async agentExists(agentId: string): Promise<boolean> {
    return (await this.prisma.agent.count({ where: { id: agentId } })) > 0;
  }
}

function underWay(agentId: string, tokenHash: string): { agentId: string; tokenHash: Uint8Array<ArrayBuffer>; status: string } {
  return { agentId, tokenHash: fromHex(tokenHash), status: "starting" };
}

function patchSql({ token, stage, endpoint, error, lastActiveAt }: StatusPatch): Prisma.Sql {
  const parts = [
    token && Prisma.sql`, token_encrypted = ${token.encrypted}, token_hash = ${fromHex(token.hash)}, generation = NULL`,
    stage !== undefined && Prisma.sql`, stage = ${stage === null ? null : JSON.stringify(stage)}::jsonb`,
    endpoint !== undefined && Prisma.sql`, endpoint_host = ${endpoint?.host ?? null}, endpoint_port = ${endpoint?.port ?? null}::int`,
    error !== undefined && Prisma.sql`, error_code = ${error?.code ?? null}, error_detail = ${error?.detail ?? null}`,
    lastActiveAt && Prisma.sql`, last_active_at = ${lastActiveAt}`,
  ].filter((part) => part instanceof Prisma.Sql);
  return parts.length === 0 ? Prisma.empty : Prisma.join(parts, " ");
}

// A turn that begins touches this row in the transaction that stores its message: either this sees it, or the turn sees the new status.
function conditionSql({ tokenHash, idleAt, version }: StatusCondition): Prisma.Sql {
  const sameStart = tokenHash === undefined ? Prisma.empty : Prisma.sql`AND c.token_hash = ${fromHex(tokenHash)}`;
  const untouched = version === undefined ? Prisma.empty : Prisma.sql`AND c.xmin::text = ${version}`;
  const idle = idleAt === undefined ? Prisma.empty : Prisma.sql`AND ${isIdle(idleAt)}`;
  return Prisma.sql`${sameStart} ${untouched} ${idle}`;
}

/** Runs, was last used its timeout ago or longer, and answers nobody. A timeout of 0 is never over. */
function isIdle(now: Date): Prisma.Sql {
  return Prisma.sql`c.status = 'running' AND EXISTS (SELECT 1 FROM agents a WHERE a.id = c.agent_id AND a.idle_timeout_seconds > 0
      AND coalesce(c.last_active_at, c.updated_at) <= ${now}::timestamptz - make_interval(secs => a.idle_timeout_seconds))
    AND ${answersNobody}`;
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

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
