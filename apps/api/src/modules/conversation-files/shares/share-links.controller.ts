import { shareLinkSettings, type ShareLinkSettings } from "@mosaic/contracts/shares";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { AdminOnly } from "../../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { ShareLinksService } from "./share-links.service.js";

@Controller("api/admin/share-links")
@AdminOnly()
export class ShareLinksController {
  constructor(private readonly links: ShareLinksService) {}

  @Get()
  @ApiAnswer(200, shareLinkSettings)
  async read(): Promise<ShareLinkSettings> {
    return { isOn: await this.links.isOn() };
  }

  @Put()
  @ApiAnswer(200, shareLinkSettings)
  async save(@Body({ schema: shareLinkSettings }) body: ShareLinkSettings): Promise<ShareLinkSettings> {
    await this.links.change(body);
    return body;
  }
}
