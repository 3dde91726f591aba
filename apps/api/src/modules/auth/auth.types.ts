import type { TokenScope } from "@mosaic/contracts/access-token";
import type { SessionUser } from "@mosaic/contracts/identity";
import type { Request } from "express";

export const sessionCookie = "mosaic_session";
/** Tells a browser in which somebody has signed in before. Opens nothing. */
export const browserCookie = "mosaic_browser";

interface Identified {
  readonly user: SessionUser;
  /** On this process' own clock: they were looked up after that. */
  readonly askedAtMs: number;
}

export interface SessionCaller extends Identified {
  readonly kind: "session";
  readonly sessionId: string;
}

export interface TokenCaller extends Identified {
  readonly kind: "token";
  readonly tokenId: string;
  readonly tokenName: string;
  readonly scopes: readonly TokenScope[];
  /** Whether conversations that it has are in its owner's lists. */
  readonly showsConversations: boolean;
  /** Whether the agent's model answers its chat requests, without the agent and its memory. */
  readonly usesPlainModel: boolean;
}

/** Who a request is from, as the global guard found it: a signed-in browser, or a program. */
export type Caller = SessionCaller | TokenCaller;

/** The guard leaves the caller on the request. */
export interface AuthenticatedRequest extends Request {
  caller?: Caller;
}

/** Where a request comes from. */
export interface Client {
  readonly address: string;
  readonly userAgent: string;
}

/** A new session, before anything is stored of it. */
export interface NewSession {
  readonly tokenHash: Uint8Array<ArrayBuffer>;
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
}

/** What a browser gets of a session, once. */
export interface IssuedSession {
  readonly token: string;
  readonly expiresAt: Date;
}
