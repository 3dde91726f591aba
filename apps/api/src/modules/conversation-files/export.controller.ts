import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { conversationFileType, exportQuery, type ExportQuery } from "@mosaic/contracts/conversation-files";
import { Controller, Get, Query, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { LeastPace, paced, type PaceLimits } from "../../platform/http/least-pace.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import type { Caller } from "../auth/auth.types.js";
import { CurrentCaller } from "../auth/current-user.decorator.js";
import { LiveCallersService } from "../auth/live-callers.service.js";
import { ExportService } from "./export.service.js";
import { attachment, fileNameOf } from "./file-name.js";
import { zipOf } from "./zip-of.js";

const markdownType = "text/markdown; charset=utf-8";

/** Few export at once: a reader that takes nothing for so long, or next to nothing, would keep all others waiting. */
const maxStallMs = 60_000;
const leastPace: PaceLimits = { bytesPerSecond: 16_000, windowMs: 60_000, checkEveryMs: 5_000 };

interface Download {
  readonly name: string;
  readonly type: string;
  readonly body: Readable;
}

const piecewise = (pieces: AsyncIterable<string>): Readable => Readable.from(pieces, { highWaterMark: 1 });

/** One's own conversations as files. Streamed: a slow reader slows the reading down, and nothing is held in memory. */
@Controller("api/conversation-exports")
@SignedIn("read", "chat")
export class ExportController {
  constructor(
    private readonly exports: ExportService,
    private readonly callers: LiveCallersService,
  ) {}

  @Get()
  @ApiOkResponse({ description: "All conversations: JSON Lines, or a ZIP archive with a Markdown file for each" })
  async all(
    @CurrentCaller() caller: Caller,
    @Query({ schema: exportQuery }) { format }: ExportQuery,
    @Res() response: Response,
  ): Promise<void> {
    const userId = caller.user.id;
    await this.send(caller, response, async () =>
      Promise.resolve(
        format === "jsonl"
          ? { name: "mosaic-conversations.jsonl", type: conversationFileType, body: piecewise(this.exports.allJsonLines(userId)) }
          : { name: "mosaic-conversations.zip", type: "application/zip", body: zipOf(this.exports.allMarkdown(userId)) },
      ),
    );
  }

  @Get(":id")
  @ApiOkResponse({ description: "The conversation with all of its branches, as JSON Lines or Markdown" })
  async one(
    @CurrentCaller() caller: Caller,
    @PathId() id: string,
    @Query({ schema: exportQuery }) { format }: ExportQuery,
    @Res() response: Response,
  ): Promise<void> {
    await this.send(caller, response, async () => {
      const isText = format === "markdown";
      const { title, pieces } = await (isText ? this.exports.markdown(caller.user.id, id) : this.exports.jsonLines(caller.user.id, id));
      const type = isText ? markdownType : conversationFileType;
      return { name: fileNameOf(title, isText ? "md" : "jsonl"), type, body: piecewise(pieces) };
    });
  }

  /** A reader that leaves, or may not read on, ends it; a fault in the middle cuts it short, which the reader sees. */
  private async send(caller: Caller, response: Response, open: () => Promise<Download>): Promise<void> {
    // What comes before a route listens for the end of an answer, and a pipeline does so several times.
    response.setMaxListeners(20);
    response.setTimeout(maxStallMs, () => void response.destroy());
    const leave = await this.exports.enter(caller.user.id, goneSignal(response));
    const { ended, release } = this.callers.follow(caller);
    const pace = new LeastPace(leastPace, () => void response.destroy());
    try {
      const { name, type, body } = await open();
      response.setHeader("content-type", type);
      response.setHeader("content-disposition", attachment(name));
      response.setHeader("cache-control", "no-store");
      await pipeline(paced<Buffer | string>(body, pace), response, { signal: ended }).catch(() => response.destroy());
    } finally {
      pace.end();
      release();
      leave();
    }
  }
}
