import { sharing, updateSharing, type Sharing, type UpdateSharing } from "@mosaic/contracts/admin-sharing";
import type { SessionUser } from "@mosaic/contracts/identity";
import { saveModelDefault, type SaveModelDefault } from "@mosaic/contracts/model-defaults";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { SharingService } from "./sharing.service.js";

@Controller("api/admin/sharing")
@AdminOnly()
export class SharingController {
  constructor(private readonly shared: SharingService) {}

  @Get()
  @ApiAnswer(200, sharing)
  async show(@CurrentUser() admin: SessionUser): Promise<Sharing> {
    return this.shared.show(admin.id);
  }

  @Put("providers/:id")
  @ApiAnswer(200, sharing)
  async set(
    @CurrentUser() admin: SessionUser,
    @PathId() id: string,
    @Body({ schema: updateSharing }) body: UpdateSharing,
  ): Promise<Sharing> {
    return this.shared.set(admin.id, id, body.isShared);
  }

  @Put("defaults")
  @ApiAnswer(200, sharing)
  async saveDefault(@CurrentUser() admin: SessionUser, @Body({ schema: saveModelDefault }) body: SaveModelDefault): Promise<Sharing> {
    return this.shared.saveDefault(admin.id, body);
  }
}
