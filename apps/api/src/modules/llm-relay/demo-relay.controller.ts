import { Controller, Get, HttpCode, Param, Post, Req, Res } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { DemoRelayService } from "./demo-relay.service.js";
import { cutOffUnread } from "./relay-body.js";
import { callerOf, RelayOnly } from "./relay-token.guard.js";

/** The demo model, for agents: each with the token that its own configuration holds. */
@Controller("api/internal/agent-config/:id/demo")
@RelayOnly()
@ApiExcludeController()
export class DemoRelayController {
  constructor(private readonly demo: DemoRelayService) {}

  @Get("*path")
  async read(@Param("path") path: string | readonly string[], @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.answer(path, request, response);
  }

  @Post("*path")
  @HttpCode(200)
  async answer(@Param("path") path: string | readonly string[], @Req() request: Request, @Res() response: Response): Promise<void> {
    const called = typeof path === "string" ? path : path.join("/");
    try {
      await this.demo.pass(callerOf(request), called, request, response);
    } finally {
      cutOffUnread(request, response);
    }
  }
}
