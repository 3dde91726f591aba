import type { SessionUser } from "@mosaic/contracts/identity";
import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import type { AuthenticatedRequest, Caller, SessionCaller } from "./auth.types.js";

/** The signed-in user of a `SignedIn`, `SessionOnly` or `AdminOnly` route. */
export const CurrentUser = createParamDecorator((_data: undefined, context: ExecutionContext): SessionUser => callerOf(context).user);

/** Who calls a `SignedIn` route: a browser or a program. */
export const CurrentCaller = createParamDecorator((_data: undefined, context: ExecutionContext): Caller => callerOf(context));

/** The browser that calls a `SessionOnly` or `AdminOnly` route. */
export const CurrentSession = createParamDecorator((_data: undefined, context: ExecutionContext): SessionCaller => {
  const caller = callerOf(context);
  if (caller.kind !== "session") {
    throw new AppError("forbidden");
  }
  return caller;
});

function callerOf(context: ExecutionContext): Caller {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (caller === undefined) {
    throw new AppError("unauthenticated");
  }
  return caller;
}
