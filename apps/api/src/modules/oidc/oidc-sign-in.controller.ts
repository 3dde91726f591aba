import { Controller, Get, Query, Req, Res } from "@nestjs/common";
import { ApiQuery, ApiResponse } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { Public } from "../../platform/http/access.decorator.js";
import { OidcSignInService } from "./oidc-sign-in.service.js";

@Controller("api/auth/oidc")
@Public()
export class OidcSignInController {
  constructor(private readonly signIn: OidcSignInService) {}

  @Get("start")
  @ApiQuery({ name: "returnTo", required: false, description: "A path of this Mosaic: where to go afterwards" })
  @ApiResponse({ status: 302, description: "To the sign-in server, or to /login?problem=…" })
  async start(@Req() request: Request, @Res() response: Response, @Query() query: Readonly<Record<string, unknown>>): Promise<void> {
    await this.signIn.start(request, response, query);
  }

  @Get("callback")
  @ApiResponse({ status: 302, description: "Where the sign-in began, or to /login?problem=…" })
  async callback(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.signIn.callback(request, response);
  }
}
