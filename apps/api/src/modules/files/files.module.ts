import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { SettingsModule } from "../settings/settings.module.js";
import { FileSettingsController } from "./file-settings.controller.js";
import { FilesController } from "./files.controller.js";
import { FilePiecesRepository } from "./file-pieces.repository.js";
import { FilesRepository } from "./files.repository.js";
import { FilesService } from "./files.service.js";
import { TRANSFER_LIMITS, transferLimits } from "./transfer-limits.js";

@Module({
  imports: [AuthModule, SettingsModule],
  controllers: [FilesController, FileSettingsController],
  providers: [FilesService, FilesRepository, FilePiecesRepository, { provide: TRANSFER_LIMITS, useValue: transferLimits }],
  exports: [FilesService],
})
export class FilesModule {}
