import { createParamDecorator, type ExecutionContext } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import type { CallingContainer, ContainerRequest } from "./agent-config.types.js";

/** The container that calls a `ContainerOnly` route. */
export const CurrentContainer = createParamDecorator((_data: undefined, context: ExecutionContext): CallingContainer => {
  const { container } = context.switchToHttp().getRequest<ContainerRequest>();
  if (container === undefined) {
    throw new AppError("container_token_refused");
  }
  return container;
});
