import type { SessionUser } from "@mosaic/contracts/identity";
import {
  oidcSettings,
  oidcTestResult,
  saveOidc,
  testOidc,
  type OidcSettings,
  type OidcTestResult,
  type SaveOidc,
  type TestOidc,
} from "@mosaic/contracts/oidc";
import { Body, Controller, Delete, Get, HttpCode, Post, Put, Res } from "@nestjs/common";
import type { Response } from "express";
import { AdminOnly } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { OutboundService } from "../outbound-access/outbound.service.js";
import { OidcServerService } from "./oidc-server.service.js";
import { OidcSettingsService } from "./oidc-settings.service.js";
import { LikelyOrigin, SavingOrigin } from "./public-origin.decorator.js";

@Controller("api/admin/oidc")
@AdminOnly()
export class OidcSettingsController {
  constructor(
    private readonly settings: OidcSettingsService,
    private readonly server: OidcServerService,
    private readonly outbound: OutboundService,
  ) {}

  @Get()
  @ApiAnswer(200, oidcSettings)
  async get(@LikelyOrigin() origin: string): Promise<OidcSettings> {
    return this.settings.read(origin);
  }

  @Put()
  @ApiAnswer(200, oidcSettings)
  @BodyLimit(160 * 1024)
  async put(@SavingOrigin() origin: string, @Body({ schema: saveOidc }) body: SaveOidc): Promise<OidcSettings> {
    await this.settings.save(body, origin);
    return this.settings.read(origin);
  }

  @Delete()
  @HttpCode(204)
  async remove(): Promise<void> {
    await this.settings.remove();
  }

  @Post("test")
  @HttpCode(200)
  @ApiAnswer(200, oidcTestResult)
  async test(
    @CurrentUser() user: SessionUser,
    @LikelyOrigin() origin: string,
    @Body({ schema: testOidc }) body: TestOidc,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OidcTestResult> {
    const { redirectUri } = await this.settings.read(origin);
    const credentials = await this.settings.credentialsOf(body);
    const test = async (): Promise<OidcTestResult> => this.server.test(body.issuer, credentials, redirectUri);
    return this.outbound.test(user.id, test, goneSignal(response));
  }
}
