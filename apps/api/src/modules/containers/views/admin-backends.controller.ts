import {
  backendList,
  backendSettings,
  imageCheck,
  updateBackend,
  type BackendList,
  type BackendSettings,
  type ImageCheck,
  type UpdateBackend,
} from "@mosaic/contracts/admin-containers";
import { Body, Controller, Get, HttpCode, Param, Patch, Post } from "@nestjs/common";
import { AdminOnly } from "../../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { BackendsService } from "../../backends/backends.service.js";
import { ImageCheckService } from "./image-check.service.js";

@Controller("api/admin/backends")
@AdminOnly()
export class AdminBackendsController {
  constructor(
    private readonly backends: BackendsService,
    private readonly images: ImageCheckService,
  ) {}

  @Get()
  @ApiAnswer(200, backendList)
  async list(): Promise<BackendList> {
    return this.backends.list();
  }

  /** Agents that run and need another container for it are restarted when they answer nobody. */
  @Patch(":backendId")
  @ApiAnswer(200, backendSettings)
  async update(@Param("backendId") id: string, @Body({ schema: updateBackend }) body: UpdateBackend): Promise<BackendSettings> {
    return this.backends.update(id, body);
  }

  @Post(":backendId/image-check")
  @HttpCode(200)
  @ApiAnswer(200, imageCheck)
  async check(@Param("backendId") id: string): Promise<ImageCheck> {
    return this.images.check(await this.backends.require(id));
  }
}
