import { Module } from "@nestjs/common";
import { SettingsModule } from "../settings/settings.module.js";
import { RUNTIME_FACTORY, type RuntimeFactory } from "./runtime-factory.js";
import { RuntimeHostService } from "./runtime-host.service.js";

const createRuntime: RuntimeFactory = (kind) => {
  throw new Error(`there is no driver for ${kind} yet`);
};

@Module({ imports: [SettingsModule], providers: [RuntimeHostService, { provide: RUNTIME_FACTORY, useValue: createRuntime }], exports: [RuntimeHostService] })
export class RuntimeHostModule {}
