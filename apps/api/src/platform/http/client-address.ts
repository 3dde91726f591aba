import type { Request } from "express";

/** The address of the other end. X-Forwarded-For is not believed: anybody can send it. */
export function clientAddress(request: Request): string {
  return (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}
