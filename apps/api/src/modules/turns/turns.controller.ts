import { eventNumber, sendMessage, turnEventsQuery, type SendMessage, type TurnEventsQuery } from "@mosaic/contracts/chat";
import { Body, Controller, Get, Headers, HttpCode, Post, Query, Res } from "@nestjs/common";
import { ApiOkResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import type { SessionUser } from "@mosaic/contracts/identity";
import type { Caller } from "../auth/auth.types.js";
import { CurrentCaller, CurrentUser } from "../auth/current-user.decorator.js";
import { BranchesService } from "./branches.service.js";
import { TurnEngine } from "./turn-engine.js";
import { TurnReaders } from "./turn-readers.js";
import { TurnsService } from "./turns.service.js";

const turnEvents = {
  description: "Server-sent events of the schema TurnEvent, each with its number as its id",
  content: { "text/event-stream": { schema: { type: "string" } } },
} as const;

@Controller("api")
export class TurnsController {
  constructor(
    private readonly turns: TurnsService,
    private readonly branches: BranchesService,
    private readonly engine: TurnEngine,
    private readonly readers: TurnReaders,
  ) {}

  /**
   * Begins a turn and follows it. What can be refused is refused before the stream begins. Neither a closed stream nor the end of the session
   * stops the turn: see `stop`.
   */
  @Post("conversations/:id/messages")
  @SignedIn("chat")
  @HttpCode(200)
  @ApiOkResponse(turnEvents)
  @BodyLimit(400 * 1024)
  async send(
    @CurrentCaller() caller: Caller,
    @PathId() conversationId: string,
    @Body({ schema: sendMessage }) body: SendMessage,
    @Res() response: Response,
  ): Promise<void> {
    const { content, fileIds, replaces } = body;
    const userId = caller.user.id;
    const branch = replaces === undefined ? null : await this.branches.edit(userId, conversationId, replaces);
    const begun = await this.turns.begin({ userId, conversationId, content, fileIds, branch }, goneSignal(response));
    await this.readers.answer(caller, response, this.engine.start(begun, body.withHistory === true));
  }

  /** Has the message of the turn with this answer answered again, and follows that: the answer becomes another version, and what followed it a branch. */
  @Post("turns/:id/again")
  @SignedIn("chat")
  @HttpCode(200)
  @ApiOkResponse(turnEvents)
  async again(@CurrentCaller() caller: Caller, @PathId() answerId: string, @Res() response: Response): Promise<void> {
    const { conversationId, branch, question } = await this.branches.again(caller.user.id, answerId);
    const asked = { userId: caller.user.id, conversationId, content: question.content, branch, question };
    const begun = await this.turns.begin(asked, goneSignal(response));
    await this.readers.answer(caller, response, this.engine.start(begun, false));
  }

  /** Shows the path through this message, on every page of its owner. Idempotent. */
  @Post("messages/:id/show")
  @SignedIn("chat")
  @HttpCode(204)
  async show(@CurrentUser() user: SessionUser, @PathId() messageId: string): Promise<void> {
    await this.branches.show(user.id, messageId);
  }

  /** Of the turn with this answer: what comes after the number in `Last-Event-ID`, or in `after`, until its end; after that, `done` alone. */
  @Get("turns/:id/events")
  @SignedIn("read", "chat")
  @ApiOkResponse(turnEvents)
  async events(
    @CurrentCaller() caller: Caller,
    @PathId() answerId: string,
    @Headers("last-event-id") lastEventId: string | undefined,
    @Query({ schema: turnEventsQuery }) { after }: TurnEventsQuery,
    @Res() response: Response,
  ): Promise<void> {
    await this.readers.follow(caller, response, answerId, numberOf(lastEventId) ?? after ?? 0);
  }

  /** Ends the turn with this answer, whichever process runs it; the text so far stays. Idempotent: one that has ended stays as it is. */
  @Post("turns/:id/stop")
  @SignedIn("chat")
  @HttpCode(204)
  async stop(@CurrentUser() user: SessionUser, @PathId() answerId: string): Promise<void> {
    await this.turns.requestStop(user.id, answerId);
  }
}

function numberOf(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === "") {
    return undefined;
  }
  const { data } = eventNumber.safeParse(lastEventId);
  if (data === undefined) {
    throw new AppError("invalid_input", { detail: "Last-Event-ID is not the number of an event of this answer." });
  }
  return data;
}
