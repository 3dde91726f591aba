import type { NextFunction, Request, Response } from "express";
import { AppError } from "../errors/app-error.js";
import { isInternalRequest } from "./listeners.js";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether `origin` names the host that was asked. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/** Refuses changes that another site's page sends with our user's cookie: a browser always tells the origin of a change. */
export function requireSameOrigin(request: Request, _response: Response, next: NextFunction): void {
  // No other site's page can send this header, and a request that carries it is judged by it alone, whatever its cookies.
  const hasBearer = request.headers.authorization !== undefined;
  if (
    safeMethods.has(request.method) ||
    hasBearer ||
    isInternalRequest(request) ||
    isSameOrigin(request.headers.origin, request.headers.host)
  ) {
    next();
    return;
  }
  next(new AppError("origin_refused", { detail: "Changes need an Origin header that names this server." }));
}
