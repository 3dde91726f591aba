import { Module } from "@nestjs/common";
import { SettingsModule } from "../settings/settings.module.js";
import { ApiProcessesRepository } from "./api-processes.repository.js";
import { KeyRotationService } from "./key-rotation.service.js";

@Module({ imports: [SettingsModule], providers: [KeyRotationService, ApiProcessesRepository], exports: [KeyRotationService] })
export class KeyRotationModule {}
