import { deriveGatewayToken } from "@mosaic/agent-backends/gateway-token";
import { backendOf } from "@mosaic/agent-backends/registry";
import { containerTokenContext } from "../agent-config/agent-config.types.js";
import type { CryptoService } from "../crypto/crypto.service.js";
import type { AgentTarget, RunningAgent } from "./containers.types.js";

/** `null` unless it runs and its endpoint is known. */
export function toRunning(crypto: CryptoService, { agentId, ownerId, backend, container }: AgentTarget): RunningAgent | null {
  if (container?.status !== "running" || container.endpoint === null) {
    return null;
  }
  const token = crypto.open(container.tokenEncrypted, containerTokenContext(ownerId, agentId));
  return { agentId, endpoint: container.endpoint, gatewayToken: deriveGatewayToken(token), backend: backendOf(backend.id) };
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
