import { sessionList, type SessionList } from "@mosaic/contracts/account";
import { Controller, Delete, Get, HttpCode } from "@nestjs/common";
import { SessionOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import type { SessionCaller } from "../auth/auth.types.js";
import { CurrentSession } from "../auth/current-user.decorator.js";
import { OwnSessionsService } from "./own-sessions.service.js";

@Controller("api/sessions")
@SessionOnly()
export class OwnSessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  @Get()
  @ApiAnswer(200, sessionList)
  async list(@CurrentSession() caller: SessionCaller): Promise<SessionList> {
    return { sessions: await this.sessions.list(caller) };
  }

  /** Everywhere but here. */
  @Delete()
  @HttpCode(204)
  async revokeOthers(@CurrentSession() caller: SessionCaller): Promise<void> {
    await this.sessions.revokeOthers(caller);
  }

  /** The session that asks, too: what is left of it is a cookie that nobody takes. */
  @Delete(":id")
  @HttpCode(204)
  async revoke(@CurrentSession() caller: SessionCaller, @PathId() id: string): Promise<void> {
    await this.sessions.revoke(caller.user.id, id);
  }
}
