import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import type { Request } from "express";
import { AppError } from "../../platform/errors/app-error.js";

/**
 * The origin of the page in which an admin saves: a browser tells it truthfully, and it was compared with the host before. The `Host` header
 * alone would be whatever somebody sends, and scheme and port are unknown behind a proxy.
 */
export const SavingOrigin = createParamDecorator((_data: undefined, context: ExecutionContext): string => {
  const origin = URL.parse(requestOf(context).headers.origin ?? "");
  if (origin === null || (origin.protocol !== "http:" && origin.protocol !== "https:")) {
    throw new AppError("origin_refused", { detail: "Save this in a browser: the address of its page is what people come back to." });
  }
  return origin.origin;
});

/** What it will likely be, for the admin who looks before anything is saved. Nothing is decided by it. */
export const LikelyOrigin = createParamDecorator((_data: undefined, context: ExecutionContext): string => {
  const request = requestOf(context);
  const isTls = request.secure || request.headers["x-forwarded-proto"] === "https";
  return URL.parse(`${isTls ? "https" : "http"}://${request.host ?? "localhost"}`)?.origin ?? "http://localhost";
});

function requestOf(context: ExecutionContext): Request {
  return context.switchToHttp().getRequest<Request>();
}
