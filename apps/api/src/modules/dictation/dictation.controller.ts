import { transcription, type Transcription } from "@mosaic/contracts/dictation";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Controller, HttpCode, Post, Req, Res } from "@nestjs/common";
import { ApiBody, ApiConsumes } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { DictationService } from "./dictation.service.js";

@Controller("api/agents/:id/transcription")
@SignedIn("chat")
export class DictationController {
  constructor(private readonly dictation: DictationService) {}

  /** The body is the recording itself. What was said is answered, and kept nowhere. */
  @Post()
  @HttpCode(200)
  @ApiConsumes("audio/webm", "audio/ogg", "audio/mp4", "audio/wav", "audio/flac", "audio/mpeg")
  @ApiBody({ schema: { type: "string", format: "binary" } })
  @ApiAnswer(200, transcription)
  async writeDown(
    @CurrentUser() user: SessionUser,
    @PathId() agentId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Transcription> {
    return this.dictation.writeDown(user, agentId, request, goneSignal(response));
  }
}
