import { sharedFileView, type SharedFileView } from "@mosaic/contracts/shares";
import { Controller, Get, Param, Query, Req, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { Public } from "../../../platform/http/access.decorator.js";
import { goneSignal } from "../../../platform/http/gone-signal.js";
import { sendFile, sendPreview } from "../../files/outgoing-file.js";
import { LinkReaders } from "./link-readers.js";
import { SharedFilesService } from "./shared-files.service.js";

@Controller("api/shared-files")
export class SharedFilesController {
  constructor(
    private readonly files: SharedFilesService,
    private readonly readers: LinkReaders,
  ) {}

  /** A file of a copy that is shared by link, for whoever opened its page within the last hour. */
  @Get(":ticket")
  @Public()
  @ApiOkResponse({ content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } })
  async read(
    @Param("ticket") ticket: string,
    @Query({ schema: sharedFileView }) { as }: SharedFileView,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const send = as === "preview" ? sendPreview : sendFile;
    await this.readers.runFile(request, goneSignal(response), async (onRead) => {
      const file = await this.files.byTicket(ticket);
      onRead(file.sizeBytes);
      await send(response, file);
    });
  }
}
