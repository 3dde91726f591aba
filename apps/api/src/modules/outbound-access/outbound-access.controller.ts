import { outboundSettings, type OutboundSettings } from "@mosaic/contracts/admin-sharing";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { OutboundService } from "./outbound.service.js";

@Controller("api/admin/outbound")
@AdminOnly()
export class OutboundAccessController {
  constructor(private readonly outbound: OutboundService) {}

  @Get()
  @ApiAnswer(200, outboundSettings)
  async get(): Promise<OutboundSettings> {
    return { allowedAddresses: await this.outbound.allowedAddresses() };
  }

  @Put()
  @ApiAnswer(200, outboundSettings)
  @BodyLimit(360 * 1024)
  async put(@Body({ schema: outboundSettings }) body: OutboundSettings): Promise<OutboundSettings> {
    return { allowedAddresses: await this.outbound.allow(body.allowedAddresses) };
  }
}
