import { applyDecorators, Injectable, SetMetadata, UseGuards, type CanActivate, type ExecutionContext } from "@nestjs/common";
import { AppError } from "../../platform/errors/app-error.js";
import { accessKey, type Access } from "../../platform/http/access.decorator.js";
import { noteProvenAgent } from "../../platform/http/internal-callers.js";
import { hashToken } from "../crypto/tokens.js";
import { AgentConfigRepository } from "./agent-config.repository.js";
import type { ContainerRequest } from "./agent-config.types.js";

/** Lets a container ask for its own agent. Whatever is wrong, token, agent or status, the answer is the same. */
@Injectable()
export class ContainerTokenGuard implements CanActivate {
  constructor(private readonly repository: AgentConfigRepository) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ContainerRequest>();
    const token = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const container = await this.repository.findLive(hashToken(token));
    if (container === null || container.agentId !== String(request.params["id"]).toLowerCase()) {
      throw new AppError("container_token_refused");
    }
    noteProvenAgent(request, container.agentId);
    request.container = { agentId: container.agentId, ownerId: container.ownerId, token };
    return true;
  }
}

/** Only the container of the agent that the path names, with its own token, on the internal port. */
export const ContainerOnly = (): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(accessKey, "container" satisfies Access), UseGuards(ContainerTokenGuard));
