import { agent, type Agent } from "@mosaic/contracts/agent";
import { healthReport, type HealthReport } from "@mosaic/contracts/health";
import { createBreakglass, sessionUser, type CreateBreakglass, type SessionUser } from "@mosaic/contracts/identity";
import {
  onboardingAgents,
  onboardingOidc,
  onboardingOptions,
  onboardingProvider,
  onboardingStatus,
  type OnboardingAgents,
  type OnboardingOidc,
  type OnboardingOptions,
  type OnboardingStatus,
} from "@mosaic/contracts/onboarding";
import {
  provider,
  providerTestResult,
  testProvider,
  type CreateProvider,
  type Provider,
  type ProviderTestResult,
  type TestProvider,
} from "@mosaic/contracts/provider";
import { Body, Controller, Get, HttpCode, Post, Req, Res } from "@nestjs/common";
import { ApiHeader } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { Public } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { CompressedAnswer } from "../../platform/http/compressed-answer.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import type { AuthenticatedRequest } from "../auth/auth.types.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { SignInService } from "../auth/sign-in.service.js";
import { HealthReportService } from "../health/health-report.service.js";
import { ConnectionTestService } from "../llm-providers/connection-test.service.js";
import { SavingOrigin } from "../oidc/public-origin.decorator.js";
import { WizardStep } from "./onboarding-open.guard.js";
import { OnboardingService } from "./onboarding.service.js";
import { SetupTokenGuard, SetupTokenOnly } from "./setup-token.guard.js";

@Controller("api/onboarding")
export class OnboardingController {
  constructor(
    private readonly onboarding: OnboardingService,
    private readonly setupToken: SetupTokenGuard,
    private readonly signIn: SignInService,
    private readonly connectionTest: ConnectionTestService,
    private readonly reports: HealthReportService,
  ) {}

  @Get("status")
  @Public()
  @ApiAnswer(200, onboardingStatus)
  async status(@Req() request: AuthenticatedRequest): Promise<OnboardingStatus> {
    return this.onboarding.status({ showsToken: await this.setupToken.hasToken(request), user: request.caller?.user ?? null });
  }

  @Post("breakglass")
  @SetupTokenOnly()
  @ApiHeader({ name: "x-mosaic-setup-token", required: true })
  @ApiAnswer(201, sessionUser)
  async breakglass(
    @Body({ schema: createBreakglass }) body: CreateBreakglass,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionUser> {
    const user = await this.onboarding.createBreakglass(body);
    await this.signIn.signIn(request, response, user.id, { method: "new_account" });
    return user;
  }

  @Post("oidc")
  @WizardStep()
  @HttpCode(200)
  @ApiAnswer(200, onboardingStatus)
  @BodyLimit(160 * 1024)
  async oidc(
    @CurrentUser() user: SessionUser,
    @SavingOrigin() origin: string,
    @Body({ schema: onboardingOidc }) body: OnboardingOidc,
  ): Promise<OnboardingStatus> {
    await this.onboarding.putOidc(body, origin);
    return this.statusOf(user);
  }

  @Post("provider")
  @WizardStep()
  @HttpCode(200)
  @ApiAnswer(200, provider)
  @BodyLimit(560 * 1024)
  async provider(@CurrentUser() user: SessionUser, @Body({ schema: onboardingProvider }) body: CreateProvider): Promise<Provider> {
    return this.onboarding.putProvider(user.id, body);
  }

  @Post("provider/test")
  @CompressedAnswer()
  @WizardStep()
  @HttpCode(200)
  @ApiAnswer(200, providerTestResult)
  async testProvider(
    @CurrentUser() user: SessionUser,
    @Body({ schema: testProvider }) body: TestProvider,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ProviderTestResult> {
    return this.connectionTest.test(user.id, body, goneSignal(response));
  }

  @Get("options")
  @CompressedAnswer()
  @WizardStep()
  @ApiAnswer(200, onboardingOptions)
  async options(): Promise<OnboardingOptions> {
    return this.onboarding.options();
  }

  @Post("agents")
  @WizardStep()
  @HttpCode(200)
  @ApiAnswer(200, agent)
  @BodyLimit(132 * 1024)
  async agents(@CurrentUser() user: SessionUser, @Body({ schema: onboardingAgents }) body: OnboardingAgents): Promise<Agent> {
    return this.onboarding.putAgent(user.id, body);
  }

  @Get("health")
  @WizardStep()
  @ApiAnswer(200, healthReport)
  async health(@CurrentUser() user: SessionUser): Promise<HealthReport> {
    return this.reports.report(user.id);
  }

  @Post("complete")
  @WizardStep()
  @HttpCode(200)
  @ApiAnswer(200, onboardingStatus)
  async complete(@CurrentUser() user: SessionUser): Promise<OnboardingStatus> {
    await this.onboarding.complete();
    return this.statusOf(user);
  }

  private async statusOf(user: SessionUser): Promise<OnboardingStatus> {
    return this.onboarding.status({ showsToken: false, user });
  }
}
