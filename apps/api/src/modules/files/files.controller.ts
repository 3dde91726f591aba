import { chatFile, fileRoom, type ChatFile, type FileRoom } from "@mosaic/contracts/files";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from "@nestjs/common";
import { ApiBody, ApiConsumes, ApiHeader, ApiOkResponse } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { Admission } from "../../platform/http/admission.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { streamedBody } from "../../platform/http/streamed-body.js";
import { FairGate } from "../../platform/pressure/fair-gate.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { FilesService } from "./files.service.js";
import { headOf } from "./incoming-file.js";
import { sendFile, sendPreview } from "./outgoing-file.js";
import { TRANSFER_LIMITS, type TransferLimits } from "./transfer-limits.js";

/** Each holds two pieces, and a connection to Postgres while it writes one. */
const uploading = {
  atOnce: 16,
  atOncePerKey: 2,
  waiting: 400,
  waitingPerKey: 20,
  longestWaitMs: 60_000,
  words: {
    ofKey: "You upload many files at once. This one was not stored: send it again in a moment.",
    inAll: "Many files are being uploaded. This one was not stored: send it again in a moment.",
  },
} as const;
const reading = {
  atOnce: 64,
  atOncePerKey: 6,
  waiting: 1_000,
  waitingPerKey: 60,
  longestWaitMs: 30_000,
  words: { ofKey: "You open many files at once. Try again in a moment.", inAll: "Many files are being read. Try again in a moment." },
} as const;

const bytes = { content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } } as const;

@Controller("api/files")
export class FilesController {
  private readonly uploading = new FairGate(uploading);
  private readonly reading = new FairGate(reading);

  constructor(
    private readonly files: FilesService,
    private readonly admission: Admission,
    @Inject(TRANSFER_LIMITS) private readonly limits: TransferLimits,
  ) {}

  /** Keeps the body as a file that is to be sent with a message within a day. Its name stands percent-encoded in the header. */
  @Post()
  @SignedIn("chat")
  @ApiConsumes("application/octet-stream")
  @ApiHeader({ name: "x-file-name", required: false })
  @ApiBody({ schema: { type: "string", format: "binary" } })
  @ApiAnswer(201, chatFile)
  async upload(
    @CurrentUser() user: SessionUser,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChatFile> {
    this.admission.assertMaySendBody(request);
    const head = headOf(request);
    const store = async () =>
      this.files.store({ userId: user.id, ...head, content: streamedBody(request, response, this.limits.incoming), made: null });
    const file = await this.uploading.run(user.id, store, goneSignal(response));
    if (file === null) {
      throw new AppError("conflict");
    }
    return file;
  }

  /** How much room the caller has, and has taken. */
  @Get("room")
  @SignedIn("read", "chat")
  @ApiAnswer(200, fileRoom)
  async room(@CurrentUser() user: SessionUser): Promise<FileRoom> {
    return this.files.room(user.id);
  }

  /** The file, to be kept. */
  @Get(":id")
  @SignedIn("read", "chat")
  @ApiOkResponse(bytes)
  async download(@CurrentUser() user: SessionUser, @PathId() id: string, @Res() response: Response): Promise<void> {
    const file = await this.files.open(user.id, id);
    await this.reading.run(user.id, async () => sendFile(response, file, this.limits.outgoing), goneSignal(response));
  }

  /** An image or a text, to be looked at. */
  @Get(":id/preview")
  @SignedIn("read", "chat")
  @ApiOkResponse(bytes)
  async preview(@CurrentUser() user: SessionUser, @PathId() id: string, @Res() response: Response): Promise<void> {
    const file = await this.files.open(user.id, id);
    await this.reading.run(user.id, async () => sendPreview(response, file, this.limits.outgoing), goneSignal(response));
  }

  /** Removes one that was not sent. */
  @Delete(":id")
  @SignedIn("chat")
  @HttpCode(204)
  async remove(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.files.removeDraft(user.id, id);
  }
}
