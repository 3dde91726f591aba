import { Module } from "@nestjs/common";
import { SettingsModule } from "../settings/settings.module.js";
import { createRealRuntime } from "./real-runtimes.js";
import { RUNTIME_FACTORY } from "./runtime-factory.js";
import { RuntimeHostService } from "./runtime-host.service.js";

@Module({
  imports: [SettingsModule],
  providers: [RuntimeHostService, { provide: RUNTIME_FACTORY, useValue: createRealRuntime }],
  exports: [RuntimeHostService],
})
export class RuntimeHostModule {}
