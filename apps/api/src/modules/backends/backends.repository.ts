import type { UpdateBackend } from "@mosaic/contracts/admin-containers";
import { agentTools, backendId, containerStatus, defaultAgentTools } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import { Prisma, type Backend as Row } from "../../generated/prisma/client.js";
import { countUpToLimit } from "../../platform/database/bounded-count.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import type { Notice } from "../../platform/notices/channels.js";
import { sendAll } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import type { Backend } from "./backends.types.js";

/** What a container is started from: a change of these needs another container. */
const specFields = ["image", "memoryLimitBytes", "nanoCpus", "pidsLimit"] as const;

@Injectable()
export class BackendsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(id: string): Promise<Backend | null> {
    const row = await this.prisma.backend.findUnique({ where: { id } });
    return row === null ? null : toBackend(row);
  }

  async list(): Promise<{ backend: Backend; agentCount: number }[]> {
    const rows = await this.prisma.backend.findMany({ orderBy: { id: "asc" } });
    return Promise.all(
      rows.map(async (row) => ({
        backend: toBackend(row),
        agentCount: await countUpToLimit(this.prisma, Prisma.sql`agents a WHERE a.backend_id = ${row.id}`),
      })),
    );
  }

  /**
   * Running agents of the backend are marked to be restarted when they answer nobody, if what their containers are started from changes.
   * False if there is no such backend.
   */
  async update(id: string, change: UpdateBackend): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM backends WHERE id = ${id} FOR UPDATE`;
      const row = await transaction.backend.findUnique({ where: { id } });
      if (row === null) {
        return false;
      }
      const before = toBackend(row);
      const changed = Object.keys(change).filter((field) => !isSame(before[field as keyof Backend], change[field as keyof UpdateBackend]));
      await transaction.backend.update({ where: { id }, data: columnsOf(change) });
      await recordAudit(transaction, {
        action: "backend.update",
        target: { type: "backend", id, name: before.label },
        details: {
          changed: changed.join(", "),
          ...(changed.includes("image") ? { image: change.image ?? null, formerImage: before.image } : {}),
        },
      });
      if (specFields.some((field) => changed.includes(field))) {
        await markForRestart(transaction, id);
      }
      return true;
    });
  }
}

/** Their owners' pages hear it, so that a restart surprises nobody. */
async function markForRestart(transaction: Prisma.TransactionClient, backend: string): Promise<void> {
  const rows = await transaction.agentContainer.findMany({
    where: { agent: { backendId: backend }, status: { in: ["starting", "running"] } },
    select: { agentId: true, status: true, agent: { select: { ownerId: true } } },
  });
  await transaction.agentContainer.updateMany({
    where: { agentId: { in: rows.map(({ agentId }) => agentId) } },
    data: { restartPendingSince: new Date() },
  });
  const notices = rows.map(({ agentId, status, agent }): Notice => {
    const event = {
      type: "agent",
      agentId,
      status: containerStatus.parse(status),
      stage: null,
      error: null,
      isRestartPending: true,
    } as const;
    return { channel: "mosaic_owner_events", payload: { userId: agent.ownerId, event } };
  });
  await sendAll(transaction, notices);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function columnsOf({
  image,
  memoryLimitBytes,
  nanoCpus,
  pidsLimit,
  stateLimitBytes,
  readyTimeoutMs,
  defaultIdleTimeoutSeconds,
  defaultTools,
}: UpdateBackend): object {
  const columns = {
    image,
    memoryLimitBytes: memoryLimitBytes === undefined ? undefined : BigInt(memoryLimitBytes),
    nanoCpus: nanoCpus === undefined ? undefined : BigInt(nanoCpus),
    pidsLimit,
    stateLimitBytes: stateLimitBytes === undefined ? undefined : BigInt(stateLimitBytes),
    readyTimeoutMs,
    defaultIdleTimeoutSeconds,
    defaultTools,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

function toBackend(row: Row): Backend {
  return {
    ...row,
    id: backendId.parse(row.id),
    memoryLimitBytes: Number(row.memoryLimitBytes),
    nanoCpus: Number(row.nanoCpus),
    stateLimitBytes: Number(row.stateLimitBytes),
    // A group of tools that came with a newer release than the row has its default.
    defaultTools: agentTools.parse({ ...defaultAgentTools, ...(row.defaultTools as object | null) }),
  };
}
