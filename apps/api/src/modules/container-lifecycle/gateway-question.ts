import { get } from "node:http";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";

/** `uncounted`: no answer, but this process itself was too late to tell whose fault that is. */
export type GatewayAnswer = { readonly kind: "answered"; readonly tookMs: number } | { readonly kind: "unanswered" | "uncounted" };

/** A time-out that fires this much later than it should says that our own event loop stood still. */
const latenessFactor = 1.5;

/** Whether anybody is there: whatever status comes, its event loop turns. A connection of its own, since a stopped process keeps old ones open. Never rejects. */
export async function askGateway({ host, port }: Endpoint, path: string, timeoutMs: number): Promise<GatewayAnswer> {
  const askedAtMs = performance.now();
  const isAnswered = await new Promise<boolean>((resolve) => {
    const request = get({ host, port, path, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      response.on("error", () => undefined);
      resolve(true);
      // Only its head says something, and what follows may have no end.
      response.destroy();
    });
    request.on("error", () => resolve(false));
  });
  const tookMs = performance.now() - askedAtMs;
  if (isAnswered) {
    return { kind: "answered", tookMs };
  }
  return { kind: tookMs > timeoutMs * latenessFactor ? "uncounted" : "unanswered" };
}
