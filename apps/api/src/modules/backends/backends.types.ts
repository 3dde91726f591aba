import type { AgentTools, BackendId } from "@mosaic/contracts/agent";

/** A kind of agent software, as it is here: what the release says of it, and what admins chose. */
export interface Backend {
  readonly id: BackendId;
  /** The release's, as the port and the folder are: the software is made for them. */
  readonly label: string;
  readonly gatewayPort: number;
  /** Where an agent's volume is mounted. */
  readonly stateDir: string;
  /** From here on the admins' choice. */
  readonly image: string;
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
