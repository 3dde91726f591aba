import { findBackend } from "@mosaic/agent-backends/registry";
import {
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
