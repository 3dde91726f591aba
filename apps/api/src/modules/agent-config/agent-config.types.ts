import type { BundleQuery } from "@mosaic/contracts/agent-config";
import type { Request } from "express";
import type { SealContext } from "../crypto/sealed-box.js";

/** A container that has shown its own token. */
export interface CallingContainer {
  readonly agentId: string;
  /** `null`: a system agent's. */
  readonly ownerId: string | null;
  /** As it was shown: the gateway's token is derived from it. */
  readonly token: string;
  /** Where it says that its gateway listens. It goes into its own files and nowhere else: Mosaic itself calls where the runtime says. */
  readonly port?: number | undefined;
  /** Where its software looks for tokens; absent: in its files. */
  readonly tokens?: BundleQuery["tokens"] | undefined;
}

/** `ContainerTokenGuard` leaves the container on the request. */
export interface ContainerRequest extends Request {
  container?: CallingContainer;
}

/** What a container's token is sealed for. `ownerId: null`: a system agent's. */
export function containerTokenContext(ownerId: string | null, agentId: string): SealContext {
  return { owner: ownerId ?? "system", field: `agent_containers.token_encrypted:${agentId}` };
}

/** What is known of a container that may ask. */
export interface LiveContainer {
  readonly agentId: string;
  readonly ownerId: string | null;
  readonly name: string;
  readonly endpointPort: number | null;
}
