import { searchAnswer, searchRequest, type SearchAnswer, type SearchRequest } from "@mosaic/contracts/search";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, HttpCode, Post, Res } from "@nestjs/common";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { SearchService } from "./search.service.js";

@Controller("api/search")
export class SearchController {
  constructor(private readonly search: SearchService) {}

  /** In one's own conversations. Changes nothing. */
  @Post()
  @SignedIn("read", "chat")
  @HttpCode(200)
  @ApiAnswer(200, searchAnswer)
  async find(
    @CurrentUser() user: SessionUser,
    @Body({ schema: searchRequest }) body: SearchRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SearchAnswer> {
    return this.search.find(user.id, body, goneSignal(response));
  }
}
