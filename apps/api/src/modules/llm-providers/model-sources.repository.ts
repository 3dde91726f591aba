import { isOpenToAll, type ModelDefault } from "@mosaic/agent-backends/model-resolution";
import { backendId, type ModelChoice } from "@mosaic/contracts/agent";
import { Injectable } from "@nestjs/common";
import type { ModelAssignment } from "../../generated/prisma/client.js";
import { PrismaService, type PreparedStatement } from "../../platform/database/prisma.service.js";
import { providerColumns, storedProviderOf, type ProviderColumns, type StoredProvider } from "./llm-providers.types.js";

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

type Assigned = Pick<ModelAssignment, "userId" | "backend" | "providerId" | "model">;

interface AgentColumns {
  readonly agent_name: string;
  readonly agent_owner_id: string | null;
  readonly agent_backend: string;
  readonly changed_ms_ago: number;
}

/** What is chosen, of which provider, and by whom: by the agent, else by the user, else for all. */
interface Choice extends AgentColumns, ProviderColumns {
  readonly model: string;
  readonly for_agent: string | null;
  readonly for_user: string | null;
  readonly for_backend: string | null;
}

/** Where nothing is chosen anywhere there is the agent alone. */
type ChoiceRow = Choice | (AgentColumns & { readonly model: null });

/** One row for each choice; without any, one all the same. `OFFSET 0`: a provider is found by its id, never by a join that reads all there are. */
const choicesOfAgent: PreparedStatement = {
  name: "choices_of_agent",
  text: `
    SELECT a.name AS agent_name, a.owner_id AS agent_owner_id, a.backend_id AS agent_backend,
      (extract(epoch FROM now() - greatest(a.updated_at, p.updated_at)) * 1000)::float8 AS changed_ms_ago,
      m.model, m.agent_id AS for_agent, m.user_id AS for_user, m.backend AS for_backend, p.*
    FROM agents a
    LEFT JOIN LATERAL (
      SELECT * FROM model_assignments WHERE agent_id = a.id
      UNION ALL SELECT * FROM model_assignments WHERE agent_id IS NULL AND user_id = a.owner_id
      UNION ALL SELECT * FROM model_assignments WHERE agent_id IS NULL AND user_id IS NULL) m ON true
    LEFT JOIN LATERAL (
      SELECT ${providerColumns} FROM llm_providers l JOIN users u ON u.id = l.owner_id WHERE l.id = m.provider_id OFFSET 0) p ON true
    WHERE a.id = $1
    ORDER BY m.position`,
};

const defaultsOfOwners: PreparedStatement = {
  name: "model_defaults_of_owners",
  text: `
    SELECT m.user_id AS "userId", m.backend, m.provider_id AS "providerId", m.model FROM (
      SELECT * FROM model_assignments WHERE agent_id IS NULL AND user_id = ANY($1::uuid[])
      UNION ALL SELECT * FROM model_assignments WHERE agent_id IS NULL AND user_id IS NULL) m
    ORDER BY m.position`,
};

/** Each kind by its own index: an OR of them would read all there are. Who is an admin may have some of theirs twice. */
const providersFor = (name: string, ofOthers: string): PreparedStatement => ({
  name,
  text: `
    SELECT ${providerColumns} FROM llm_providers l JOIN users u ON u.id = l.owner_id WHERE l.owner_id = ANY($1::uuid[])
    UNION ALL
    SELECT ${providerColumns} FROM llm_providers l JOIN users u ON u.id = l.owner_id WHERE u.role = 'admin' AND u.disabled_at IS NULL ${ofOthers}`,
});
const providersForUsers = providersFor("providers_for_users", "AND l.is_shared AND l.is_active");
const providersForSystemAgents = providersFor("providers_for_system_agents", "");

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
    const [rows, found] = await Promise.all([
      this.prisma.askPrepared<Assigned>(defaultsOfOwners, [users]),
      this.prisma.askPrepared<ProviderColumns>(ownerIds.includes(null) ? providersForSystemAgents : providersForUsers, [users]),
    ]);
    const providers = [...new Map(found.map((row) => [row.provider_id, row])).values()].map(storedProviderOf);
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

function toSourcesOfAgent(agent: AgentColumns, rows: readonly ChoiceRow[]): SourcesOfAgent {
  const chosen = rows.filter((row) => row.model !== null);
  const providers = new Map(chosen.map((row) => [row.provider_id, row]));
  return {
    name: agent.agent_name,
    backend: agent.agent_backend,
    models: chosen.filter(isOwn).map(assignedOf).map(choiceOf),
    sources: toSources(
      agent.agent_owner_id,
      chosen.filter((row) => !isOwn(row)).map(assignedOf),
      [...providers.values()].map(storedProviderOf),
    ),
    changedMsAgo: Math.max(0, Math.min(...rows.map(({ changed_ms_ago: ageMs }) => ageMs))),
  };
}

const isOwn = (row: Choice): boolean => row.for_agent !== null;

function assignedOf(row: Choice): Assigned {
  return { userId: row.for_user, backend: row.for_backend, providerId: row.provider_id, model: row.model };
}

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
