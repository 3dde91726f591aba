import type { SessionUser } from "@mosaic/contracts/identity";
import { modelDefaults, saveModelDefault, type ModelDefaults, type SaveModelDefault } from "@mosaic/contracts/model-defaults";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { ModelDefaultsService } from "./model-defaults.service.js";

@Controller("api/model-defaults")
export class ModelDefaultsController {
  constructor(private readonly defaults: ModelDefaultsService) {}

  @Get()
  @SignedIn("read", "manage")
  @ApiAnswer(200, modelDefaults)
  async list(@CurrentUser() user: SessionUser): Promise<ModelDefaults> {
    return this.defaults.list(user.id);
  }

  @Put()
  @SignedIn("manage")
  @ApiAnswer(200, modelDefaults)
  async save(@CurrentUser() user: SessionUser, @Body({ schema: saveModelDefault }) body: SaveModelDefault): Promise<ModelDefaults> {
    return this.defaults.save(user.id, body);
  }
}
