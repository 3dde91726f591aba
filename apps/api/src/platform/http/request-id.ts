import { randomUUID } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import type { Logger } from "../logging/logger.js";
import { runWithRequest } from "../logging/request-context.js";
import { clientAddress } from "./client-address.js";

const maxListeners = 20;

/** Gives each request an id that its log lines, its error and its answer carry. */
export function withRequestId(logger: Logger): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.setHeader("x-request-id", requestId);
    // What comes before a route listens for the end of an answer, and a download does so several times: Node would take that for a leak.
    response.setMaxListeners(maxListeners);
    runWithRequest({ requestId, address: clientAddress(request) }, () => {
      response.once("close", () => {
        const durationMs = Math.round(performance.now() - startedAt);
        logger.debug("request", { method: request.method, path: request.path, status: response.statusCode, durationMs });
      });
      next();
    });
  };
}
