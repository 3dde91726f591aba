import { Injectable, type CanActivate, type ExecutionContext } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import { AppError } from "../../platform/errors/app-error.js";
import { ACCESS, type Access } from "../../platform/http/access.decorator.js";
import { isInternalRequest } from "../../platform/http/listeners.js";
import { requestContext } from "../../platform/logging/request-context.js";
import { AuthService } from "./auth.service.js";
import type { AuthenticatedRequest, Caller } from "./auth.types.js";
import { readSessionToken } from "./session-cookie.js";

/** The global guard: what is not declared is denied. Finds the caller for every route on the public port, also for open ones. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const isForInternalPort = access === "container" || access === "internal";
    if (access === undefined || isForInternalPort !== isInternalRequest(request)) {
      throw new AppError("not_found");
    }
    if (isForInternalPort) {
      return true;
    }
    const caller = await this.identify(request);
    if (access === "public" || access === "setup") {
      return true;
    }
    if (caller === undefined) {
      throw new AppError("unauthenticated");
    }
    if (access === "admin" && caller.user.role !== "admin") {
      throw new AppError("forbidden");
    }
    return true;
  }

  private async identify(request: AuthenticatedRequest): Promise<Caller | undefined> {
    const token = readSessionToken(request);
    const caller = token === undefined ? null : await this.auth.identify(token);
    if (caller === null) {
      return undefined;
    }
    request.caller = caller;
    const context = requestContext();
    if (context !== undefined) {
      context.actor = { kind: "user", id: caller.user.id, name: caller.user.username };
    }
    return caller;
  }
}
