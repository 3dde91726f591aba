import {
  managedUser,
  managedUserPage,
  updateUser,
  userDeletionSummary,
  userListQuery,
  type ManagedUser,
  type ManagedUserPage,
  type UpdateUser,
  type UserDeletionSummary,
  type UserListQuery,
} from "@mosaic/contracts/admin-users";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Patch, Query } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { UserAdminService } from "./user-admin.service.js";
import { UserDeletionService } from "./user-deletion.service.js";

/** What an admin does with accounts. Nothing here shows what is in them, sets a password or lets anybody act as somebody else. */
@Controller("api/admin/users")
@AdminOnly()
export class UserAdminController {
  constructor(
    private readonly users: UserAdminService,
    private readonly deletion: UserDeletionService,
  ) {}

  @Get()
  @ApiAnswer(200, managedUserPage)
  async list(@Query({ schema: userListQuery }) query: UserListQuery): Promise<ManagedUserPage> {
    return this.users.list(query);
  }

  @Patch(":id")
  @ApiAnswer(200, managedUser)
  async update(
    @CurrentUser() admin: SessionUser,
    @PathId() id: string,
    @Body({ schema: updateUser }) body: UpdateUser,
  ): Promise<ManagedUser> {
    return this.users.update(admin.id, id, body);
  }

  @Get(":id/deletion-summary")
  @ApiAnswer(200, userDeletionSummary)
  async deletionSummary(@PathId() id: string): Promise<UserDeletionSummary> {
    return this.deletion.summary(id);
  }

  @Delete(":id")
  @HttpCode(204)
  async delete(@CurrentUser() admin: SessionUser, @PathId() id: string): Promise<void> {
    await this.deletion.delete(admin.id, id);
  }
}
