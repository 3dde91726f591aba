import { Module } from "@nestjs/common";
import { ScheduleModule } from "@nestjs/schedule";
import { AgentConfigModule } from "./modules/agent-config/agent-config.module.js";
import { AgentsModule } from "./modules/agents/agents.module.js";
import { BackendsModule } from "./modules/backends/backends.module.js";
import { DemoModule } from "./modules/demo/demo.module.js";
import { LlmProvidersModule } from "./modules/llm-providers/llm-providers.module.js";
import { RuntimeHostModule } from "./modules/runtime-host/runtime-host.module.js";
import { AuthModule } from "./modules/auth/auth.module.js";
import { CryptoModule } from "./modules/crypto/crypto.module.js";
import { HealthModule } from "./modules/health/health.module.js";
import { SettingsModule } from "./modules/settings/settings.module.js";
import { PlatformModule } from "./platform/platform.module.js";

/** The table of contents. */
@Module({
  imports: [PlatformModule, ScheduleModule.forRoot(), CryptoModule, SettingsModule, AuthModule, AgentConfigModule, AgentsModule, BackendsModule, DemoModule, LlmProvidersModule, RuntimeHostModule, HealthModule],
})
export class AppModule {}
