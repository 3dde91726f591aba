import type { SessionUser } from "@mosaic/contracts/identity";
import type { Request } from "express";

export const sessionCookie = "mosaic_session";

/** Who a request is from, as the global guard found it. */
export interface Caller {
  readonly user: SessionUser;
  readonly sessionId: string;
}

/** The guard leaves the caller on the request. */
export interface AuthenticatedRequest extends Request {
  caller?: Caller;
}
