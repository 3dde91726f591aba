import { get } from "node:http";
import type { AgentBackend } from "@mosaic/agent-backends/agent-backend";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";

const probeTimeoutMs = 2_000;

/** `silent`: nothing listens. `listening`: not ready yet, or it does not accept our token. */
export type ProbeResult = "silent" | "listening" | "ready";

/** Whether a gateway serves turns, and knows our token. On a busy machine it is given more time (`pace`). Never rejects. */
export async function probeGateway(endpoint: Endpoint, backend: AgentBackend, gatewayToken: string, pace: number): Promise<ProbeResult> {
  const timeoutMs = Math.round(probeTimeoutMs * pace);
  const readiness = await statusOf(endpoint, backend.readinessPath, {}, timeoutMs);
  if (readiness !== 200) {
    return readiness === null ? "silent" : "listening";
  }
  const proof = await statusOf(endpoint, backend.tokenProofPath, { authorization: `Bearer ${gatewayToken}` }, timeoutMs);
  return proof === 200 ? "ready" : "listening";
}

async function statusOf(
  { host, port }: Endpoint,
  path: string,
  headers: Record<string, string>,
  timeoutMs: number,
): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      response.on("error", () => undefined);
      resolve(response.statusCode ?? null);
      // Only its head says something, and what follows may have no end.
      response.destroy();
    });
    request.on("error", () => resolve(null));
  });
}
