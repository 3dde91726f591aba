import { Module } from "@nestjs/common";
import { BackendsModule } from "../backends/backends.module.js";
import { DemoModule } from "../demo/demo.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { AgentConfigController } from "./agent-config.controller.js";
import { AgentConfigRepository } from "./agent-config.repository.js";
import { AgentConfigService } from "./agent-config.service.js";
import { BundleWaitService } from "./bundle-wait.service.js";
import { ContainerTokenGuard } from "./container-token.guard.js";

@Module({
  imports: [BackendsModule, DemoModule, LlmProvidersModule, RuntimeHostModule],
  controllers: [AgentConfigController],
  providers: [AgentConfigService, AgentConfigRepository, BundleWaitService, ContainerTokenGuard],
  // The guard's own needs go along, since another module's `ContainerOnly` route makes one of its own.
  exports: [AgentConfigService, AgentConfigRepository, ContainerTokenGuard],
})
export class AgentConfigModule {}
