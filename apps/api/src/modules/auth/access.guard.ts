import type { TokenScope } from "@mosaic/contracts/access-token";
import { Injectable, type CanActivate, type ExecutionContext } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { accessKey, tokenScopes, type Access } from "../../platform/http/access.decorator.js";
import { Admission } from "../../platform/http/admission.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { isInternalRequest } from "../../platform/http/listeners.js";
import { networkOf } from "../../platform/http/network.js";
import { requestContext } from "../../platform/logging/request-context.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { AuthService } from "./auth.service.js";
import type { AuthenticatedRequest, Caller } from "./auth.types.js";
import { readBearerToken } from "./bearer-token.js";
import { BearerTokensService } from "./bearer-tokens.service.js";
import { RefusalsService } from "./refusals.service.js";
import { readSessionToken } from "./session-cookie.js";

/** Sessions and tokens that this process has not seen before: whoever makes them up by the thousand waits behind their own. */
const lookUpLimits = {
  atOnce: 8,
  atOncePerKey: 2,
  waiting: 2_000,
  waitingPerKey: 500,
  longestWaitMs: 10_000,
  words: {
    ofKey: "Very many sessions and tokens from here are being looked up at once. Try again in a few seconds.",
    inAll: "Very many sessions and tokens are being looked up at once. Try again in a few seconds.",
  },
} as const;

/** The global guard: what is not declared is denied. Finds the caller for every route on the public port, also for open ones. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly lookUps = new FairGate(lookUpLimits);

  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
    private readonly tokens: BearerTokensService,
    private readonly refusals: RefusalsService,
    private readonly admission: Admission,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, targets);
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const isForInternalPort = access === "container";
    if (access === undefined || isForInternalPort !== isInternalRequest(request)) {
      throw new AppError("not_found");
    }
    if (isForInternalPort) {
      return true;
    }
    const isOpen = access === "public" || access === "setup";
    const caller = await this.identify(request, context.switchToHttp().getResponse<Response>(), isOpen);
    if (isOpen) {
      return true;
    }
    if (caller === null) {
      throw new AppError("unauthenticated");
    }
    const scopes = this.reflector.getAllAndOverride<readonly TokenScope[] | undefined>(tokenScopes, targets) ?? [];
    const refusal = refusalOf(caller, access, scopes);
    if (refusal !== null) {
      await this.refusals.record(caller, routeOf(request));
      throw new AppError("forbidden", { detail: refusal });
    }
    return true;
  }

  private async identify(request: AuthenticatedRequest, response: Response, isOpen: boolean): Promise<Caller | null> {
    const bearer = readBearerToken(request);
    // An open route does nothing for a token, so it is no place to try tokens at either.
    const credential = bearer === undefined ? readSessionToken(request) : isOpen ? undefined : bearer;
    if (credential === undefined) {
      return null;
    }
    const lookUp = async (): Promise<Caller | null> =>
      bearer === undefined ? this.identifyBrowser(request, credential) : this.identifyProgram(request, credential);
    if (credential === null) {
      return lookUp();
    }
    // Whoever sends the same session a thousand times at once has no more looked up than this.
    this.admission.enter(`credential ${credential}`, response);
    const caller = await this.lookUpOf(credential, lookUp, request, response);
    if (caller !== null) {
      this.admission.recognise(request, caller.user.id, credential);
      request.caller = caller;
      const context = requestContext();
      if (context !== undefined) {
        context.actor = actorOf(caller);
      }
    }
    return caller;
  }

  /** What this process has seen before is looked up at once, within its user's bounds; anything else a few at a time for each address. */
  private async lookUpOf(
    credential: string,
    lookUp: () => Promise<Caller | null>,
    request: AuthenticatedRequest,
    response: Response,
  ): Promise<Caller | null> {
    const knownUserId = this.admission.userOf(credential);
    if (knownUserId === null) {
      const found = await this.lookUps.run(networkOf(clientAddress(request)), lookUp, goneSignal(response));
      if (found !== null) {
        this.admission.enter(userKey(found.user.id), response);
      }
      return found;
    }
    this.admission.enter(userKey(knownUserId), response);
    let found: Caller | null = null;
    try {
      found = await lookUp();
    } catch (error) {
      if (error instanceof AppError && (error.code === "unauthenticated" || error.code === "too_many_requests")) {
        this.admission.forget(credential);
      }
      throw error;
    }
    if (found === null) {
      this.admission.forget(credential);
    }
    return found;
  }

  private async identifyBrowser(request: AuthenticatedRequest, token: string | null): Promise<Caller | null> {
    return token === null ? null : this.auth.identify(token, clientAddress(request));
  }

  private async identifyProgram(request: AuthenticatedRequest, token: string | null): Promise<Caller> {
    return this.tokens.identify(token, clientAddress(request));
  }
}

/** Why a caller may not use a route, in words; `null` if they may. Read anew for every request, so a demotion takes effect at once. */
function refusalOf(caller: Caller, access: Access, scopes: readonly TokenScope[]): string | null {
  if (caller.kind === "token" && access !== "user") {
    return "Access tokens can't do this. Sign in with a browser.";
  }
  if (caller.kind === "token" && !scopes.some((scope) => caller.scopes.includes(scope))) {
    const needed = scopes.map((scope) => `"${scope}"`).join(" or ");
    return `This needs an access token with the scope ${needed}. This one has: ${caller.scopes.join(", ")}.`;
  }
  return access === "admin" && caller.user.role !== "admin" ? "Only an admin may do this." : null;
}

const userKey = (userId: string): string => `user ${userId}`;

function actorOf(caller: Caller): { kind: "user" | "token"; id: string; name: string } {
  const { id, username } = caller.user;
  return caller.kind === "session"
    ? { kind: "user", id, name: username }
    : { kind: "token", id, name: `${username} (${caller.tokenName})` };
}

function routeOf(request: AuthenticatedRequest): string {
  const { path } = (request.route ?? {}) as { path?: string };
  return `${request.method} ${path ?? request.path}`;
}
