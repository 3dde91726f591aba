import type { AgentTools, BackendId } from "@mosaic/contracts/agent";

/** A kind of agent software: what its containers are started from, and within which limits. */
export interface Backend {
  readonly id: BackendId;
  readonly label: string;
  readonly image: string;
  readonly gatewayPort: number;
  /** Where an agent's volume is mounted. */
  readonly stateDir: string;
  readonly memoryLimitBytes: number;
  readonly nanoCpus: number;
  readonly pidsLimit: number;
  /** Of what an agent keeps on the disk. */
  readonly stateLimitBytes: number;
  readonly readyTimeoutMs: number;
  /** What a new agent starts with. */
  readonly defaultIdleTimeoutSeconds: number;
  readonly defaultTools: AgentTools;
}
