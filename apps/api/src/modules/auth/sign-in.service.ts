import { Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { UsersService } from "../users/users.service.js";
import { AuthService, signInEntry } from "./auth.service.js";
import type { Client } from "./auth.types.js";
import { readSessionToken, setSessionCookie } from "./session-cookie.js";

/** How somebody's identity was proven. `new_account`: by making the account, which writes the audit's row itself. */
export type SignInMethod = "oidc" | "new_account";

/** Signs a browser in as somebody whose identity is proven already. */
@Injectable()
export class SignInService {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
  ) {}

  /** The browser's session until now ends. Throws `unauthenticated` when the account is disabled or gone. */
  async signIn(request: Request, response: Response, userId: string, method: SignInMethod = "oidc"): Promise<void> {
    const user = await this.users.find(userId);
    const browser = { ...clientOf(request), formerToken: readSessionToken(request) };
    const audit = user === null || method === "new_account" ? null : signInEntry(user, method);
    const session = user === null ? null : await this.auth.begin(userId, browser, { passwordHash: null, places: [], audit });
    if (session === null) {
      throw new AppError("unauthenticated", { detail: "This account is disabled." });
    }
    setSessionCookie(request, response, session);
  }
}

export function clientOf(request: Request): Client {
  return { address: clientAddress(request), userAgent: request.headers["user-agent"] ?? "" };
}
