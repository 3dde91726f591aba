import { markRead, type MarkRead } from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, HttpCode, Post } from "@nestjs/common";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { ReadMarksService } from "./read-marks.service.js";

@Controller("api/conversations/:id/read")
@SignedIn("chat")
export class ReadMarksController {
  constructor(private readonly marks: ReadMarksService) {}

  /** Everything up to this message was seen. What has come since stays unread; to say it again, or late, changes nothing. */
  @Post()
  @HttpCode(204)
  async mark(
    @CurrentUser() user: SessionUser,
    @PathId() conversationId: string,
    @Body({ schema: markRead }) body: MarkRead,
  ): Promise<void> {
    await this.marks.mark({ userId: user.id, conversationId }, body.messageId);
  }
}
