import type { ModelDefault } from "@mosaic/agent-backends/model-resolution";
import { backendId } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import type { ModelAssignment, Prisma } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { openToAll, storedProviderInclude, toStoredProvider, type StoredProvider } from "./llm-providers.types.js";

/** Whatever the models of one owner's agents may come from. */
export interface ModelSources {
  /** `null`: of system agents. */
  readonly ownerId: string | null;
  readonly userDefaults: readonly ModelDefault[];
  readonly adminDefaults: readonly ModelDefault[];
  readonly providers: readonly StoredProvider[];
}

@Injectable()
export class ModelSourcesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async load(ownerId: string | null): Promise<ModelSources> {
    const [rows, providers] = await Promise.all([
      this.prisma.modelAssignment.findMany({
        where: { agentId: null, OR: [{ userId: null }, ...(ownerId === null ? [] : [{ userId: ownerId }])] },
        orderBy: { position: "asc" },
      }),
      this.prisma.llmProvider.findMany({ where: reachable(ownerId), orderBy: { id: "asc" }, include: storedProviderInclude }),
    ]);
    return toSources(ownerId, rows, providers.map(toStoredProvider));
  }

  /** Of every owner at once, in two queries: to count over the whole installation. */
  async loadAll(): Promise<(ownerId: string | null) => ModelSources> {
    const [rows, providers] = await Promise.all([
      this.prisma.modelAssignment.findMany({ where: { agentId: null }, orderBy: { position: "asc" } }),
      this.prisma.llmProvider.findMany({ orderBy: { id: "asc" }, include: storedProviderInclude }),
    ]);
    const stored = providers.map(toStoredProvider);
    const defaults = Map.groupBy(rows, (row) => row.userId);
    const owned = Map.groupBy(stored, (provider) => provider.ownerId);
    const admins = stored.filter((provider) => provider.isAdmins);
    return (ownerId) => {
      const own = ownerId === null ? [] : (owned.get(ownerId) ?? []);
      const others = admins.filter((provider) => provider.ownerId !== ownerId);
      return toSources(
        ownerId,
        [...(defaults.get(null) ?? []), ...(ownerId === null ? [] : (defaults.get(ownerId) ?? []))],
        [...own, ...others],
      );
    };
  }
}

function reachable(ownerId: string | null): Prisma.LlmProviderWhereInput {
  return ownerId === null ? { owner: openToAll.owner } : { OR: [{ ownerId }, openToAll] };
}

function toSources(ownerId: string | null, rows: readonly ModelAssignment[], providers: readonly StoredProvider[]): ModelSources {
  return {
    ownerId,
    userDefaults: toDefaults(rows.filter((row) => row.userId !== null)),
    adminDefaults: toDefaults(rows.filter((row) => row.userId === null)),
    providers,
  };
}

/** Rows of one backend are one default: the first is the model, the others are its fallbacks. */
function toDefaults(rows: readonly ModelAssignment[]): ModelDefault[] {
  return [...Map.groupBy(rows, (row) => row.backend).values()].flatMap(([first, ...others]) => {
    const backend = backendId.nullable().safeParse(first?.backend ?? null);
    return first === undefined || !backend.success
      ? []
      : [{ backend: backend.data, model: choiceOf(first), fallbacks: others.map(choiceOf) }];
  });
}

function choiceOf(row: ModelAssignment): { providerId: string; model: string } {
  return { providerId: row.providerId, model: row.model };
}
