import { isDeepStrictEqual } from "node:util";
import type { AuditField } from "@mosaic/contracts/audit-details";
import type { ProviderModel } from "@mosaic/contracts/provider";
import type { ProviderDialect } from "@mosaic/contracts/provider-dialect";
import { Injectable } from "@nestjs/common";
import type { Prisma } from "../../generated/prisma/client.js";
import { isUniqueViolation } from "../../platform/database/database-errors.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { send } from "../../platform/notices/notices.js";
import { recordAudit } from "../audit/audit-trail.js";
import { columnsOfModels, openToAll, storedProviderInclude, toStoredProvider, type StoredProvider } from "./llm-providers.types.js";
import type { ProviderChange } from "./provider-change.js";

export interface NewProvider extends ProviderChange {
  readonly id: string;
}

/** An agent of the owner that uses a model of a provider. */
export interface ModelUse {
  readonly model: string;
  readonly agentName: string;
}

@Injectable()
export class LlmProvidersRepository {
  constructor(private readonly prisma: PrismaService) {}

  async list(userId: string): Promise<StoredProvider[]> {
    const rows = await this.prisma.llmProvider.findMany({
      where: { ownerId: userId },
      orderBy: { id: "asc" },
      include: storedProviderInclude,
    });
    return rows.map(toStoredProvider);
  }

  async listShared(): Promise<StoredProvider[]> {
    const rows = await this.prisma.llmProvider.findMany({ where: openToAll, orderBy: { id: "asc" }, include: storedProviderInclude });
    return rows.map(toStoredProvider);
  }

  async find(userId: string, id: string): Promise<StoredProvider | null> {
    const row = await this.prisma.llmProvider.findFirst({ where: { id, ownerId: userId }, include: storedProviderInclude });
    return row === null ? null : toStoredProvider(row);
  }

  async hasAny(): Promise<boolean> {
    return (await this.prisma.llmProvider.findFirst({ select: { id: true } })) !== null;
  }

  /** `"full"` when the owner has `limit` already, `"taken"` when the id is there already. */
  async create(userId: string, provider: NewProvider, limit: number): Promise<StoredProvider | "full" | "taken"> {
    try {
      return await this.prisma.$transaction(async (transaction) => {
        await lockOwner(transaction, userId);
        if ((await transaction.llmProvider.count({ where: { ownerId: userId } })) >= limit) {
          return "full";
        }
        const row = await transaction.llmProvider.create({
          data: { ownerId: userId, id: provider.id, ...columnsOf(provider) },
          include: storedProviderInclude,
        });
        await recordAudit(transaction, { action: "provider.create", target: targetOf(row), details: { kind: provider.kind } });
        await notify(transaction, userId, row.isShared);
        return toStoredProvider(row);
      });
    } catch (error) {
      if (isUniqueViolation(error)) {
        return "taken";
      }
      throw error;
    }
  }

  /**
   * Changes a provider by what `plan` makes of it, under a row lock, so that two changes at once see each other. `null`: the owner has no such
   * provider. What `plan` throws undoes everything. Assignments of models that are no longer listed go with them.
   */
  async change(
    userId: string,
    id: string,
    plan: (stored: StoredProvider, uses: readonly ModelUse[]) => ProviderChange,
  ): Promise<StoredProvider | null> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM llm_providers WHERE id = ${id}::uuid AND owner_id = ${userId}::uuid FOR UPDATE`;
      const stored = await transaction.llmProvider.findFirst({ where: { id, ownerId: userId }, include: storedProviderInclude });
      if (stored === null) {
        return null;
      }
      const uses = await transaction.modelAssignment.findMany({
        where: { providerId: id, agent: { ownerId: userId } },
        select: { model: true, agent: { select: { name: true } } },
      });
      const before = toStoredProvider(stored);
      const change = plan(
        before,
        uses.map((use) => ({ model: use.model, agentName: use.agent?.name ?? "" })),
      );
      const row = await transaction.llmProvider.update({
        where: { id, ownerId: userId },
        data: columnsOf(change),
        include: storedProviderInclude,
      });
      const kept = new Set(change.models.map((model) => model.id));
      const dropped = before.models.flatMap((model) => (kept.has(model.id) ? [] : [model.id]));
      await transaction.modelAssignment.deleteMany({ where: { providerId: id, model: { in: dropped } } });
      await recordAudit(transaction, {
        action: "provider.update",
        target: targetOf(row),
        details: { changed: changedFields(before, change) },
      });
      await notify(transaction, userId, row.isShared);
      return toStoredProvider(row);
    });
  }

  /**
   * Keeps what was found about a provider at this address. False when nothing is new, or the provider is gone or has another address by now. The
   * version counts on, so that an agent's software forgets what it held against the provider.
   */
  async learn(
    provider: Pick<StoredProvider, "id" | "ownerId" | "kind" | "baseUrl">,
    dialect: (before: ProviderDialect, models: readonly ProviderModel[]) => ProviderDialect,
  ): Promise<boolean> {
    const { id, ownerId, kind, baseUrl } = provider;
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM llm_providers WHERE id = ${id}::uuid AND owner_id = ${ownerId}::uuid FOR UPDATE`;
      const row = await transaction.llmProvider.findFirst({ where: { id, ownerId, kind, baseUrl }, include: storedProviderInclude });
      if (row === null) {
        return false;
      }
      const { dialect: before, models } = toStoredProvider(row);
      const next = dialect(before, models);
      if (isDeepStrictEqual(next, before)) {
        return false;
      }
      await transaction.llmProvider.update({ where: { id, ownerId }, data: { dialect: next, version: { increment: 1 } } });
      await notify(transaction, ownerId, row.isShared);
      return true;
    });
  }

  async remove(userId: string, id: string): Promise<boolean> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM llm_providers WHERE id = ${id}::uuid AND owner_id = ${userId}::uuid FOR UPDATE`;
      const row = await transaction.llmProvider.findFirst({ where: { id, ownerId: userId } });
      if (row === null) {
        return false;
      }
      await transaction.llmProvider.delete({ where: { id, ownerId: userId } });
      await recordAudit(transaction, { action: "provider.delete", target: targetOf(row), details: { kind: row.kind } });
      await notify(transaction, userId, row.isShared);
      return true;
    });
  }
}

function columnsOf(change: ProviderChange): Omit<Prisma.LlmProviderUncheckedCreateInput, "id" | "ownerId"> {
  return {
    kind: change.kind,
    name: change.name,
    baseUrl: change.baseUrl,
    ...columnsOfModels(change.models),
    version: change.version,
    isActive: change.isActive,
    transcriptionModel: change.transcriptionModel,
    dialect: change.dialect,
    ...(change.apiKeyEncrypted === undefined ? {} : { apiKeyEncrypted: change.apiKeyEncrypted }),
  };
}

/** Orders what one owner creates, so that a limit holds for requests at once. */
async function lockOwner(transaction: Prisma.TransactionClient, userId: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`llm_providers:${userId}`}, 0))`;
}

function targetOf({ id, name }: { readonly id: string; readonly name: string }): { type: "provider"; id: string; name: string } {
  return { type: "provider", id, name };
}

/** Names of fields, never their values. */
function changedFields(before: StoredProvider, change: ProviderChange): string {
  const fields: { readonly [Field in AuditField]?: boolean } = {
    kind: before.kind !== change.kind,
    name: before.name !== change.name,
    baseUrl: before.baseUrl !== change.baseUrl,
    models: JSON.stringify(before.models) !== JSON.stringify(change.models),
    apiKey: change.apiKeyEncrypted !== undefined,
    isActive: before.isActive !== change.isActive,
    transcriptionModel: (before.transcriptionModel ?? null) !== change.transcriptionModel,
  };
  return Object.entries(fields)
    .flatMap(([field, isChanged]) => (isChanged ? [field] : []))
    .join(", ");
}

/** Running agents fetch their configuration again: everybody's, if others than the owner's may use it. Heard only if the transaction commits. */
async function notify(transaction: Prisma.TransactionClient, userId: string, isShared: boolean): Promise<void> {
  // What is an admin's may be a system agent's too, shared or not.
  const isEverybodys = isShared || (await transaction.user.count({ where: { id: userId, role: "admin" } })) > 0;
  await send(transaction, { channel: "mosaic_agent_config", payload: { ownerId: isEverybodys ? null : userId } });
}
