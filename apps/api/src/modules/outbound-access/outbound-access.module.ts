import { Module } from "@nestjs/common";
import { SettingsModule } from "../settings/settings.module.js";
import { OutboundAccessController } from "./outbound-access.controller.js";
import { OutboundService } from "./outbound.service.js";

@Module({
  imports: [SettingsModule],
  controllers: [OutboundAccessController],
  providers: [OutboundService],
  exports: [OutboundService],
})
export class OutboundAccessModule {}
