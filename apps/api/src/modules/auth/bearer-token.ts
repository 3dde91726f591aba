import { tokenPrefix } from "@mosaic/contracts/access-token";
import type { Request } from "express";

const bearerShape = new RegExp(`^Bearer +(${tokenPrefix}[A-Za-z0-9_-]{43})$`, "i");

/** The access token that a request shows: `undefined` without an Authorization header, `null` when the header holds no token of ours. */
export function readBearerToken(request: Request): string | null | undefined {
  const { authorization } = request.headers;
  return authorization === undefined ? undefined : (bearerShape.exec(authorization)?.[1] ?? null);
}
