import { isOpenToAll, type ModelDefault } from "@mosaic/agent-backends/model-resolution";
import { backendId, type ModelChoice } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import type { ModelAssignment } from "../../generated/prisma/client.js";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { findProviders } from "./find-providers.repository.js";
import { openToAll, toStoredProvider, type StoredProvider } from "./llm-providers.types.js";

/** Whatever the models of one owner's agents may come from. */
export interface ModelSources {
  /** `null`: of system agents. */
  readonly ownerId: string | null;
  readonly userDefaults: readonly ModelDefault[];
  readonly adminDefaults: readonly ModelDefault[];
  readonly providers: readonly StoredProvider[];
}

/** What decides on the models of one agent, and nothing else. */
export interface SourcesOfAgent {
  readonly name: string;
  readonly backend: string;
  /** Its own: the first is the model, the others are its fallbacks. */
  readonly models: readonly ModelChoice[];
  /** With those providers alone that one of the choices names, whether or not its owner may use them. */
  readonly sources: ModelSources;
  /** Milliseconds since it, or one of these providers, was changed last. */
  readonly changedMsAgo: number;
}

interface ChoiceRow {
  readonly agent_name: string;
  readonly agent_owner_id: string | null;
  readonly backend_id: string;
  readonly changed_ms_ago: number;
  /** `null`: nothing is chosen anywhere. */
  readonly provider_id: string | null;
  readonly model: string;
  readonly for_agent: string | null;
  readonly for_user: string | null;
  readonly for_backend: string | null;
  readonly owner_id: string;
  readonly kind: string;
  readonly name: string;
  readonly base_url: string | null;
  readonly api_key_encrypted: string | null;
  readonly models: unknown;
  readonly dialect: unknown;
  readonly version: number;
  readonly is_active: boolean;
  readonly is_shared: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly role: string;
  readonly disabled_at: Date | null;
}

/** One row for each choice. `OFFSET 0`: a provider is found by its id, never by a join that reads all there are. */
const choicesOfAgent: PreparedStatement = {
  name: "choices_of_agent",
  text: `
    SELECT a.name AS agent_name, a.owner_id AS agent_owner_id, a.backend_id,
      (extract(epoch FROM now() - greatest(a.updated_at, p.updated_at)) * 1000)::float8 AS changed_ms_ago,
      m.provider_id, m.model, m.agent_id AS for_agent, m.user_id AS for_user, m.backend AS for_backend,
      p.owner_id, p.kind, p.name, p.base_url, p.api_key_encrypted, p.models, p.dialect, p.version, p.is_active, p.is_shared, p.created_at,
      p.updated_at, p.role, p.disabled_at
    FROM agents a
    LEFT JOIN LATERAL (
      SELECT * FROM model_assignments WHERE agent_id = a.id
      UNION ALL SELECT * FROM model_assignments WHERE agent_id IS NULL AND user_id = a.owner_id
      UNION ALL SELECT * FROM model_assignments WHERE agent_id IS NULL AND user_id IS NULL) m ON true
    LEFT JOIN LATERAL (
      SELECT l.*, u.role, u.disabled_at FROM llm_providers l JOIN users u ON u.id = l.owner_id WHERE l.id = m.provider_id OFFSET 0) p ON true
    WHERE a.id = $1
    ORDER BY m.position`,
};

@Injectable()
export class ModelSourcesRepository {
  constructor(private readonly prisma: PrismaService) {}

  async load(ownerId: string | null): Promise<ModelSources> {
    return (await this.loadMany([ownerId]))(ownerId);
  }

  /** One statement: it is asked with every turn. `null` if there is no such agent. */
  async loadForAgent(agentId: string): Promise<SourcesOfAgent | null> {
    const rows = await this.prisma.askPrepared<ChoiceRow>(choicesOfAgent, [agentId]);
    return rows[0] === undefined ? null : toSourcesOfAgent(rows[0], rows);
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

function toSourcesOfAgent(agent: ChoiceRow, rows: readonly ChoiceRow[]): SourcesOfAgent {
  const choices = rows.flatMap((row) => (row.provider_id === null ? [] : [toChoice(row, row.provider_id)]));
  const providers = new Map(choices.map(({ provider }) => [provider.id, provider]));
  return {
    name: agent.agent_name,
    backend: agent.backend_id,
    models: choices.filter(({ isOwn }) => isOwn).map(choiceOf),
    sources: toSources(
      agent.agent_owner_id,
      choices.filter(({ isOwn }) => !isOwn),
      [...providers.values()],
    ),
    changedMsAgo: Math.max(0, Math.min(...rows.map(({ changed_ms_ago: ageMs }) => ageMs))),
  };
}

function toChoice(row: ChoiceRow, providerId: string): Assigned & { readonly isOwn: boolean; readonly provider: StoredProvider } {
  const provider = toStoredProvider({
    id: providerId,
    ownerId: row.owner_id,
    kind: row.kind,
    name: row.name,
    baseUrl: row.base_url,
    apiKeyEncrypted: row.api_key_encrypted,
    models: row.models,
    dialect: row.dialect,
    version: row.version,
    isActive: row.is_active,
    isShared: row.is_shared,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    owner: { role: row.role, disabledAt: row.disabled_at },
  });
  return { userId: row.for_user, backend: row.for_backend, providerId, model: row.model, isOwn: row.for_agent !== null, provider };
}

type Assigned = Pick<ModelAssignment, "userId" | "backend" | "providerId" | "model">;

function toSources(ownerId: string | null, rows: readonly Assigned[], providers: readonly StoredProvider[]): ModelSources {
  return {
    ownerId,
    userDefaults: toDefaults(rows.filter((row) => row.userId !== null)),
    adminDefaults: toDefaults(rows.filter((row) => row.userId === null)),
    providers,
  };
}

/** Rows of one backend are one default: the first is the model, the others are its fallbacks. */
function toDefaults(rows: readonly Assigned[]): ModelDefault[] {
  return [...Map.groupBy(rows, (row) => row.backend).values()].flatMap(([first, ...others]) => {
    const backend = backendId.nullable().safeParse(first?.backend ?? null);
    return first === undefined || !backend.success
      ? []
      : [{ backend: backend.data, model: choiceOf(first), fallbacks: others.map(choiceOf) }];
  });
}

function choiceOf(row: Assigned): ModelChoice {
  return { providerId: row.providerId, model: row.model };
}
