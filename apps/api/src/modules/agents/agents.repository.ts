import { randomUUIDv7 } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { BackendId } from "@mosaic/contracts/agent";
import type { Looking } from "@mosaic/contracts/agent-look";
import type { AuditAction } from "@mosaic/contracts/audit-actions";
import type { AuditField } from "@mosaic/contracts/audit-details";
import { Injectable } from "@nestjs/common";
import { Prisma } from "../../generated/prisma/client.js";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { offeredModels, type OfferedModels } from "../llm-providers/model-choice.js";
import {
  agentColumns,
  agentJoins,
  storedAgentInclude,
  storedAgentOf,
  toStoredAgent,
  type AgentColumns,
  type StoredAgent,
} from "./agents.types.js";
import type { AgentValues } from "./agent-change.js";

export interface NewAgent {
  readonly id: string;
  readonly backend: BackendId;
  readonly values: AgentValues;
}

/** What there is when an agent is made. */
export interface Surroundings {
  readonly offered: readonly OfferedModels[];
  /** Its owner's other agents. */
  readonly others: readonly Looking[];
}

/** A user's id; `null`: nobody's, a system agent. */
export type AgentOwner = string | null;

/** Whose agent is written, and whose providers may be chosen for it: an admin chooses among their own for a system agent. */
export interface AgentAuthor {
  readonly owner: AgentOwner;
  readonly userId: string;
}

const agentsOfUser: PreparedStatement = {
  name: "agents_of_user",
  text: `SELECT ${agentColumns} FROM agents a ${agentJoins} WHERE a.owner_id = $1 ORDER BY a.id`,
};
const systemAgents: PreparedStatement = {
  name: "system_agents",
  text: `SELECT ${agentColumns} FROM agents a ${agentJoins} WHERE a.owner_id IS NULL ORDER BY a.id`,
};

@Injectable()
export class AgentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list(owner: AgentOwner): Promise<StoredAgent[]> {
    const rows =
      owner === null
        ? await this.prisma.askPrepared<AgentColumns>(systemAgents, [])
        : await this.prisma.askPrepared<AgentColumns>(agentsOfUser, [owner]);
    return rows.map(storedAgentOf);
  }

  async find(owner: AgentOwner, id: string): Promise<StoredAgent | null> {
    const row = await this.prisma.agent.findFirst({ where: { id, ownerId: owner }, include: storedAgentInclude });
    return row === null ? null : toStoredAgent(row);
  }

  async exists(owner: AgentOwner, id: string): Promise<boolean> {
    return (await this.prisma.agent.count({ where: { id, ownerId: owner } })) > 0;
  }

  async hasAnyWithModel(): Promise<boolean> {
    return (await this.prisma.modelAssignment.findFirst({ where: { agentId: { not: null } }, select: { id: true } })) !== null;
  }

  /** `"full"` when the owner has `limit` already, `"taken"` when the id is there already. What `plan` throws undoes everything. */
  async create(
    { owner, userId }: AgentAuthor,
    { id, backend }: Omit<NewAgent, "values">,
    limit: number,
    plan: (surroundings: Surroundings) => AgentValues,
  ): Promise<StoredAgent | "full" | "taken"> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        await lockAgentsOf(transaction, owner);
        const others = await transaction.agent.findMany({ where: { ownerId: owner }, select: { name: true, emoji: true }, take: limit });
        if (others.length >= limit) {
          return "full";
        }
        const values = plan({ offered: await offeredModels(transaction, { userId }), others });
        return insert(transaction, owner, { id, backend, values });
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        return "taken";
      }
      throw error;
    }
  }

  /**
   * Makes the agent if its owner has never had one. Of several requests at once, or after one whose answer was lost, all get the same agent;
   * `null`: there was one, and it is gone.
   */
  async createFirst(owner: string, agent: NewAgent): Promise<StoredAgent | null> {
    return this.prisma.$transaction(async (transaction) => {
      await lockAgentsOf(transaction, owner);
      const user = await transaction.user.findUniqueOrThrow({ where: { id: owner }, select: { firstAgentAt: true } });
      const row = await transaction.agent.findFirst({ where: { ownerId: owner }, orderBy: { id: "asc" }, include: storedAgentInclude });
      if (row !== null || user.firstAgentAt !== null) {
        return row === null ? null : toStoredAgent(row);
      }
      return insert(transaction, owner, agent);
    });
  }

  /** Changes an agent by what `plan` makes of it, under a row lock. `null`: the owner has no such agent. What `plan` throws undoes everything. */
  async change(
    { owner, userId }: AgentAuthor,
    id: string,
    plan: (stored: StoredAgent, offered: readonly OfferedModels[]) => AgentValues,
  ): Promise<StoredAgent | null> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM agents WHERE id = ${id}::uuid AND owner_id IS NOT DISTINCT FROM ${owner}::uuid FOR UPDATE`;
      const row = await transaction.agent.findFirst({ where: { id, ownerId: owner }, include: storedAgentInclude });
      if (row === null) {
        return null;
      }
      const before = toStoredAgent(row);
      const values = plan(before, await offeredModels(transaction, { userId }));
      await transaction.agent.update({ where: { id, ownerId: owner }, data: columnsOf(values) });
      await transaction.modelAssignment.deleteMany({ where: { agentId: id } });
      await assignModels(transaction, id, values);
      await recordAudit(transaction, {
        action: actionOf(owner, "update"),
        target: { type: "agent", id, name: values.name },
        details: { changed: changedFields(before, values) },
      });
      await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: owner } });
      return read(transaction, id);
    });
  }
}

async function lockAgentsOf(transaction: Prisma.TransactionClient, owner: AgentOwner): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`agents:${owner ?? "system"}`}, 0))`;
}

async function insert(transaction: Prisma.TransactionClient, owner: AgentOwner, { id, backend, values }: NewAgent): Promise<StoredAgent> {
  await transaction.agent.create({ data: { id, ownerId: owner, backendId: backend, ...columnsOf(values) } });
  if (owner !== null) {
    await transaction.$executeRaw`UPDATE users SET first_agent_at = now() WHERE id = ${owner}::uuid AND first_agent_at IS NULL`;
  }
  await assignModels(transaction, id, values);
  await recordAudit(transaction, {
    action: actionOf(owner, "create"),
    target: { type: "agent", id, name: values.name },
    details: { backend },
  });
  await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: owner } });
  return read(transaction, id);
}

async function read(transaction: Prisma.TransactionClient, id: string): Promise<StoredAgent> {
  return toStoredAgent(await transaction.agent.findUniqueOrThrow({ where: { id }, include: storedAgentInclude }));
}

function actionOf(owner: AgentOwner, verb: "create" | "update"): AuditAction {
  return `${owner === null ? "system_agent" : "agent"}.${verb}`;
}

/** Names of fields, never their values. */
function changedFields(before: StoredAgent, after: AgentValues): string {
  const [model = null, ...fallbacks] = before.models;
  const former: AgentValues = { ...before, model, fallbacks };
  const fields = [
    "name",
    "emoji",
    "personality",
    "tools",
    "idleTimeoutSeconds",
    "suggestions",
    "model",
    "fallbacks",
  ] as const satisfies readonly AuditField[];
  return fields.filter((field) => !isDeepStrictEqual(former[field], after[field])).join(", ");
}

async function assignModels(transaction: Prisma.TransactionClient, agentId: string, values: AgentValues): Promise<void> {
  const choices = values.model === null ? [] : [values.model, ...values.fallbacks];
  await transaction.modelAssignment.createMany({
    data: choices.map((choice, position) => ({
      id: randomUUIDv7(),
      agentId,
      providerId: choice.providerId,
      model: choice.model,
      position,
    })),
  });
}

function columnsOf(values: AgentValues): {
  name: string;
  emoji: string;
  personality: string;
  tools: Prisma.InputJsonObject;
  idleTimeoutSeconds: number;
  suggestions: string[] | typeof Prisma.DbNull;
} {
  return {
    name: values.name,
    emoji: values.emoji,
    personality: values.personality,
    tools: { ...values.tools },
    idleTimeoutSeconds: values.idleTimeoutSeconds,
    suggestions: values.suggestions === null ? Prisma.DbNull : [...values.suggestions],
  };
}
