import { request as httpRequest, type IncomingMessage } from "node:http";
import type { GatewayRequest } from "@mosaic/agent-backends/agent-backend";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";

const connectTimeoutMs = 2_000;

/** The gateway did not take the request: nobody listens there, somebody else does, or it hung up before it answered. */
export class GatewayUnreachableError extends Error {}

/**
 * Sends one turn and resolves with the head of the answer. Rejects with `GatewayUnreachableError`, or with the signal's reason. An abort at any
 * time closes the connection, which is how the gateway learns that it should stop. A connection of its own per turn: a pooled one
 * to a container that was replaced would fail in the middle of a turn.
 */
export async function openGatewayStream(
  { host, port }: Endpoint,
  { path, headers, body }: GatewayRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host,
      port,
      path,
      method: "POST",
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
      agent: false,
      signal,
    });
    const connecting = setTimeout(() => request.destroy(new Error("no connection in time")), connectTimeoutMs);
    request.once("socket", (socket) => {
      socket.setNoDelay(true);
      socket.once("connect", () => clearTimeout(connecting));
    });
    request.once("response", resolve);
    request.once("close", () => clearTimeout(connecting));
    request.on("error", (error) =>
      reject(signal.aborted ? signal.reason : new GatewayUnreachableError("the gateway did not take the request", { cause: error })),
    );
    request.end(body);
  });
}
