import type { BackendDefinition } from "@mosaic/agent-backends/backend-definition";
import { findBackend } from "@mosaic/agent-backends/registry";
import type { DeclaredBackend } from "@mosaic/contracts/declared-backend";
import type { AgentTools, BackendId } from "@mosaic/contracts/agent";
import { AppError } from "../../platform/errors/app-error.js";

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
  /** Whether a new agent may be of it. */
  readonly isOffered: boolean;
}

interface DeclaredColumns {
  readonly label: string;
  readonly image: string;
  readonly gatewayPort: number;
  readonly stateDir: string;
  readonly memoryLimitBytes: bigint;
  readonly nanoCpus: bigint;
  readonly pidsLimit: number;
  readonly stateLimitBytes: bigint;
  readonly readyTimeoutMs: number;
  readonly defaultIdleTimeoutSeconds: number;
}

/** What a row has of its declaration. */
export function declaredColumns({
  label,
  image,
  port,
  stateDir,
  limits,
  readyTimeoutMs,
  idleTimeoutSeconds,
}: DeclaredBackend): DeclaredColumns {
  return {
    label,
    image,
    gatewayPort: port,
    stateDir,
    memoryLimitBytes: BigInt(limits.memoryBytes),
    nanoCpus: BigInt(limits.nanoCpus),
    pidsLimit: limits.pids,
    stateLimitBytes: BigInt(limits.stateBytes),
    readyTimeoutMs,
    defaultIdleTimeoutSeconds: idleTimeoutSeconds,
  };
}

/** What this version knows of an agent's backend. Throws `backend_unknown`: another version made the agent. */
export function knownBackend(id: string): BackendDefinition<BackendId> {
  const definition = findBackend(id);
  if (definition === null) {
    throw unknownBackend(id);
  }
  return definition;
}

export function unknownBackend(id: string): AppError {
  return new AppError("backend_unknown", {
    detail: `This version of Mosaic does not know ${JSON.stringify(id)}. The agent and its files are kept: run the version that made it, or delete it.`,
  });
}
