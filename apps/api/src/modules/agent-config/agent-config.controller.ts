import { bundle, bundleQuery, configQuery, type Bundle, type BundleQuery, type ConfigQuery } from "@mosaic/contracts/agent-config";
import { Controller, Get, Header, Query, Res } from "@nestjs/common";
import { ApiBearerAuth, ApiParam, ApiResponse } from "@nestjs/swagger";
import type { Response } from "express";
import { AppError } from "../../platform/errors/app-error.js";
import { goneSignal } from "../../platform/http/gone-signal.js";
import type { CallingContainer } from "./agent-config.types.js";
import { BundleWaitService } from "./bundle-wait.service.js";
import { ContainerOnly } from "./container-token.guard.js";
import { CurrentContainer } from "./current-container.decorator.js";

@Controller("api/internal/agent-config/:id")
@ContainerOnly()
@ApiBearerAuth()
@ApiParam({ name: "id", schema: { type: "string", format: "uuid" } })
export class AgentConfigController {
  constructor(private readonly waits: BundleWaitService) {}

  /** The complete configuration of its software (openclaw.json), for an entrypoint that has no supervisor. */
  @Get()
  @Header("content-type", "application/json; charset=utf-8")
  @Header("cache-control", "no-store")
  @ApiResponse({ status: 200, description: "The agent's configuration file" })
  async config(@CurrentContainer() container: CallingContainer, @Query({ schema: configQuery }) { port }: ConfigQuery): Promise<string> {
    const { files, launch } = await this.waits.present({ ...container, port });
    const config = files.find((file) => file.root === "run" && file.path === launch.configFile);
    if (config === undefined) {
      throw new AppError("not_found");
    }
    return config.content;
  }

  /** All files of the agent, or 204 when `after` is still the newest generation once `waitSeconds` are over. */
  @Get("bundle")
  @Header("cache-control", "no-store")
  @ApiResponse({ status: 200, standardSchema: bundle })
  @ApiResponse({ status: 204, description: "Nothing new" })
  async bundle(
    @CurrentContainer() container: CallingContainer,
    @Query({ schema: bundleQuery }) query: BundleQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Bundle | undefined> {
    const { after, waitSeconds, port, tokens } = query;
    const next = await this.waits.next({ ...container, port, tokens }, { after, waitMs: waitSeconds * 1000, left: goneSignal(response) });
    if (next === null) {
      response.status(204);
      return undefined;
    }
    return next;
  }
}
