import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { OutboundAccessModule } from "../outbound-access/outbound-access.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { defaultOidcLimits, OIDC_LIMITS } from "./oidc-calls.js";
import { OidcExchangeService } from "./oidc-exchange.service.js";
import { OidcFlowsRepository } from "./oidc-flows.repository.js";
import { OidcFlowsService } from "./oidc-flows.service.js";
import { OidcIdentitiesRepository } from "./oidc-identities.repository.js";
import { OidcPeopleService } from "./oidc-people.service.js";
import { OidcServerService } from "./oidc-server.service.js";
import { OidcSettingsController } from "./oidc-settings.controller.js";
import { OidcSettingsService } from "./oidc-settings.service.js";
import { OidcSignInController } from "./oidc-sign-in.controller.js";
import { OidcSignInService } from "./oidc-sign-in.service.js";

@Module({
  imports: [AuthModule, OutboundAccessModule, SettingsModule],
  controllers: [OidcSettingsController, OidcSignInController],
  providers: [
    OidcSettingsService,
    OidcServerService,
    { provide: OIDC_LIMITS, useValue: defaultOidcLimits },
    OidcFlowsService,
    OidcFlowsRepository,
    OidcExchangeService,
    OidcPeopleService,
    OidcIdentitiesRepository,
    OidcSignInService,
  ],
  exports: [OidcSettingsService],
})
export class OidcModule {}
