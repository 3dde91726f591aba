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
import { streamedBody } from "../../platform/http/streamed-body.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { ImportService } from "./import.service.js";

/** Few are read at once: whoever sends slowly would keep all others waiting. */
const arrival = {
  silenceMs: 15_000,
  wholeMs: 60_000,
  lateWords: "The rest of the conversations did not arrive in time. What came before is imported: send them again, in smaller requests.",
} as const;

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
    return this.imports.run(user.id, agentId, streamedBody(request, response, arrival), goneSignal(response));
  }
}
