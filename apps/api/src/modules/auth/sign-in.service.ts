import { Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { newToken } from "../crypto/tokens.js";
import { UsersService } from "../users/users.service.js";
import { AuthService, signInEntry } from "./auth.service.js";
import type { Client, IssuedSession, NewSession } from "./auth.types.js";
import { readBrowserToken, readSessionToken, setBrowserCookie, setSessionCookie } from "./session-cookie.js";
import { placeHashes } from "./sign-in-attempts.service.js";

/** How somebody's identity was proven. `new_account`: by making the account, which writes the audit's row itself. */
export type SignInProof =
  | { readonly method: "new_account" }
  | { readonly method: "oidc"; /** Whether the browser came back by HTTPS. */ readonly isHttps: boolean };

/** Signs a browser in as somebody whose identity is proven already. */
@Injectable()
export class SignInService {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
  ) {}

  /** The browser's session until now ends. Throws `unauthenticated` when the account is disabled or gone. */
  async signIn(request: Request, response: Response, userId: string, proof: SignInProof): Promise<void> {
    const user = await this.users.find(userId);
    const isNew = proof.method === "new_account";
    const browser = { ...clientOf(request), formerToken: readSessionToken(request) };
    const browserToken = readBrowserToken(request) ?? newToken();
    const beginning = {
      passwordHash: null,
      places: isNew ? placeHashes(browser.address, browserToken) : [],
      audit: user === null || isNew ? null : signInEntry(user, proof.method),
    };
    const session = user === null ? null : await this.auth.begin(userId, browser, beginning);
    if (session === null) {
      throw new AppError("unauthenticated", { detail: "This account is disabled." });
    }
    setSessionCookie(request, response, session, proof.method === "oidc" ? proof.isHttps : undefined);
    if (isNew) {
      setBrowserCookie(request, response, browserToken);
    }
  }

  /** A new session for a browser, which whoever asks stores together with what it belongs to, and hands over then. */
  prepare(request: Request): { session: NewSession; issued: IssuedSession } {
    return this.auth.prepare(clientOf(request));
  }

  hand(request: Request, response: Response, issued: IssuedSession): void {
    setSessionCookie(request, response, issued);
  }
}

export function clientOf(request: Request): Client {
  return { address: clientAddress(request), userAgent: request.headers["user-agent"] ?? "" };
}
