import type { BackendDefinition } from "@mosaic/agent-backends/backend-definition";
import { backendDefinitions, findBackend } from "@mosaic/agent-backends/registry";
import type { UpdateBackend } from "@mosaic/contracts/admin-containers";
import type { AuditField } from "@mosaic/contracts/audit-details";
import { agentTools, containerStatus } from "@mosaic/contracts/agent";
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

  /** Idempotent, also when several processes start at once. A row that is there stays as it is: it is the admins'. */
  async addMissing(definitions: readonly BackendDefinition<string>[]): Promise<void> {
    await this.prisma.backend.createMany({ data: definitions.map(firstRowOf), skipDuplicates: true });
  }

  async find(id: string): Promise<Backend | null> {
    const row = await this.prisma.backend.findUnique({ where: { id } });
    return row === null ? null : toBackend(row);
  }

  /** In the order in which kinds are offered. */
  async all(): Promise<Backend[]> {
    const rows = new Map((await this.prisma.backend.findMany()).map((row) => [row.id, row]));
    // A newer release may have left a row of a backend that this one does not know.
    return backendDefinitions().flatMap(({ id }) => toBackend(rows.get(id)) ?? []);
  }

  /** With how many agents are of each, in the same order. */
  async list(): Promise<{ backend: Backend; agentCount: number }[]> {
    const backends = await this.all();
    return Promise.all(
      backends.map(async (backend) => ({
        backend,
        agentCount: await countUpToLimit(this.prisma, Prisma.sql`agents a WHERE a.backend_id = ${backend.id}`),
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
      const before = row === null ? null : toBackend(row);
      if (before === null) {
        return false;
      }
      const fields = Object.keys(change) as (keyof UpdateBackend)[];
      const changed: readonly AuditField[] = fields.filter((field) => !isSame(before[field], change[field]));
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
export async function markForRestart(transaction: Prisma.TransactionClient, backend: string): Promise<void> {
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
  isOffered,
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
    isOffered,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** The port, the folder and the label are the release's. They stand in the row for releases before this one. */
function firstRowOf({ id, label, container, defaults }: BackendDefinition<string>): Prisma.BackendCreateManyInput {
  const { idleTimeoutSeconds, tools: _, ...settings } = defaults;
  const fixed = { id, label, gatewayPort: container.port, stateDir: container.stateDir };
  // No tools: a group that comes with a later release has its default, until an admin chooses.
  return { ...fixed, ...settings, defaultIdleTimeoutSeconds: idleTimeoutSeconds };
}

/** `null` for a backend that this release does not know. */
function toBackend(row: Row | undefined): Backend | null {
  const definition = findBackend(row?.id ?? "");
  if (row === undefined || definition === null) {
    return null;
  }
  const { id, label, container, defaults } = definition;
  const { declaration: _declaration, declarationVersion: _version, ...columns } = row;
  return {
    ...columns,
    id,
    label,
    gatewayPort: container.port,
    stateDir: container.stateDir,
    memoryLimitBytes: Number(row.memoryLimitBytes),
    nanoCpus: Number(row.nanoCpus),
    stateLimitBytes: Number(row.stateLimitBytes),
    // A group of tools that came with a newer release than the row has its default.
    defaultTools: agentTools.parse({ ...defaults.tools, ...(row.defaultTools as object | null) }),
  };
}
