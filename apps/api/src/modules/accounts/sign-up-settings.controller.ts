import { signUpSettings, type SignUpSettings } from "@mosaic/contracts/admin-users";
import { Body, Controller, Get, Put } from "@nestjs/common";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { SignInOptionsService } from "./sign-in-options.service.js";

@Controller("api/admin/sign-up")
@AdminOnly()
export class SignUpSettingsController {
  constructor(private readonly options: SignInOptionsService) {}

  @Get()
  @ApiAnswer(200, signUpSettings)
  async read(): Promise<SignUpSettings> {
    return { mode: await this.options.signUpMode() };
  }

  @Put()
  @ApiAnswer(200, signUpSettings)
  async save(@Body({ schema: signUpSettings }) { mode }: SignUpSettings): Promise<SignUpSettings> {
    await this.options.setSignUpMode(mode);
    return { mode };
  }
}
