import { randomUUIDv7 } from "node:crypto";
import type { BackendId } from "@mosaic/contracts/agent";
import { providerModel } from "@mosaic/contracts/provider";
import { Injectable } from "@nestjs/common";
import { z } from "zod";
import type { Prisma } from "../../generated/prisma/client.js";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { storedAgentInclude, toStoredAgent, type StoredAgent } from "./agents.types.js";
import type { AgentValues, OfferedModels } from "./agent-change.js";

export interface NewAgent {
  readonly id: string;
  readonly backend: BackendId;
  readonly values: AgentValues;
}

const models = z.array(providerModel);

@Injectable()
export class AgentsRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list(userId: string): Promise<StoredAgent[]> {
    const rows = await this.prisma.agent.findMany({ where: { ownerId: userId }, orderBy: { id: "asc" }, include: storedAgentInclude });
    return rows.map(toStoredAgent);
  }

  async find(userId: string, id: string): Promise<StoredAgent | null> {
    const row = await this.prisma.agent.findFirst({ where: { id, ownerId: userId }, include: storedAgentInclude });
    return row === null ? null : toStoredAgent(row);
  }

  async countWithModel(): Promise<number> {
    return this.prisma.agent.count({ where: { assignments: { some: {} } } });
  }

  /** `"full"` when the owner has `limit` already, `"taken"` when the id is there already. What `check` throws undoes everything. */
  async create(
    userId: string,
    agent: NewAgent,
    limit: number,
    check: (offered: readonly OfferedModels[]) => void,
  ): Promise<StoredAgent | "full" | "taken"> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`agents:${userId}`}, 0))`;
        if ((await transaction.agent.count({ where: { ownerId: userId } })) >= limit) {
          return "full";
        }
        check(await offeredModels(transaction, userId));
        await transaction.agent.create({ data: { id: agent.id, ownerId: userId, backendId: agent.backend, ...columnsOf(agent.values) } });
        await assignModels(transaction, agent.id, agent.values);
        await notify(transaction, userId);
        return read(transaction, agent.id);
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        return "taken";
      }
      throw error;
    }
  }

  /** Changes an agent by what `plan` makes of it, under a row lock. `null`: the owner has no such agent. What `plan` throws undoes everything. */
  async change(
    userId: string,
    id: string,
    plan: (stored: StoredAgent, offered: readonly OfferedModels[]) => AgentValues,
  ): Promise<StoredAgent | null> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM agents WHERE id = ${id}::uuid AND owner_id = ${userId}::uuid FOR UPDATE`;
      const row = await transaction.agent.findFirst({ where: { id, ownerId: userId }, include: storedAgentInclude });
      if (row === null) {
        return null;
      }
      const values = plan(toStoredAgent(row), await offeredModels(transaction, userId));
      await transaction.agent.update({ where: { id, ownerId: userId }, data: columnsOf(values) });
      await transaction.modelAssignment.deleteMany({ where: { agentId: id } });
      await assignModels(transaction, id, values);
      await notify(transaction, userId);
      return read(transaction, id);
    });
  }
}

async function read(transaction: Prisma.TransactionClient, id: string): Promise<StoredAgent> {
  return toStoredAgent(await transaction.agent.findUniqueOrThrow({ where: { id }, include: storedAgentInclude }));
}

/** Locked against change: a model that is being chosen is not taken out of its list at the same moment. */
async function offeredModels(transaction: Prisma.TransactionClient, userId: string): Promise<OfferedModels[]> {
  const rows = await transaction.$queryRaw<
    { id: string; models: unknown }[]
  >`SELECT id, models FROM llm_providers WHERE owner_id = ${userId}::uuid ORDER BY id FOR SHARE`;
  return rows.map((row) => ({ providerId: row.id, modelIds: models.parse(row.models).map((model) => model.id) }));
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
} {
  return {
    name: values.name,
    emoji: values.emoji,
    personality: values.personality,
    tools: { ...values.tools },
    idleTimeoutSeconds: values.idleTimeoutSeconds,
  };
}

/** Running agents fetch their configuration again. Heard only if the transaction commits. */
async function notify(transaction: Prisma.TransactionClient, userId: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_notify('mosaic_agent_config', ${userId})`;
}
