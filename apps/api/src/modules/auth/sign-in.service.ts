import { Injectable } from "@nestjs/common";
import type { Request, Response } from "express";
import { clientAddress } from "../../platform/http/client-address.js";
import { AuthService, type Client } from "./auth.service.js";
import { setSessionCookie } from "./session-cookie.js";

/** Signs a browser in as somebody whose identity is proven already. */
@Injectable()
export class SignInService {
  constructor(private readonly auth: AuthService) {}

  async signIn(request: Request, response: Response, userId: string): Promise<void> {
    setSessionCookie(request, response, await this.auth.issueSession(userId, clientOf(request)));
  }
}

export function clientOf(request: Request): Client {
  return { address: clientAddress(request), userAgent: request.headers["user-agent"] ?? "" };
}
