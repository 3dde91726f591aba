import { importReport, type ImportReport } from "@mosaic/contracts/conversation-files";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Controller, HttpCode, Post, Req, Res } from "@nestjs/common";
import { ApiConsumes } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { Admission } from "../../platform/http/admission.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { ImportService } from "./import.service.js";

@Controller("api/agents/:id/conversation-imports")
export class ImportController {
  constructor(
    private readonly imports: ImportService,
    private readonly admission: Admission,
  ) {}

  /** Takes a file of conversations as Mosaic exports it, as conversations with this agent. What is there already is left alone. */
  @Post()
  @SignedIn("chat")
  @HttpCode(200)
  @ApiConsumes("application/jsonl")
  @ApiAnswer(200, importReport)
  async run(
    @CurrentUser() user: SessionUser,
    @PathId() agentId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ImportReport> {
    this.admission.assertMaySendBody(request);
    if (request.headers.expect !== undefined) {
      response.writeContinue();
    }
    return this.imports.run(user.id, agentId, request, goneSignal(response));
  }
}
