import { SetMetadata, type CallHandler, type CustomDecorator, type ExecutionContext, type NestInterceptor } from "@nestjs/common";
import type { Reflector } from "@nestjs/core";
import compression from "compression";
import type { Request, Response } from "express";
import type { Observable } from "rxjs";

export const compressedAnswer = "mosaic:compressed-answer";

/** A smaller answer fits into one packet or two as it is. */
const thresholdBytes = 1_024;

const compress = compression({ threshold: thresholdBytes });

/**
 * Declares that a route's answer may be compressed. How long a compressed answer is tells whether two of its texts are alike, so only a route
 * may say this whose answer never holds what one person must not learn of another beside what that other could choose. No stream may
 * (docs/decisions/0038-weight-of-a-page.md).
 */
export const CompressedAnswer = (): CustomDecorator => SetMetadata(compressedAnswer, true);

/** Compresses what such a route answers, in zlib's threads, for callers that take it. All others are left alone. */
export class CompressedAnswerInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<boolean | undefined>(compressedAnswer, context.getHandler()) === true) {
      const http = context.switchToHttp();
      compress(http.getRequest<Request>(), http.getResponse<Response>(), () => undefined);
    }
    return next.handle();
  }
}
