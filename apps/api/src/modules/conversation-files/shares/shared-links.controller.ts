import { conversation, type Conversation } from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import {
  continueSharedLink,
  openSharedLink,
  sharedPage,
  type ContinueSharedLink,
  type OpenSharedLink,
  type SharedPage,
} from "@mosaic/contracts/shares";
import { Body, Controller, HttpCode, Post, Req } from "@nestjs/common";
import type { Request } from "express";
import { Public, SessionOnly } from "../../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { CurrentUser } from "../../auth/current-user.decorator.js";
import { LinkReaders } from "./link-readers.js";
import { SharedFilesService } from "./shared-files.service.js";
import { SharedReadingService } from "./shared-reading.service.js";

/** By POST: the token of a link stands in no address that a server or a proxy writes down. */
@Controller("api/shared-links")
export class SharedLinksController {
  constructor(
    private readonly reading: SharedReadingService,
    private readonly readers: LinkReaders,
    private readonly files: SharedFilesService,
  ) {}

  /** Some messages of a copy, for whoever has its link. Changes nothing. */
  @Post("open")
  @Public()
  @HttpCode(200)
  @ApiAnswer(200, sharedPage)
  async open(@Body({ schema: openSharedLink }) { token, page }: OpenSharedLink, @Req() request: Request): Promise<SharedPage> {
    return this.readers.run(request, async (onRead) => {
      const copy = await this.reading.byLink(token);
      const read = await this.reading.page(copy, page, onRead);
      return { ...read, files: this.files.ticketsOf(copy.share.id, read.messages) };
    });
  }

  /** Goes on with it as a conversation of one's own. */
  @Post("continue")
  @SessionOnly()
  @ApiAnswer(201, conversation)
  async continue(
    @CurrentUser() user: SessionUser,
    @Body({ schema: continueSharedLink }) { token, agentId }: ContinueSharedLink,
  ): Promise<Conversation> {
    return this.reading.continue(user.id, await this.reading.byLink(token), agentId);
  }
}
