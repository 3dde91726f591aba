import { conversation, type Conversation } from "@mosaic/contracts/chat";
import type { SessionUser } from "@mosaic/contracts/identity";
import {
  continueShare,
  createdShare,
  createShare,
  sharedFileQuery,
  sharedPage,
  sharedPageQuery,
  shareLists,
  type ContinueShare,
  type CreatedShare,
  type CreateShare,
  type SharedFileQuery,
  type SharedPage,
  type SharedPageQuery,
  type ShareLists,
} from "@mosaic/contracts/shares";
import { Body, Controller, Delete, Get, HttpCode, Post, Query, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { SessionOnly } from "../../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../../platform/http/api-answer.decorator.js";
import { goneSignal } from "../../../platform/http/gone-signal.js";
import { PathId } from "../../../platform/http/path-id.decorator.js";
import { FairGate } from "../../../platform/pressure/fair-gate.js";
import { CurrentUser } from "../../auth/current-user.decorator.js";
import { sendFile, sendPreview } from "../../files/outgoing-file.js";
import { SharedFilesService } from "./shared-files.service.js";
import { SharedReadingService } from "./shared-reading.service.js";
import { SharesService } from "./shares.service.js";

const reading = {
  atOnce: 32,
  atOncePerKey: 4,
  waiting: 1_000,
  waitingPerKey: 60,
  longestWaitMs: 30_000,
  words: { ofKey: "You open many files at once. Try again in a moment.", inAll: "Many files are being read. Try again in a moment." },
} as const;

/** What one shows to others, and what others show to one. A browser only: a token that leaks must not hand conversations on. */
@Controller("api")
@SessionOnly()
export class SharesController {
  private readonly readingFiles = new FairGate(reading);

  constructor(
    private readonly shares: SharesService,
    private readonly reading: SharedReadingService,
    private readonly files: SharedFilesService,
  ) {}

  /** Makes a copy of the branch that is shown, as it is now. */
  @Post("conversations/:id/shares")
  @ApiAnswer(201, createdShare)
  async create(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body({ schema: createShare }) body: CreateShare,
  ): Promise<CreatedShare> {
    return this.shares.create(user.id, id, body);
  }

  @Get("shares")
  @ApiAnswer(200, shareLists)
  async lists(@CurrentUser() user: SessionUser): Promise<ShareLists> {
    return this.shares.lists(user.id);
  }

  /** A copy that is for this member by name. */
  @Get("shares/:id")
  @ApiAnswer(200, sharedPage)
  async read(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Query({ schema: sharedPageQuery }) { page }: SharedPageQuery,
  ): Promise<SharedPage> {
    return this.reading.page(await this.reading.forMember(user.id, id), page);
  }

  /** A file that a page of it names. */
  @Get("shares/:id/file")
  @ApiOkResponse({ content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } })
  async file(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Query({ schema: sharedFileQuery }) query: SharedFileQuery,
    @Res() response: Response,
  ): Promise<void> {
    const send = query.as === "preview" ? sendPreview : sendFile;
    const file = await this.files.forMember(user.id, id, query);
    await this.readingFiles.run(user.id, async () => send(response, file), goneSignal(response));
  }

  /** The copy is gone, for whoever reads it. */
  @Delete("shares/:id")
  @HttpCode(204)
  async revoke(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.shares.revoke(user.id, id);
  }

  /** Goes on with it as a conversation of one's own. */
  @Post("shares/:id/continue")
  @ApiAnswer(201, conversation)
  async continue(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body({ schema: continueShare }) { agentId }: ContinueShare,
  ): Promise<Conversation> {
    return this.reading.continue(user.id, await this.reading.forMember(user.id, id), agentId);
  }
}
