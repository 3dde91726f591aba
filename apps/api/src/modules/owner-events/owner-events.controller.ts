import type { SessionUser } from "@mosaic/contracts/identity";
import { Controller, Get, Req, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { EventStream } from "../../platform/http/event-stream.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import { AuthService } from "../auth/auth.service.js";
import type { AuthenticatedRequest } from "../auth/auth.types.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { OwnerEventsService } from "./owner-events.service.js";

const sessionCheckMs = 5_000;

@Controller("api/events")
export class OwnerEventsController {
  constructor(
    private readonly events: OwnerEventsService,
    private readonly auth: AuthService,
    private readonly shutdown: Shutdown,
  ) {}

  /** Open until the page closes, the session ends or Mosaic stops. A page that reconnects looks for itself: nothing is sent again. */
  @Get()
  @SignedIn("read", "chat")
  @ApiOkResponse({
    description: "Server-sent events of the schema OwnerEvent",
    content: { "text/event-stream": { schema: { type: "string" } } },
  })
  open(@CurrentUser() user: SessionUser, @Req() request: AuthenticatedRequest, @Res() response: Response): void {
    const ended = new AbortController();
    const end = (): void => ended.abort();
    const unsubscribe = this.events.subscribe(user.id, { onEvent: (event) => stream.sendSoon(event), onGap: end });
    const stream = new EventStream(response);
    stream.comment("open");
    const check = setInterval(() => void this.endWithSession(request, end), sessionCheckMs);
    const signal = AbortSignal.any([ended.signal, stream.left, this.shutdown.signal]);
    const close = (): void => {
      clearInterval(check);
      unsubscribe();
      stream.end();
    };
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) {
      close();
    }
  }

  private async endWithSession(request: AuthenticatedRequest, end: () => void): Promise<void> {
    const sessionId = request.caller?.sessionId;
    // A database that is away says nothing about the session.
    const isLive = sessionId === undefined ? false : await this.auth.isLive(sessionId).catch(() => true);
    if (!isLive) {
      end();
    }
  }
}
