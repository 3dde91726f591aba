import type { CallHandler, ExecutionContext, NestInterceptor } from "@nestjs/common";
import { ROUTE_ARGS_METADATA } from "@nestjs/common/constants.js";
import { RouteParamtypes } from "@nestjs/common/enums/route-paramtypes.enum.js";
import type { Reflector } from "@nestjs/core";
import type { Request, Response } from "express";
import type { Observable } from "rxjs";
import { accessKey, type Access } from "./access.decorator.js";
import type { Admission } from "./admission.js";
import { bodyLimit, bodyLimitOf } from "./body-limit.decorator.js";
import type { EdgeLimits } from "./edge-limits.js";
import { readJsonBody } from "./request-body.js";

/**
 * Reads a request's JSON for routes that take a body, and for no others. As an interceptor it runs after all guards, so who calls is known and
 * what is refused to them is refused before a byte of it is read.
 */
export class JsonBodyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly admission: Admission,
    private readonly limits: EdgeLimits,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (takesBody(context)) {
      const request = context.switchToHttp().getRequest<Request>();
      this.admission.assertMaySendBody(request);
      request.body = await readJsonBody(request, context.switchToHttp().getResponse<Response>(), {
        bytes: this.limitOf(context),
        timeoutMs: this.limits.bodyTimeoutMs,
      });
    }
    return next.handle();
  }

  private limitOf(context: ExecutionContext): number {
    const targets = [context.getHandler(), context.getClass()];
    const declared = this.reflector.getAllAndOverride<number | undefined>(bodyLimit, targets);
    return bodyLimitOf(declared, this.reflector.getAllAndOverride<Access | undefined>(accessKey, targets));
  }
}

/** Nest keeps what a handler's parameters are under `<kind>:<index>`. */
function takesBody(context: ExecutionContext): boolean {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ?? {}) as object;
  return Object.keys(parameters).some((key) => key.startsWith(`${RouteParamtypes.BODY}:`));
}
