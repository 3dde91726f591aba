import { createDemoLlm } from "@mosaic/testing/demo-llm";
import { All, Controller, Req, Res } from "@nestjs/common";
import { ApiExcludeController } from "@nestjs/swagger";
import type { Request, Response } from "express";
import { InternalPort } from "../../platform/http/access.decorator.js";

/** The built-in demo model, for agents and for the connection test. It keeps nothing of what it is sent. */
@Controller("demo")
@ApiExcludeController()
export class DemoController {
  readonly #demo = createDemoLlm({ wordDelayMs: 20 });

  @All("*path")
  @InternalPort()
  answer(@Req() request: Request, @Res() response: Response): void {
    this.#demo.handle(request, response);
  }
}
