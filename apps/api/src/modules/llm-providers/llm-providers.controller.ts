import type { SessionUser } from "@mosaic/contracts/identity";
import {
  createProvider,
  provider,
  providerList,
  providerTestResult,
  testProvider,
  updateProvider,
  type CreateProvider,
  type Provider,
  type ProviderList,
  type ProviderTestResult,
  type TestProvider,
  type UpdateProvider,
} from "@mosaic/contracts/provider";
import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Res } from "@nestjs/common";
import type { Response } from "express";
import { SignedIn } from "../../platform/http/access.decorator.js";
import { ApiAnswer } from "../../platform/http/api-answer.decorator.js";
import { CompressedAnswer } from "../../platform/http/compressed-answer.js";
import { BodyLimit } from "../../platform/http/body-limit.decorator.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { CurrentUser } from "../auth/current-user.decorator.js";
import { DemoSettingsService } from "../demo/demo-settings.service.js";
import { MachineHostService } from "../runtime-host/machine-host.service.js";
import { ConnectionTestService } from "./connection-test.service.js";
import { LlmProvidersService } from "./llm-providers.service.js";

@Controller("api/providers")
@SignedIn("manage")
export class LlmProvidersController {
  constructor(
    private readonly providers: LlmProvidersService,
    private readonly connectionTest: ConnectionTestService,
    private readonly demo: DemoSettingsService,
    private readonly machine: MachineHostService,
  ) {}

  @Get()
  @SignedIn("read", "manage")
  @ApiAnswer(200, providerList)
  async list(@CurrentUser() user: SessionUser): Promise<ProviderList> {
    const [providers, shared, isDemoOffered, { host }] = await Promise.all([
      this.providers.list(user.id),
      this.providers.listShared(),
      this.demo.isOn(),
      this.machine.find(),
    ]);
    return { providers, shared, isDemoOffered, machineHost: host };
  }

  @Post()
  @ApiAnswer(201, provider)
  @BodyLimit(560 * 1024)
  async create(@CurrentUser() user: SessionUser, @Body({ schema: createProvider }) body: CreateProvider): Promise<Provider> {
    return this.providers.create(user.id, body);
  }

  @Post("test")
  @CompressedAnswer()
  @HttpCode(200)
  @ApiAnswer(200, providerTestResult)
  async test(
    @CurrentUser() user: SessionUser,
    @Body({ schema: testProvider }) body: TestProvider,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ProviderTestResult> {
    return this.connectionTest.test(user.id, body, goneSignal(response));
  }

  @Get(":id")
  @SignedIn("read", "manage")
  @ApiAnswer(200, provider)
  async get(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<Provider> {
    return this.providers.get(user.id, id);
  }

  @Patch(":id")
  @ApiAnswer(200, provider)
  @BodyLimit(560 * 1024)
  async update(
    @CurrentUser() user: SessionUser,
    @PathId() id: string,
    @Body({ schema: updateProvider }) body: UpdateProvider,
  ): Promise<Provider> {
    return this.providers.update(user.id, id, body);
  }

  @Delete(":id")
  @HttpCode(204)
  async remove(@CurrentUser() user: SessionUser, @PathId() id: string): Promise<void> {
    await this.providers.remove(user.id, id);
  }
}
