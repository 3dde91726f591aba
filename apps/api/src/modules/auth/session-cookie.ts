import type { Request, Response } from "express";
import type { IssuedSession } from "./auth.service.js";
import { sessionCookie } from "./auth.types.js";

const tokenShape = /^[A-Za-z0-9_-]{43}$/;

/** The session token of a request, if it has the shape of one. */
export function readSessionToken(request: Request): string | undefined {
  const cookies = (request.headers.cookie ?? "").split(";").map((part) => part.trim());
  const value = cookies.find((cookie) => cookie.startsWith(`${sessionCookie}=`))?.slice(sessionCookie.length + 1);
  return value !== undefined && tokenShape.test(value) ? value : undefined;
}

export function setSessionCookie(request: Request, response: Response, session: IssuedSession): void {
  response.cookie(sessionCookie, session.token, { ...attributes(request), expires: session.expiresAt });
}

export function clearSessionCookie(request: Request, response: Response): void {
  response.clearCookie(sessionCookie, attributes(request));
}

function attributes(request: Request): { httpOnly: true; sameSite: "lax"; path: string; secure: boolean } {
  return { httpOnly: true, sameSite: "lax", path: "/", secure: request.secure };
}
