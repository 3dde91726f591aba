import { Controller, Get, HttpCode, Param, Post, Req, Res } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { goneSignal } from "../../platform/http/gone-signal.js";
import { PathId } from "../../platform/http/path-id.decorator.js";
import { LlmRelayService } from "./llm-relay.service.js";
import { cutOffUnread } from "./relay-body.js";
import { passedHeaders } from "./relay-rules.js";
import { callerOf, RelayOnly } from "./relay-token.guard.js";

@Controller("api/internal/agent-config/:id/llm/:providerId")
@RelayOnly()
@ApiExcludeController()
export class LlmRelayController {
  constructor(private readonly relay: LlmRelayService) {}

  /** For software that asks what models there are before it calls one. */
  @Get("v1/models")
  async models(@PathId("providerId") providerId: string, @Req() request: Request): Promise<object> {
    const models = await this.relay.modelsFor({ caller: callerOf(request), providerId });
    return { object: "list", data: [...new Set(models)].map((id) => ({ id, object: "model", created: 0, owned_by: "mosaic" })) };
  }

  /** Answers with what the provider answers, while it arrives. */
  @Post("*path")
  @HttpCode(200)
  async forward(
    @PathId("providerId") providerId: string,
    @Param("path") path: string | readonly string[],
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const called = typeof path === "string" ? path : path.join("/");
    const headers = passedHeaders(request.headers);
    const call = { caller: callerOf(request), providerId, path: called, request, headers, signal: goneSignal(response) };
    try {
      await this.relay.forward(call, response);
    } finally {
      cutOffUnread(request, response);
    }
  }
}
