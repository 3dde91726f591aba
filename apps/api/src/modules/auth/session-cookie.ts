import type { Request, Response } from "express";
import { isHttps } from "../../platform/http/client-address.js";
import { browserCookie, sessionCookie, type IssuedSession } from "./auth.types.js";
import { readBearerToken } from "./bearer-token.js";

const tokenShape = /^[A-Za-z0-9_-]{43}$/;
/** Browsers keep no cookie for longer. */
const browserCookieMs = 400 * 24 * 3_600_000;
/** Where passwords are entered: nothing else needs to know the browser. */
const browserCookiePath = "/api/auth";

/** The session token of a request, if it has the shape of one. A request with an Authorization header is judged by that alone. */
export function readSessionToken(request: Request): string | undefined {
  return readBearerToken(request) === undefined ? readCookie(request, sessionCookie) : undefined;
}

export function readBrowserToken(request: Request): string | undefined {
  return readCookie(request, browserCookie);
}

/** `secure`: where it is known otherwise that the browser is there by HTTPS. */
export function setSessionCookie(request: Request, response: Response, session: IssuedSession, secure = isHttps(request)): void {
  response.cookie(sessionCookie, session.token, { ...attributes(secure), expires: session.expiresAt });
}

export function clearSessionCookie(request: Request, response: Response): void {
  response.clearCookie(sessionCookie, attributes(isHttps(request)));
}

export function setBrowserCookie(request: Request, response: Response, token: string): void {
  response.cookie(browserCookie, token, { ...attributes(isHttps(request)), path: browserCookiePath, maxAge: browserCookieMs });
}

function readCookie(request: Request, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? "").split(";").map((part) => part.trim());
  const value = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
  return value !== undefined && tokenShape.test(value) ? value : undefined;
}

function attributes(secure: boolean): { httpOnly: true; sameSite: "lax"; path: string; secure: boolean } {
  return { httpOnly: true, sameSite: "lax", path: "/", secure };
}
