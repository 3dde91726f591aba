import { demoModelSettings, type DemoModelSettings } from "@mosaic/contracts/admin-sharing";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { DemoSettingsService } from "./demo-settings.service.js";

@Controller("api/admin/demo-model")
@AdminOnly()
export class DemoSettingsController {
  constructor(private readonly settings: DemoSettingsService) {}

  @Get()
  @ApiAnswer(200, demoModelSettings)
  async read(): Promise<DemoModelSettings> {
    return { isOn: await this.settings.isOn() };
  }

  @Put()
  @ApiAnswer(200, demoModelSettings)
  async save(@Body({ schema: demoModelSettings }) body: DemoModelSettings): Promise<DemoModelSettings> {
    await this.settings.change(body);
    return body;
  }
}
