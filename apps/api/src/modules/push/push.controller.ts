import {
  pushSeen,
  pushSettings,
  pushTest,
  savePushDevice,
  type PushSeen,
  type PushSettings,
  type PushTest,
  type SavePushDevice,
} from "@mosaic/contracts/push";
import { Body, Controller, Delete, Get, Headers, HttpCode, Post, Put } from "@nestjs/common";
import { SessionOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import type { SessionCaller } from "../auth/auth.types.js";
import { CurrentSession } from "../auth/current-user.decorator.js";
import { PushDeliveryService } from "./push-delivery.service.js";
import { PushDevicesService } from "./push-devices.service.js";

/** Of browsers alone: a program has no screen. */
@Controller("api/push")
@SessionOnly()
export class PushController {
  constructor(
    private readonly devices: PushDevicesService,
    private readonly deliveries: PushDeliveryService,
  ) {}

  @Get()
  @ApiAnswer(200, pushSettings)
  async settings(@CurrentSession() caller: SessionCaller): Promise<PushSettings> {
    return this.devices.settings(caller);
  }

  /** This browser, from now on and until its session ends. The last one counts. */
  @Put("device")
  @HttpCode(204)
  async save(
    @CurrentSession() caller: SessionCaller,
    @Body({ schema: savePushDevice }) body: SavePushDevice,
    @Headers("origin") origin: string | undefined,
  ): Promise<void> {
    await this.devices.save(caller, body, origin);
  }

  /** A page is in view, so no device is told of the message. To say it again, late, or of another's message changes nothing. */
  @Post("seen")
  @HttpCode(204)
  async seen(@CurrentSession() caller: SessionCaller, @Body({ schema: pushSeen }) body: PushSeen): Promise<void> {
    await this.deliveries.takeBack(caller.user.id, body.messageId);
  }

  @Delete("devices/:id")
  @HttpCode(204)
  async remove(@CurrentSession() caller: SessionCaller, @PathId() id: string): Promise<void> {
    await this.devices.remove(caller.user.id, id);
  }

  @Post("devices/:id/test")
  @HttpCode(200)
  @ApiAnswer(200, pushTest)
  async test(@CurrentSession() caller: SessionCaller, @PathId() id: string): Promise<PushTest> {
    return this.devices.test(caller.user, id);
  }
}
