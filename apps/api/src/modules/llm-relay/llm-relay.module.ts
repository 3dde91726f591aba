import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { OutboundAccessModule } from "../outbound-access/outbound-access.module.js";
import { LlmRelayController } from "./llm-relay.controller.js";
import { LlmRelayRepository } from "./llm-relay.repository.js";
import { LlmRelayService } from "./llm-relay.service.js";
import { ModelCallsService } from "./model-calls.service.js";
import { RELAY_LIMITS, relayLimits } from "./relay-places.js";
import { RelayTokenGuard } from "./relay-token.guard.js";

@Module({
  imports: [AgentConfigModule, LlmProvidersModule, OutboundAccessModule],
  controllers: [LlmRelayController],
  providers: [LlmRelayService, LlmRelayRepository, ModelCallsService, RelayTokenGuard, { provide: RELAY_LIMITS, useValue: relayLimits }],
  exports: [ModelCallsService],
})
export class LlmRelayModule {}
