import { Module } from "@nestjs/common";
import { DemoModule } from "../demo/demo.module.js";
import { OutboundAccessModule } from "../outbound-access/outbound-access.module.js";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { AgentAccessService } from "./agent-access.service.js";
import { ConnectionTestService, TEST_DEADLINE, testDeadline } from "./connection-test.service.js";
import { FoundDialectsService } from "./found-dialects.service.js";
import { LlmProvidersController } from "./llm-providers.controller.js";
import { LlmProvidersRepository } from "./llm-providers.repository.js";
import { LlmProvidersService } from "./llm-providers.service.js";
import { ModelResolutionService } from "./model-resolution.service.js";
import { ModelSourcesRepository } from "./model-sources.repository.js";
import { ProviderReachService } from "./provider-reach.service.js";

@Module({
  imports: [DemoModule, RuntimeHostModule, OutboundAccessModule],
  controllers: [LlmProvidersController],
  providers: [
    LlmProvidersService,
    LlmProvidersRepository,
    ModelSourcesRepository,
    ModelResolutionService,
    FoundDialectsService,
    ProviderReachService,
    ConnectionTestService,
    AgentAccessService,
    { provide: TEST_DEADLINE, useValue: testDeadline },
  ],
  exports: [LlmProvidersService, ModelResolutionService, ProviderReachService, ConnectionTestService],
})
export class LlmProvidersModule {}
