import {
  createFolder,
  folder,
  folderList,
  updateFolder,
  type CreateFolder,
  type Folder,
  type FolderList,
  type UpdateFolder,
} from "@mosaic/contracts/folders";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Patch, Post } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { FoldersService } from "./folders.service.js";

@Controller("api/folders")
@SignedIn("chat")
export class FoldersController {
  constructor(private readonly folders: FoldersService) {}

  /** All of them, the oldest first. `GET /api/conversations?folderId=…` has what is in one. */
  @Get()
  @SignedIn("read", "chat")
  @ApiAnswer(200, folderList)
  async list(@CurrentUser() user: SessionUser): Promise<FolderList> {
    return { folders: await this.folders.list(user.id) };
  }

  @Post()
  @BodyLimit(50 * 1024)
  @ApiAnswer(201, folder)
  async create(@CurrentUser() user: SessionUser, @Body({ schema: createFolder }) body: CreateFolder): Promise<Folder> {
    return this.folders.create(user.id, body);
  }

  /** What is left out stays. New instructions are told with the next message of each conversation in it. */
  @Patch(":id")
  @BodyLimit(50 * 1024)
  @ApiAnswer(200, folder)
  async update(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body({ schema: updateFolder }) body: UpdateFolder,
  ): Promise<Folder> {
    return this.folders.update(user.id, id, body);
  }

  /** Its conversations stay, in no folder. */
  @Delete(":id")
  @HttpCode(204)
  async delete(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.folders.delete(user.id, id);
  }
}
