import type { Request, Response } from "express";
import { flowMs } from "./oidc-flows.service.js";

/** Ties a sign-in to the browser that began it: an answer that somebody else was led to counts for nothing there. */
const flowCookie = "mosaic_oidc";
const cookiePath = "/api/auth/oidc";
const tokenShape = /^[A-Za-z0-9_-]{43}$/;

export function readFlowToken(request: Request): string | undefined {
  const cookies = (request.headers.cookie ?? "").split(";").map((part) => part.trim());
  const value = cookies.find((cookie) => cookie.startsWith(`${flowCookie}=`))?.slice(flowCookie.length + 1);
  return value !== undefined && tokenShape.test(value) ? value : undefined;
}

/** Lax, not strict: the answer comes by a link of the sign-in server's site. One for all tabs of a browser. */
export function setFlowCookie(response: Response, token: string, publicUrl: string): void {
  const secure = publicUrl.startsWith("https:");
  response.cookie(flowCookie, token, { httpOnly: true, sameSite: "lax", path: cookiePath, secure, maxAge: flowMs });
}
