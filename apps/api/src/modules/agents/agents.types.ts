import { findBackend } from "@mosaic/agent-backends/registry";
import {
  agent,
  agentTools,
  containerStatus,
  defaultAgentTools,
  stageProgress,
  type Agent,
  type AgentTools,
  type ContainerStatus,
  type DiskUse,
  type EffectiveModel,
  type ModelChoice,
  type StageProgress,
} from "@mosaic/contracts/agent";
import { unknownBackend } from "../backends/backends.types.js";

/** An agent with its model assignment and its container's side, as its owner sees it. */
export interface StoredAgent {
  readonly id: string;
  /** `null`: a system agent. */
  readonly ownerId: string | null;
  /** One that this version does not know, perhaps. */
  readonly backend: string;
  readonly name: string;
  readonly emoji: string;
  readonly personality: string;
  readonly tools: AgentTools;
  readonly idleTimeoutSeconds: number;
  /** `null`: what suits its tools. */
  readonly suggestions: readonly string[] | null;
  /** The first is the model in use, the others are its fallbacks; empty when none is assigned. */
  readonly models: readonly ModelChoice[];
  readonly container: AgentContainerView | null;
  readonly disk: DiskUse;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface AgentContainerView {
  readonly status: ContainerStatus;
  readonly stage: StageProgress | null;
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly lastActiveAt: Date | null;
  readonly isRestartPending: boolean;
  readonly memoryLostAt: Date | null;
}

/** What the resolution asks an agent. */
export function assignmentOf({ backend, models }: Pick<StoredAgent, "backend" | "models">): {
  backend: string;
  model: ModelChoice | null;
  fallbacks: readonly ModelChoice[];
} {
  const [model = null, ...fallbacks] = models;
  return { backend, model, fallbacks };
}

export function toAgent(stored: StoredAgent, effectiveModel: EffectiveModel | null): Agent {
  const [model, ...fallbacks] = stored.models;
  return {
    id: stored.id,
    backend: stored.backend,
    name: stored.name,
    emoji: stored.emoji,
    personality: stored.personality,
    tools: stored.tools,
    model: model ?? null,
    fallbacks,
    idleTimeoutSeconds: stored.idleTimeoutSeconds,
    suggestions: stored.suggestions === null ? null : [...stored.suggestions],
    effectiveModel,
    isRestartPending: stored.container?.isRestartPending ?? false,
    ...stateOf(stored),
    disk: stored.disk,
    lastActiveAt: stored.container?.lastActiveAt?.toISOString() ?? null,
    ...(stored.container?.memoryLostAt == null ? {} : { memoryLostAt: stored.container.memoryLostAt.toISOString() }),
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  };
}

/** Of a backend that this version does not know: whatever its container does, nobody here can talk to it. */
function stateOf({ backend, container }: StoredAgent): Pick<Agent, "status" | "stage" | "error"> {
  if (findBackend(backend) === null) {
    const { code, detail = "" } = unknownBackend(backend);
    return { status: "error", stage: null, error: { code, detail } };
  }
  return { status: container?.status ?? "stopped", stage: container?.stage ?? null, error: container?.error ?? null };
}

/** What a query includes so that `toStoredAgent` can read the row. */
export const storedAgentInclude = {
  assignments: { orderBy: { position: "asc" } },
  container: true,
  backend: { select: { stateLimitBytes: true } },
} as const;

export interface StoredAgentRow {
  readonly id: string;
  readonly ownerId: string | null;
  readonly backendId: string;
  readonly name: string;
  readonly emoji: string;
  readonly personality: string;
  readonly tools: unknown;
  readonly idleTimeoutSeconds: number;
  readonly suggestions: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly assignments: readonly { readonly providerId: string; readonly model: string }[];
  readonly container: {
    readonly status: string;
    readonly stage: unknown;
    readonly errorCode: string | null;
    readonly errorDetail: string | null;
    readonly lastActiveAt: Date | null;
    readonly restartPendingSince: Date | null;
    readonly memoryLostAt: Date | null;
    readonly stateBytes: bigint | null;
  } | null;
  readonly backend: { readonly stateLimitBytes: bigint };
}

/** The same in SQL, for lists: the columns, and where they come from beside `agents a`. */
export const agentColumns = `a.id, a.owner_id, a.backend_id, a.name, a.emoji, a.personality, a.tools, a.idle_timeout_seconds, a.suggestions, a.created_at, a.updated_at,
  b.state_limit_bytes, c.status, c.stage, c.error_code, c.error_detail, c.last_active_at, c.restart_pending_since, c.memory_lost_at, c.state_bytes, m.assignments`;
export const agentJoins = `JOIN backends b ON b.id = a.backend_id LEFT JOIN agent_containers c ON c.agent_id = a.id
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object('providerId', provider_id, 'model', model) ORDER BY position), '[]') AS assignments
    FROM model_assignments WHERE agent_id = a.id) m`;

export interface AgentColumns {
  readonly id: string;
  readonly owner_id: string | null;
  readonly backend_id: string;
  readonly name: string;
  readonly emoji: string;
  readonly personality: string;
  readonly tools: unknown;
  readonly idle_timeout_seconds: number;
  readonly suggestions: unknown;
  readonly created_at: Date;
  readonly updated_at: Date;
  /** As text: they are more than a number of JavaScript's may be. */
  readonly state_limit_bytes: string;
  readonly state_bytes: string | null;
  /** `null`: it has no container. */
  readonly status: string | null;
  readonly stage: unknown;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly last_active_at: Date | null;
  readonly restart_pending_since: Date | null;
  readonly memory_lost_at: Date | null;
  readonly assignments: StoredAgentRow["assignments"];
}

export function storedAgentOf(row: AgentColumns): StoredAgent {
  return toStoredAgent({
    id: row.id,
    ownerId: row.owner_id,
    backendId: row.backend_id,
    name: row.name,
    emoji: row.emoji,
    personality: row.personality,
    tools: row.tools,
    idleTimeoutSeconds: row.idle_timeout_seconds,
    suggestions: row.suggestions,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    assignments: row.assignments,
    container: row.status === null ? null : containerRowOf(row, row.status),
    backend: { stateLimitBytes: BigInt(row.state_limit_bytes) },
  });
}

function containerRowOf(row: AgentColumns, status: string): NonNullable<StoredAgentRow["container"]> {
  return {
    status,
    stage: row.stage,
    errorCode: row.error_code,
    errorDetail: row.error_detail,
    lastActiveAt: row.last_active_at,
    restartPendingSince: row.restart_pending_since,
    memoryLostAt: row.memory_lost_at,
    stateBytes: row.state_bytes === null ? null : BigInt(row.state_bytes),
  };
}

export function toStoredAgent(row: StoredAgentRow): StoredAgent {
  return {
    id: row.id,
    ownerId: row.ownerId,
    backend: row.backendId,
    name: row.name,
    emoji: row.emoji,
    personality: row.personality,
    // A group of tools that came with a newer release than the row has its default.
    tools: agentTools.parse({ ...defaultAgentTools, ...(row.tools as object) }),
    idleTimeoutSeconds: row.idleTimeoutSeconds,
    suggestions: agent.shape.suggestions.parse(row.suggestions),
    models: row.assignments.map(({ providerId, model }) => ({ providerId, model })),
    container: row.container === null ? null : toContainerView(row.container),
    disk: {
      bytes: row.container?.stateBytes == null ? null : Number(row.container.stateBytes),
      limitBytes: Number(row.backend.stateLimitBytes),
    },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function toContainerView(row: NonNullable<StoredAgentRow["container"]>): AgentContainerView {
  return {
    status: containerStatus.parse(row.status),
    stage: stageProgress.nullable().catch(null).parse(row.stage),
    error: row.errorCode === null ? null : { code: row.errorCode, detail: row.errorDetail ?? "" },
    lastActiveAt: row.lastActiveAt,
    isRestartPending: row.restartPendingSince !== null,
    memoryLostAt: row.memoryLostAt,
  };
}
