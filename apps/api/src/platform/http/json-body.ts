import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { AppError } from "../errors/app-error.js";
import { isInternalRequest } from "./listeners.js";

const limitBytes = 1024 * 1024;
/** A whole conversation with pictures goes to a model in one call. */
const relayLimit = "32mb";
const relayPath = /^\/api\/internal\/agent-config\/[^/]+\/llm\//i;

/**
 * Reads JSON bodies. What Postgres can't hold as text, NUL and halves of surrogate pairs, is refused here, in one place for all fields. What
 * agents send to a model is larger, so it is read only once its sender is known: by `readRelayedJson`.
 */
export function jsonBody(): RequestHandler {
  const read = express.json({ limit: limitBytes, strict: true, reviver: refuseUnstorable });
  return (request, response, next) => {
    if (isInternalRequest(request) && relayPath.test(request.path)) {
      next();
      return;
    }
    const proceed = once(next);
    read(request, response, proceed);
    refuseMore(request, response, proceed);
  };
}

/** Express reads a body that is too large to its end before it says so, and an end may never come: here it is answered and cut off. */
function refuseMore(request: Request, response: Response, next: NextFunction): void {
  if (request.headers["transfer-encoding"] === undefined && request.headers["content-length"] === undefined) {
    return;
  }
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    const wasWithin = size <= limitBytes;
    size += chunk.length;
    if (wasWithin && size > limitBytes) {
      response.setHeader("connection", "close");
      response.once("finish", () => request.destroy());
      next(new AppError("body_too_large"));
    }
  });
}

function once(next: NextFunction): NextFunction {
  let isCalled = false;
  return (error?: unknown) => {
    if (!isCalled) {
      isCalled = true;
      next(error);
    }
  };
}

const relayed = express.json({ limit: relayLimit, strict: true });

/** The body of a call to a model, which is stored nowhere and may hold anything. Rejects as the general reader does. */
export async function readRelayedJson(request: Request, response: Response): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    relayed(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  const body: unknown = request.body;
  // Small in bytes, large in objects: the request lives as long as the answer, and must not keep them.
  request.body = undefined;
  return body;
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
