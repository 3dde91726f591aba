import type { SessionUser } from "@mosaic/contracts/identity";
import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import type { AuthenticatedRequest } from "./auth.types.js";

/** The signed-in user of a `SignedIn` or `AdminOnly` route. */
export const CurrentUser = createParamDecorator((_data: undefined, context: ExecutionContext): SessionUser => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (caller === undefined) {
    throw new AppError("unauthenticated");
  }
  return caller.user;
});
