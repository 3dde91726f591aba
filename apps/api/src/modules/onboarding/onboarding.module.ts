import { Module } from "@nestjs/common";
import { AgentsModule } from "../agents/agents.module.js";
import { AuthModule } from "../auth/auth.module.js";
import { HealthModule } from "../health/health.module.js";
import { LlmProvidersModule } from "../llm-providers/llm-providers.module.js";
import { ModelDefaultsModule } from "../model-defaults/model-defaults.module.js";
import { OidcModule } from "../oidc/oidc.module.js";
import { RuntimeHostModule } from "../runtime-host/runtime-host.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { UsersModule } from "../users/users.module.js";
import { OnboardingOpenGuard } from "./onboarding-open.guard.js";
import { OnboardingController } from "./onboarding.controller.js";
import { OnboardingService } from "./onboarding.service.js";
import { SetupTokenGuard } from "./setup-token.guard.js";

@Module({
  imports: [
    AgentsModule,
    AuthModule,
    HealthModule,
    LlmProvidersModule,
    ModelDefaultsModule,
    OidcModule,
    RuntimeHostModule,
    SettingsModule,
    UsersModule,
  ],
  controllers: [OnboardingController],
  providers: [OnboardingService, SetupTokenGuard, OnboardingOpenGuard],
})
export class OnboardingModule {}
