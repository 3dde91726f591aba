import type { NextFunction, Request, Response } from "express";

/** For everything but the pages, which have a policy of their own, and of caching too: what the API answers is somebody's own. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'";

/** What no document of Mosaic may use. A microphone is for its own pages, whose composer may have dictation; no frame in them gets it. */
export const permissionsPolicy = (microphone: "()" | "(self)"): string =>
  `camera=(), geolocation=(), microphone=${microphone}, payment=(), usb=()`;

export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader("content-security-policy", apiPolicy);
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("permissions-policy", permissionsPolicy("()"));
  next();
}
