import { Module } from "@nestjs/common";
import { SettingsModule } from "../settings/settings.module.js";
import { RUNTIME_FACTORY, type RuntimeFactory } from "./runtime-factory.js";
import { MachineHostService } from "./machine-host.service.js";
import { RuntimeHostService } from "./runtime-host.service.js";
import { runtimes } from "./runtime-registry.js";

const createRuntime: RuntimeFactory = (kind, context) => runtimes[kind].create(context);

@Module({
  imports: [SettingsModule],
  providers: [RuntimeHostService, MachineHostService, { provide: RUNTIME_FACTORY, useValue: createRuntime }],
  exports: [RuntimeHostService, MachineHostService],
})
export class RuntimeHostModule {}
