import { request as httpRequest, type IncomingMessage } from "node:http";
import type { GatewayRequest } from "@mosaic/agent-backends/agent-backend";
import type { Endpoint } from "@mosaic/runtime/agent-runtime";
import { readBeginning } from "@mosaic/incoming/bounded-body";
import type { TurnEnding } from "../turn-outcome.js";
import { GatewayUnreachableError, type ExchangeListener, type ExchangeRequest } from "./exchange.js";

export const connectTimeoutMs = 2_000;

/**
 * Has one turn answered over HTTP. Rejects with `GatewayUnreachableError`, or with the signal's reason. `unreachable`: another gateway listens there by
 * now, or it has another start's token.
 */
export async function exchangeOverHttp(request: ExchangeRequest, listener: ExchangeListener): Promise<TurnEnding | "unreachable"> {
  const { running, session, text, images, client = null, history, model, signal } = request;
  const { backend, endpoint, gatewayToken } = running;
  const response = await openStream(
    endpoint,
    backend.turnRequest({
      gatewayToken,
      session,
      text,
      images,
      client,
      ...(history === undefined ? {} : { history }),
      ...(model === undefined ? {} : { model }),
    }),
    signal,
  );
  if (response.statusCode === 200) {
    listener.onTaken();
    return pass(request, response, listener);
  }
  const status = response.statusCode ?? 0;
  const body = await readBeginning(response);
  return status === 401 ? "unreachable" : { kind: "failure", ...backend.explainResponse(status, body) };
}

/** Passes the gateway's stream on, piece by piece. */
async function pass({ running, signal }: ExchangeRequest, response: IncomingMessage, listener: ExchangeListener): Promise<TurnEnding> {
  const reader = running.backend.openStream();
  try {
    for await (const chunk of response) {
      const ending = listener.onEvents(reader.push(chunk as Buffer));
      if (ending !== null) {
        return ending;
      }
    }
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    // The connection broke: what that means is the backend's business.
  } finally {
    response.destroy();
  }
  return listener.onEvents(reader.close()) ?? { kind: "complete" };
}

/**
 * Resolves with the head of the answer. An abort at any time closes the connection, which is how the gateway learns that it should stop. A
 * connection of its own per turn: a pooled one to a container that was replaced would fail in the middle of a turn.
 */
async function openStream(
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
