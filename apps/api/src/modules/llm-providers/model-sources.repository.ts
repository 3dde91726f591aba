import { isOpenToAll, type ModelDefault } from "@mosaic/agent-backends/model-resolution";
import { backendId } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import type { ModelAssignment } from "../../generated/prisma/client.js";
import { PrismaService } from "../../platform/database/prisma.service.js";
import { findProviders } from "./find-providers.repository.js";
import { openToAll, type StoredProvider } from "./llm-providers.types.js";

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
    return (await this.loadMany([ownerId]))(ownerId);
  }

  /** Of several owners at once, in as many queries as for one. */
  async loadMany(ownerIds: readonly (string | null)[]): Promise<(ownerId: string | null) => ModelSources> {
    const users = [...new Set(ownerIds)].filter((ownerId) => ownerId !== null);
    const [rows, providers] = await Promise.all([
      this.prisma.modelAssignment.findMany({
        where: { agentId: null, OR: [{ userId: null }, { userId: { in: users } }] },
        orderBy: { position: "asc" },
      }),
      findProviders(this.prisma, [{ ownerId: { in: users } }, ownerIds.includes(null) ? { owner: openToAll.owner } : openToAll]),
    ]);
    const defaults = Map.groupBy(rows, (row) => row.userId);
    const owned = Map.groupBy(providers, (provider) => provider.ownerId);
    const admins = providers.filter((provider) => provider.isAdmins);
    return (ownerId) => {
      const own = ownerId === null ? [] : (owned.get(ownerId) ?? []);
      const others = admins.filter((provider) => provider.ownerId !== ownerId && (ownerId === null || isOpenToAll(provider)));
      return toSources(
        ownerId,
        [...(defaults.get(null) ?? []), ...(ownerId === null ? [] : (defaults.get(ownerId) ?? []))],
        [...own, ...others].toSorted((left, right) => (left.id < right.id ? -1 : 1)),
      );
    };
  }
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
