import type { AgentBackend } from "@mosaic/agent-backends/agent-backend";
import type { ContainerStatus, StageProgress } from "@mosaic/contracts/agent";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";

/** A running agent, as whoever speaks to it needs it. The token never leaves this process. */
export interface RunningAgent {
  readonly agentId: string;
  readonly endpoint: Endpoint;
  readonly gatewayToken: string;
  readonly backend: AgentBackend;
}

/** Who waits for a gateway that says nothing, and what they are told of it. */
export interface GatewayWatcher {
  /** How long it took to answer; `null`: it did not. */
  readonly onAnswer: (tookMs: number | null) => void;
  /** It hangs, and is ended now; `false`: it could not be ended after all. */
  readonly onHung: (isEnding: boolean) => void;
}

export interface EnsureOptions {
  readonly onStage?: (stage: StageProgress) => void;
  /** Ends the waiting of this caller only: the start goes on. */
  readonly signal?: AbortSignal;
  /** The agent as it was found not to answer: it is looked at again instead of being believed. */
  readonly distrusted?: RunningAgent;
  /** Nobody waits for it: it takes its turn after all that somebody waits for. */
  readonly isBackground?: boolean;
}

/** The backend's part of what a container is made from. */
export interface BackendLimits {
  readonly id: string;
  readonly image: string;
  readonly memoryLimitBytes: number;
  readonly nanoCpus: number;
  readonly pidsLimit: number;
  readonly readyTimeoutMs: number;
}

/** An agent's running side as it is stored. */
export interface ContainerRecord {
  readonly name: string;
  readonly status: ContainerStatus;
  readonly tokenEncrypted: string;
  /** Hex. Different for each start, so it also tells one start from the next. */
  readonly tokenHash: string;
  readonly endpoint: Endpoint | null;
  readonly stage: StageProgress | null;
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly generation: string | null;
  readonly lastActiveAt: Date | null;
  readonly updatedAt: Date;
}

/** What is needed to speak to an agent, as a statement found it on its way. */
export interface FoundContainer {
  readonly agentId: string;
  readonly ownerId: string | null;
  readonly backendId: string;
  /** `null`: it was never started. */
  readonly status: ContainerStatus | null;
  readonly endpointHost: string | null;
  readonly endpointPort: number | null;
  readonly tokenEncrypted: string | null;
}

export interface AgentTarget {
  readonly agentId: string;
  /** `null`: a system agent. */
  readonly ownerId: string | null;
  readonly idleTimeoutSeconds: number;
  readonly backend: BackendLimits;
  /** `null` until it was started for the first time. */
  readonly container: ContainerRecord | null;
}

/** What the reconciler compares with what the engine has. */
export interface ReconciledAgent {
  readonly agentId: string;
  readonly container: Pick<ContainerRecord, "name" | "status" | "endpoint">;
}
