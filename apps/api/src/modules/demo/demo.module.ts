import { Module } from "@nestjs/common";
import { SettingsModule } from "../settings/settings.module.js";
import { DEMO_THREAD, DemoModelService, demoThread } from "./demo-model.service.js";
import { DemoSettingsController } from "./demo-settings.controller.js";
import { DemoSettingsService } from "./demo-settings.service.js";

@Module({
  imports: [SettingsModule],
  controllers: [DemoSettingsController],
  providers: [DemoModelService, DemoSettingsService, { provide: DEMO_THREAD, useValue: demoThread }],
  exports: [DemoModelService, DemoSettingsService],
})
export class DemoModule {}
