import { currentDraft, dropDraftQuery, saveDraft, type CurrentDraft, type DropDraftQuery, type SaveDraft } from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Delete, Get, HttpCode, Put, Query } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { DraftsService } from "./drafts.service.js";

@Controller("api/conversations/:id/draft")
@SignedIn("chat")
export class DraftsController {
  constructor(private readonly drafts: DraftsService) {}

  /** For a page that hears of another device's draft. Whoever opens the conversation gets it with that. */
  @Get()
  @SignedIn("read", "chat")
  @ApiAnswer(200, currentDraft)
  async get(@CurrentUser() user: SessionUser, @PathId() conversationId: string): Promise<CurrentDraft> {
    return { draft: await this.drafts.currentOf(user.id, conversationId) };
  }

  /** Takes the place of whatever is kept: the newest wins. */
  @Put()
  @HttpCode(204)
  @BodyLimit(400 * 1024)
  async save(
    @CurrentUser() user: SessionUser,
    @PathId() conversationId: string,
    @Body({ schema: saveDraft }) body: SaveDraft,
  ): Promise<void> {
    await this.drafts.save(user.id, conversationId, body);
  }

  /** For one that was sent: what another device has saved since stays. Idempotent. */
  @Delete()
  @HttpCode(204)
  async drop(
    @CurrentUser() user: SessionUser,
    @PathId() conversationId: string,
    @Query({ schema: dropDraftQuery }) { revision }: DropDraftQuery,
  ): Promise<void> {
    await this.drafts.drop(user.id, conversationId, revision);
  }
}
