import { credentials, sessionUser, type Credentials, type SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Get, HttpCode, Post, Req, Res } from "@nestjs/common";
import type { Request, Response } from "express";
import { Public, SignedIn } from "../../platform/http/access.decorator.js";
import { Admission } from "../../platform/http/admission.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { newToken } from "../crypto/tokens.js";
import { AuthService } from "./auth.service.js";
import { CurrentUser } from "./current-user.decorator.js";
import { clearSessionCookie, readBrowserToken, readSessionToken, setBrowserCookie, setSessionCookie } from "./session-cookie.js";
import { clientOf } from "./sign-in.service.js";

@Controller("api/auth")
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly admission: Admission,
  ) {}

  @Post("login")
  @Public()
  @HttpCode(200)
  @ApiAnswer(200, sessionUser)
  async login(
    @Body({ schema: credentials }) body: Credentials,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionUser> {
    const shownToken = readBrowserToken(request);
    const browserToken = shownToken ?? newToken();
    const browser = {
      ...clientOf(request),
      browserToken,
      shownToken,
      formerToken: readSessionToken(request),
      left: goneSignal(response),
    };
    const { user, session } = await this.auth.login(body, browser);
    setSessionCookie(request, response, session);
    setBrowserCookie(request, response, browserToken);
    this.admission.remember(browserToken);
    return user;
  }

  @Post("logout")
  @Public()
  @HttpCode(204)
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = readSessionToken(request);
    if (token !== undefined) {
      await this.auth.logout(token);
    }
    clearSessionCookie(request, response);
  }

  @Get("me")
  @SignedIn("read", "chat", "manage")
  @ApiAnswer(200, sessionUser)
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }
}
