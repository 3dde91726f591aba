import { get } from "node:http";
import type { AgentBackend } from "@mosaic/agent-backends/agent-backend";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";

/** `uncounted`: no answer, but this process itself was too late to tell whose fault that is. */
export type GatewayAnswer =
  | { readonly kind: "answered"; readonly status: number | undefined; readonly tookMs: number }
  | { readonly kind: "unanswered" | "uncounted" };

/** `silent`: nothing listens. `listening`: not ready yet, or it does not accept our token. */
export type ProbeResult = "silent" | "listening" | "ready";

/** What is asked: a gateway, and what its backend says of asking it. */
export interface Probed {
  readonly endpoint: Endpoint;
  readonly backend: Pick<AgentBackend, "gateway">;
}

const probeTimeoutMs = 2_000;
/** A time-out that fires this much later than it should says that our own event loop stood still. */
const latenessFactor = 1.5;

/** Whether a gateway serves turns at this moment, and knows our token. On a busy machine it is given more time (`pace`). Never rejects. */
export async function probeGateway(
  { endpoint, backend, gatewayToken }: Probed & { gatewayToken: string },
  pace: number,
): Promise<ProbeResult> {
  const timeoutMs = Math.round(probeTimeoutMs * pace);
  const readiness = await askGateway({ endpoint, backend }, timeoutMs);
  if (readiness.kind !== "answered") {
    return "silent";
  }
  if (readiness.status !== 200) {
    return "listening";
  }
  const headers = { authorization: `Bearer ${gatewayToken}` };
  const proof = await ask(endpoint, { path: backend.gateway.probe.tokenProofPath, headers }, timeoutMs);
  return proof.kind === "answered" && proof.status === 200 ? "ready" : "listening";
}

/** Whether anybody is there: whatever status comes, its event loop turns. Never rejects. */
export async function askGateway({ endpoint, backend }: Probed, timeoutMs: number): Promise<GatewayAnswer> {
  return ask(endpoint, { path: backend.gateway.probe.readinessPath, headers: {} }, timeoutMs);
}

interface Question {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** On a connection of its own, since a stopped process keeps old ones open. */
async function ask({ host, port }: Endpoint, { path, headers }: Question, timeoutMs: number): Promise<GatewayAnswer> {
  const askedAtMs = performance.now();
  const status = await new Promise<number | null | undefined>((resolve) => {
    const request = get({ host, port, path, headers, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      response.on("error", () => undefined);
      resolve(response.statusCode);
      // Only its head says something, and what follows may have no end.
      response.destroy();
    });
    request.on("error", () => resolve(null));
  });
  const tookMs = performance.now() - askedAtMs;
  if (status === null) {
    return { kind: tookMs > timeoutMs * latenessFactor ? "uncounted" : "unanswered" };
  }
  return { kind: "answered", status, tookMs };
}
