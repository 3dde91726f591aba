import { Module } from "@nestjs/common";
import { AgentConfigModule } from "../agent-config/agent-config.module.js";
import { DemoModule } from "../demo/demo.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { OutboundAccessModule } from "../outbound-access/outbound-access.module.js";
import { DemoRelayController } from "./demo-relay.controller.js";
import { DemoRelayService } from "./demo-relay.service.js";
import { LlmRelayController } from "./llm-relay.controller.js";
import { LlmRelayRepository } from "./llm-relay.repository.js";
import { LlmRelayService } from "./llm-relay.service.js";
import { ModelCallsService } from "./model-calls.service.js";
import { RELAY_LIMITS, relayLimits } from "./relay-places.js";
import { RelayTokenGuard } from "./relay-token.guard.js";

@Module({
  imports: [AgentConfigModule, DemoModule, LlmProvidersModule, OutboundAccessModule],
  controllers: [LlmRelayController, DemoRelayController],
  providers: [
    LlmRelayService,
    LlmRelayRepository,
    ModelCallsService,
    DemoRelayService,
    RelayTokenGuard,
    { provide: RELAY_LIMITS, useValue: relayLimits },
  ],
  exports: [ModelCallsService],
})
export class LlmRelayModule {}
