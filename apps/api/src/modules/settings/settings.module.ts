import { Module } from "@nestjs/common";
import { SettingsService } from "./settings.service.js";
import { SystemConfigRepository } from "./system-config.repository.js";

@Module({ providers: [SettingsService, SystemConfigRepository], exports: [SettingsService] })
export class SettingsModule {}
