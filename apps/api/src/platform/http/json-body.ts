import express, { type Request, type RequestHandler, type Response } from "express";
import { isInternalRequest } from "./listeners.js";

const limit = "1mb";
/** A whole conversation with pictures goes to a model in one call. */
const relayLimit = "32mb";
const relayPath = /^\/api\/internal\/agent-config\/[^/]+\/llm\//i;

/**
 * Reads JSON bodies. What Postgres can't hold as text, NUL and halves of surrogate pairs, is refused here, in one place for all fields. What
 * agents send to a model is larger, so it is read only once its sender is known: by `readRelayedJson`.
 */
export function jsonBody(): RequestHandler {
  const read = express.json({ limit, strict: true, reviver: refuseUnstorable });
  return (request, response, next) => {
    if (isInternalRequest(request) && relayPath.test(request.path)) {
      next();
      return;
    }
    read(request, response, next);
  };
}

const relayed = express.json({ limit: relayLimit, strict: true });

/** The body of a call to a model, which is stored nowhere and may hold anything. Rejects as the general reader does. */
export async function readRelayedJson(request: Request, response: Response): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    relayed(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
  });
  return request.body;
}

function refuseUnstorable(key: string, value: unknown): unknown {
  if (!isStorable(key) || (typeof value === "string" && !isStorable(value))) {
    throw new SyntaxError("text that can't be stored");
  }
  return value;
}

function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
