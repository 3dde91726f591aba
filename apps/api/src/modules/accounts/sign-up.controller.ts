import { signInOptions, signUp, type SignInOptions, type SignUp } from "@mosaic/contracts/account";
import { sessionUser, type SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Get, Post, Req, Res } from "@nestjs/common";
import type { Request, Response } from "express";
import { Public } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { clientAddress } from "../../platform/http/client-address.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { SignInService } from "../auth/sign-in.service.js";
import { SignInOptionsService } from "./sign-in-options.service.js";
import { SignUpService } from "./sign-up.service.js";

@Controller("api/auth")
@Public()
export class SignUpController {
  constructor(
    private readonly accounts: SignUpService,
    private readonly signInOptions: SignInOptionsService,
    private readonly signIn: SignInService,
  ) {}

  @Get("options")
  @ApiAnswer(200, signInOptions)
  async options(): Promise<SignInOptions> {
    return this.signInOptions.read();
  }

  /** Makes an account and signs in. */
  @Post("sign-up")
  @ApiAnswer(201, sessionUser)
  async signUp(
    @Body({ schema: signUp }) body: SignUp,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionUser> {
    const user = await this.accounts.signUp(body, clientAddress(request), goneSignal(response));
    await this.signIn.signIn(request, response, user.id, { method: "new_account" });
    return user;
  }
}
