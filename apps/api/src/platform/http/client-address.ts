import type { Request } from "express";

/** The address of the other end. X-Forwarded-For is believed of the operator's own proxies only: anybody can send it. */
export function clientAddress(request: Request): string {
  return (request.ip ?? "").replace(/^::ffff:/, "");
}

/**
 * Whether the browser is there by HTTPS: as a trusted proxy says, or as the page's own origin says, which a browser tells with every change.
 * A proxy in front may be unknown here, and a cookie must not go over plain HTTP for that.
 */
export function isHttps(request: Request): boolean {
  return request.secure || (request.headers.origin ?? "").startsWith("https:");
}
