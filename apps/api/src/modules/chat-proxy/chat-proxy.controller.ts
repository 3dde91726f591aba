import { sendMessage, type SendMessage, type TurnEvent } from "@mosaic/contracts/chat";
import { Body, Controller, HttpCode, Post, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { EventStream } from "../../platform/http/event-stream.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { Shutdown } from "../../platform/shutdown/shutdown.js";
import type { Caller } from "../auth/auth.types.js";
import { CurrentCaller } from "../auth/current-user.decorator.js";
import { LiveCallersService } from "../auth/live-callers.service.js";
import { TurnsService } from "../conversations/turns.service.js";
import { TurnRunner } from "./turn-runner.js";

@Controller("api/conversations")
export class ChatProxyController {
  constructor(
    private readonly turns: TurnsService,
    private readonly runner: TurnRunner,
    private readonly callers: LiveCallersService,
    private readonly shutdown: Shutdown,
  ) {}

  /** One turn. What can be refused is refused before the stream begins; closing the stream stops the turn, and so does the end of the session. */
  @Post(":id/messages")
  @SignedIn("chat")
  @HttpCode(200)
  @ApiOkResponse({
    description: "Server-sent events of the schema TurnEvent",
    content: { "text/event-stream": { schema: { type: "string" } } },
  })
  @BodyLimit(400 * 1024)
  async send(
    @CurrentCaller() caller: Caller,
    @PathId() conversationId: string,
    @Body({ schema: sendMessage }) body: SendMessage,
    @Res() response: Response,
  ): Promise<void> {
    const { turn, userMessage } = await this.turns.begin(caller.user.id, conversationId, body.content, goneSignal(response));
    const { ended, release } = this.callers.follow(caller);
    ended.addEventListener("abort", () => response.destroy(), { once: true });
    const running = this.runner.run(turn, userMessage, new EventStream<TurnEvent>(response), body.withHistory === true).finally(release);
    this.shutdown.waitFor(running);
    await running;
  }
}
