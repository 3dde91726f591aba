import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { OutboundAccessModule } from "../outbound-access/outbound-access.module.js";
import { OwnerEventsModule } from "../owner-events/owner-events.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { PushController } from "./push.controller.js";
import { PushDeliveriesRepository } from "./push-deliveries.repository.js";
import { PushDeliveryService } from "./push-delivery.service.js";
import { PushDevicesRepository } from "./push-devices.repository.js";
import { PushDevicesService } from "./push-devices.service.js";
import { PUSH_LIMITS, pushLimits } from "./push-limits.js";
import { PushSenderService } from "./push-sender.service.js";

@Module({
  imports: [AuthModule, OutboundAccessModule, OwnerEventsModule, SettingsModule],
  controllers: [PushController],
  providers: [
    PushDevicesService,
    PushDevicesRepository,
    PushDeliveryService,
    PushDeliveriesRepository,
    PushSenderService,
    { provide: PUSH_LIMITS, useValue: pushLimits },
  ],
})
export class PushModule {}
