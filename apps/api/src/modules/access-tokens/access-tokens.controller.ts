import {
  accessTokenList,
  createAccessToken,
  createdAccessToken,
  type AccessTokenList,
  type CreateAccessToken,
  type CreatedAccessToken,
} from "@mosaic/contracts/access-token";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Post } from "@nestjs/common";
import { SessionOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { AccessTokensService } from "./access-tokens.service.js";

/** For browsers only: a token that leaked must not be able to make itself another one. */
@Controller("api/tokens")
@SessionOnly()
export class AccessTokensController {
  constructor(private readonly tokens: AccessTokensService) {}

  @Get()
  @ApiAnswer(200, accessTokenList)
  async list(@CurrentUser() user: SessionUser): Promise<AccessTokenList> {
    return { tokens: await this.tokens.list(user.id) };
  }

  @Post()
  @ApiAnswer(201, createdAccessToken)
  async create(
    @CurrentUser() user: SessionUser,
    @Body({ schema: createAccessToken }) body: CreateAccessToken,
  ): Promise<CreatedAccessToken> {
    return this.tokens.create(user.id, body);
  }

  @Delete(":id")
  @HttpCode(204)
  async revoke(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.tokens.revoke(user.id, id);
  }
}
