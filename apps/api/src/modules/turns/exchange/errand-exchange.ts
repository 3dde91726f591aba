import type { ErrandOutcome, GatewayErrand, GatewaySocket } from "@mosaic/agent-backends/agent-backend";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";
import type { RawData } from "ws";
import { openSocket } from "./socket-exchange.js";

/** A gateway under load takes seconds for what is done in milliseconds otherwise. */
export const errandPatienceMs = 15_000;
/** What else it says meanwhile is not read without an end. */
const mostFrames = 500;

/** `lost`: the gateway could not be reached, or did not answer in time. What was asked of it may have been done. */
export type ErrandEnd = ErrandOutcome | { readonly kind: "lost" };

/** Has one thing done over a gateway's socket. Rejects with the signal's reason alone. */
export async function runErrand(
  { socket, endpoint }: { readonly socket: GatewaySocket; readonly endpoint: Endpoint },
  errand: GatewayErrand,
  signal: AbortSignal,
): Promise<ErrandEnd> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<ErrandEnd>();
  const connection = openSocket(socket, endpoint);
  const giveUp = (): void => resolve({ kind: "lost" });
  const timer = setTimeout(giveUp, errandPatienceMs);
  signal.addEventListener("abort", giveUp, { once: true });
  let frames = 0;
  connection.on("message", (data: RawData) => {
    frames += 1;
    const { send, outcome } = errand.receive((data as Buffer).toString());
    for (const frame of send) {
      connection.send(frame);
    }
    if (outcome !== null) {
      resolve(outcome);
    } else if (frames > mostFrames) {
      giveUp();
    }
  });
  connection.on("unexpected-response", (request, { statusCode }) => {
    request.destroy();
    resolve({ kind: statusCode === 401 ? "stranger" : "impossible" });
  });
  connection.on("error", () => undefined);
  connection.on("close", giveUp);
  try {
    const end = await promise;
    signal.throwIfAborted();
    return end;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    connection.terminate();
  }
}
