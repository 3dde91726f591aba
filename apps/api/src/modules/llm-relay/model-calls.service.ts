import { providerDefinitions } from "@mosaic/contracts/provider";
import { Inject, Injectable } from "@nestjs/common";
import { CLOCK, type Clock } from "../../platform/clock/clock.js";
import { AgentConfigService } from "../agent-config/agent-config.service.js";
import { LlmRelayRepository } from "./llm-relay.repository.js";

/** Whether an agent's model was called. `unknown`: its calls don't come by here. */
export type ModelCall = "made" | "none" | "unknown";

/** Knows of the calls to models that Mosaic sees, which are those through the relay, whichever process relayed them. */
@Injectable()
export class ModelCallsService {
  constructor(
    private readonly repository: LlmRelayRepository,
    private readonly agentConfig: AgentConfigService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The agent calls a model now. Never rejects: a call goes on without being remembered. */
  async record(agentId: string): Promise<void> {
    await this.repository.recordCall(agentId, this.clock.now()).catch(() => undefined);
  }

  /** Never rejects. */
  async since(agentId: string, since: Date): Promise<ModelCall> {
    try {
      const lastCallAt = await this.repository.lastCallAt(agentId);
      if (lastCallAt !== null && lastCallAt >= since) {
        return "made";
      }
      const { ownerId, models } = await this.agentConfig.modelsInUse(agentId);
      return models.every(({ provider }) => !providerDefinitions[provider.kind].isBuiltIn && provider.ownerId !== ownerId)
        ? "none"
        : "unknown";
    } catch {
      return "unknown";
    }
  }
}
