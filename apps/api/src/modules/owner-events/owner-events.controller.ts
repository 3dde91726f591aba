import type { OwnerEvent } from "@mosaic/contracts/chat";
import { Controller, Get, Headers, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { EventStream } from "../../platform/http/event-stream.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import type { Caller } from "../auth/auth.types.js";
import { CurrentCaller } from "../auth/current-user.decorator.js";
import { LiveCallersService } from "../auth/live-callers.service.js";
import { OwnerEventsService } from "./owner-events.service.js";

@Controller("api/events")
export class OwnerEventsController {
  constructor(
    private readonly events: OwnerEventsService,
    private readonly callers: LiveCallersService,
    private readonly shutdown: Shutdown,
  ) {}

  /**
   * Open until the page closes, the session ends or Mosaic stops. A page that reconnects looks for itself: nothing is sent again. One that is in
   * view says so. It is asked with `push_due` before a device is told of what its owner may see there.
   */
  @Get()
  @SignedIn("read", "chat")
  @ApiOkResponse({
    description: "Server-sent events of the schema OwnerEvent",
    content: { "text/event-stream": { schema: { type: "string" } } },
  })
  open(@CurrentCaller() caller: Caller, @Res() response: Response, @Headers("x-mosaic-view") view: string | undefined): void {
    const gap = new AbortController();
    const listener = { isInView: view === "visible", onEvent: (event: OwnerEvent) => stream.sendSoon(event), onGap: () => gap.abort() };
    const subscriptions = [
      this.events.subscribe(caller.user.id, listener),
      ...(caller.kind === "session" && caller.user.role === "admin" ? [this.events.subscribeToSystem(listener)] : []),
    ];
    const stream = new EventStream<OwnerEvent>(response);
    const { ended, release } = this.callers.follow(caller);
    stream.comment("open");
    const signal = AbortSignal.any([ended, gap.signal, stream.left, this.shutdown.signal]);
    const close = (): void => {
      release();
      subscriptions.forEach((unsubscribe) => unsubscribe());
      stream.end();
    };
    // What was written for somebody who may see nothing any more, and not sent yet, is not sent.
    ended.addEventListener("abort", () => response.destroy(), { once: true });
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) {
      close();
    }
  }
}
