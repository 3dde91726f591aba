import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { findBackend } from "@mosaic/agent-backends/registry";
import { containerTokenContext } from "../agent-config/agent-config.types.js";
import type { CryptoService } from "../crypto/crypto.service.js";
import type { AgentTarget, FoundContainer, RunningAgent } from "./containers.types.js";

/** `null` unless it runs, its endpoint is known, and this version can talk to it. */
export function toRunning(crypto: CryptoService, { agentId, ownerId, backend, container }: AgentTarget): RunningAgent | null {
  const { status = null, endpoint = null, tokenEncrypted = null } = container ?? {};
  const [endpointHost, endpointPort] = [endpoint?.host ?? null, endpoint?.port ?? null];
  return foundRunning(crypto, { agentId, ownerId, backendId: backend.id, status, endpointHost, endpointPort, tokenEncrypted });
}

/** As `toRunning`, of what a statement found on its way. */
export function foundRunning(crypto: CryptoService, found: FoundContainer): RunningAgent | null {
  const { agentId, ownerId, backendId, status, endpointHost: host, endpointPort: port, tokenEncrypted } = found;
  const backend = findBackend(backendId);
  if (status !== "running" || host === null || port === null || tokenEncrypted === null || backend === null) {
    return null;
  }
  const token = crypto.open(tokenEncrypted, containerTokenContext(ownerId, agentId));
  return { agentId, endpoint: { host, port }, gatewayToken: deriveGatewayToken(token), backend };
}

/** Whether it is the very start, at the very place, that was found not to answer. */
export function isSame({ endpoint, gatewayToken }: RunningAgent, distrusted: RunningAgent | undefined): boolean {
  return (
    distrusted !== undefined &&
    distrusted.gatewayToken === gatewayToken &&
    distrusted.endpoint.host === endpoint.host &&
    distrusted.endpoint.port === endpoint.port
  );
}
