import { Module } from "@nestjs/common";
import { ENV, type Env } from "../../platform/config/env.js";
import { SettingsModule } from "../settings/settings.module.js";
import { OutboundAccessController } from "./outbound-access.controller.js";
import { NameLookUps } from "./name-look-ups.js";
import { OutboundService } from "./outbound.service.js";

@Module({
  imports: [SettingsModule],
  controllers: [OutboundAccessController],
  providers: [
    OutboundService,
    { provide: NameLookUps, inject: [ENV], useFactory: (env: Env): NameLookUps => new NameLookUps(env.UV_THREADPOOL_SIZE) },
  ],
  exports: [OutboundService],
})
export class OutboundAccessModule {}
