import { Controller, Get, HttpCode, Param, Post, Req, Res } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { DemoRelayService } from "./demo-relay.service.js";
import { cutOffUnread } from "./relay-body.js";
import { RelayOnly } from "./relay-token.guard.js";

/** The demo model, for agents: each with the token that its own configuration holds. */
@Controller("api/internal/agent-config/:id/demo")
@RelayOnly()
@ApiExcludeController()
export class DemoRelayController {
  constructor(private readonly demo: DemoRelayService) {}

  @Get("*path")
  async read(
    @PathId() agentId: string,
    @Param("path") path: string | readonly string[],
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.answer(agentId, path, request, response);
  }

  @Post("*path")
  @HttpCode(200)
  async answer(
    @PathId() agentId: string,
    @Param("path") path: string | readonly string[],
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const called = typeof path === "string" ? path : path.join("/");
    try {
      await this.demo.pass(agentId, called, request, response);
    } finally {
      cutOffUnread(request, response);
    }
  }
}
