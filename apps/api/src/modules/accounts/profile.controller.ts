import { changePassword, profile, updateProfile, type ChangePassword, type Profile, type UpdateProfile } from "@mosaic/contracts/account";
import type { SessionUser } from "@mosaic/contracts/identity";
import { Body, Controller, Get, HttpCode, Patch, Post, Req, Res } from "@nestjs/common";
import type { Request, Response } from "express";
import { SessionOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import type { SessionCaller } from "../auth/auth.types.js";
import { CurrentSession, CurrentUser } from "../auth/current-user.decorator.js";
import { SignInService } from "../auth/sign-in.service.js";
import { PasswordChangeService } from "./password-change.service.js";
import { ProfileService } from "./profile.service.js";

@Controller("api/profile")
@SessionOnly()
export class ProfileController {
  constructor(
    private readonly profiles: ProfileService,
    private readonly passwords: PasswordChangeService,
    private readonly signIn: SignInService,
  ) {}

  @Get()
  @ApiAnswer(200, profile)
  async read(@CurrentUser() user: SessionUser): Promise<Profile> {
    return this.profiles.read(user.id);
  }

  @Patch()
  @ApiAnswer(200, profile)
  async update(@CurrentUser() user: SessionUser, @Body({ schema: updateProfile }) body: UpdateProfile): Promise<Profile> {
    return this.profiles.update(user.id, body);
  }

  /** All sessions end; this browser goes on with a new one. */
  @Post("password")
  @HttpCode(204)
  async changePassword(
    @CurrentSession() caller: SessionCaller,
    @Body({ schema: changePassword }) body: ChangePassword,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const { session, issued } = this.signIn.prepare(request);
    await this.passwords.change(caller, body, session);
    this.signIn.hand(request, response, issued);
  }
}
