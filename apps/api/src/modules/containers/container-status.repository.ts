import { backendDefinitions } from "@mosaic/agent-backends/registry";
import type { StageProgress } from "@mosaic/contracts/agent";
import type { AuditAction } from "@mosaic/contracts/audit-actions";
import { Injectable } from "@nestjs/common";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";
import { Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { recordAudit } from "../audit/audit-trail.js";
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

/** What of a container's life somebody wants to read later: what was asked for, and what went wrong. */
const audited: Partial<Record<ContainerEvent, AuditAction>> = {
  start_requested: "container.start",
  stop_requested: "container.stop",
  failed: "container.fail",
};

const answersNobody = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE v.agent_id = c.agent_id AND m.status = 'streaming')`;

/** What changes a running side, and which may change. */
@Injectable()
export class ContainerStatusRepository {
  constructor(private readonly prisma: PrismaService) {}

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

  /**
   * Running containers that wait for the end of a turn to be restarted, that nobody is being answered by, and that this version can start again,
   * as of this row's version.
   */
  async restartable(): Promise<{ agentId: string; version: string }[]> {
    const known = backendDefinitions().map(({ id }) => id);
    const rows = await this.prisma.$queryRaw<{ agent_id: string; version: string }[]>`
      SELECT c.agent_id, c.xmin::text AS version FROM agent_containers c JOIN agents a ON a.id = c.agent_id
      WHERE c.status = 'running' AND c.restart_pending_since IS NOT NULL AND a.backend_id = ANY(${known}) AND ${answersNobody}`;
    return rows.map((row) => ({ agentId: row.agent_id, version: row.version }));
  }

  /** Whether the agent answers anybody beside one turn. */
  async answersOthers(agentId: string, answerId: string): Promise<boolean> {
    const [row] = await this.prisma.$queryRaw<{ found: boolean }[]>`
      SELECT EXISTS (SELECT 1 FROM conversations v JOIN messages m ON m.conversation_id = v.id
        WHERE v.agent_id = ${agentId}::uuid AND m.status = 'streaming' AND m.id <> ${answerId}::uuid) AS found`;
    return row?.found ?? false;
  }

  /** For `changeStatus` to look at again: somebody may begin a turn at any moment. */
  async idle(now: Date): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ agent_id: string }[]>`SELECT c.agent_id FROM agent_containers c WHERE ${isIdle(now)}`;
    return rows.map((row) => row.agent_id);
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

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
