import type { IncomingMessage } from "node:http";
import { deriveRelayToken } from "@mosaic/agent-backends/gateway-token";
import { applyDecorators, Injectable, SetMetadata, UseGuards, type CanActivate, type ExecutionContext } from "@nestjs/common";
import type { Request } from "express";
import { z } from "zod";
import { AppError } from "../../platform/errors/app-error.js";
import { accessKey, type Access } from "../../platform/http/access.decorator.js";
import { noteProvenAgent } from "../../platform/http/internal-callers.js";
import { containerTokenContext } from "../agent-config/agent-config.types.js";
import { CryptoService } from "../crypto/crypto.service.js";
import { isSameToken } from "../crypto/tokens.js";
import { LlmRelayRepository } from "./llm-relay.repository.js";
import type { RelayCaller } from "./relay-places.js";
import { shownToken } from "./relay-rules.js";

const callers = new WeakMap<IncomingMessage, RelayCaller>();

/** Whose call this is, once the guard let it in. */
export function callerOf(request: IncomingMessage): RelayCaller {
  const caller = callers.get(request);
  if (caller === undefined) {
    throw new Error("The guard has not let this call in");
  }
  return caller;
}

/** Lets in the running container of the agent that the path names, by the token that its configuration holds. */
@Injectable()
export class RelayTokenGuard implements CanActivate {
  constructor(
    private readonly repository: LlmRelayRepository,
    private readonly crypto: CryptoService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const agentId = z.uuid().toLowerCase().safeParse(request.params["id"]).data;
    const token = shownToken(request.headers);
    const container = agentId !== undefined && token !== null ? await this.repository.findLive(agentId) : null;
    if (agentId === undefined || token === null || container === null) {
      throw new AppError("container_token_refused");
    }
    const containerToken = this.crypto.open(container.tokenEncrypted, containerTokenContext(container.ownerId, agentId));
    if (!isSameToken(token, deriveRelayToken(containerToken)) && !isSameToken(token, containerToken)) {
      throw new AppError("container_token_refused");
    }
    noteProvenAgent(request, agentId);
    callers.set(request, { agentId, ownerId: container.ownerId ?? agentId });
    return true;
  }
}

/** Only the container of the agent that the path names, on the internal port. */
export const RelayOnly = (): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(accessKey, "container" satisfies Access), UseGuards(RelayTokenGuard));
