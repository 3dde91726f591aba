import { Module } from "@nestjs/common";
import { AgentsModule } from "../agents/agents.module.js";
import { BackendsModule } from "../backends/backends.module.js";
import { ContainersModule } from "../containers/containers.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { OidcModule } from "../oidc/oidc.module.js";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { HealthController } from "./health.controller.js";
import { HealthReportService } from "./health-report.service.js";
import { HealthRepository } from "./health.repository.js";
import { RuntimeController } from "./runtime.controller.js";

@Module({
  imports: [AgentsModule, BackendsModule, ContainersModule, LlmProvidersModule, OidcModule, RuntimeHostModule, SettingsModule],
  controllers: [HealthController, RuntimeController],
  providers: [HealthReportService, HealthRepository],
  exports: [HealthReportService],
})
export class HealthModule {}
