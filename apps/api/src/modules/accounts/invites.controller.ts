import {
  createInvite,
  createdInvite,
  inviteList,
  type CreateInvite,
  type CreatedInvite,
  type InviteList,
} from "@mosaic/contracts/admin-users";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Post } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { InvitesService } from "./invites.service.js";

@Controller("api/admin/invites")
@AdminOnly()
export class InvitesController {
  constructor(private readonly invites: InvitesService) {}

  @Get()
  @ApiAnswer(200, inviteList)
  async list(): Promise<InviteList> {
    return { invites: await this.invites.list() };
  }

  @Post()
  @ApiAnswer(201, createdInvite)
  async create(@CurrentUser() user: SessionUser, @Body({ schema: createInvite }) body: CreateInvite): Promise<CreatedInvite> {
    return this.invites.create(user, body);
  }

  /** Stays in the list, and lets nobody in any more. */
  @Delete(":id")
  @HttpCode(204)
  async revoke(@PathId() id: string): Promise<void> {
    await this.invites.revoke(id);
  }
}
