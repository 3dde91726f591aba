import { fileSettings, type FileSettings } from "@mosaic/contracts/files";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { SettingsService } from "../settings/settings.service.js";
import { FilesService } from "./files.service.js";

@Controller("api/admin/files")
@AdminOnly()
export class FileSettingsController {
  constructor(
    private readonly settings: SettingsService,
    private readonly files: FilesService,
  ) {}

  @Get()
  @ApiAnswer(200, fileSettings)
  async read(): Promise<FileSettings> {
    return this.settings.get("files.settings");
  }

  @Put()
  @ApiAnswer(200, fileSettings)
  async save(@Body({ schema: fileSettings }) body: FileSettings): Promise<FileSettings> {
    await this.files.setQuota(body);
    return body;
  }
}
